"""A customer's name for a file, made harmless: shown beside it and offered when it is downloaded, never a path of ours."""

import re
import unicodedata
from urllib.parse import quote

LONGEST, LONGEST_ENDING = 120, 12
# Control characters, invisible ones that turn the direction of text, line separators, lone surrogates.
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|]+')
DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")


def harmless(name: str) -> str:
    """At most 120 characters, without folders, hidden characters, a leading dot or a device's name; "" if nothing is left."""
    plain = "".join(letter for letter in name if unicodedata.category(letter) not in HIDDEN)
    kept = NOT_IN_NAMES.sub("_", " ".join(plain.split())).strip(" .")
    if DEVICES.match(kept):
        kept = f"_{kept}"
    if len(kept) <= LONGEST:
        return kept
    stem, dot, ending = kept.rpartition(".")
    if not dot or len(ending) > LONGEST_ENDING:
        return kept[:LONGEST].strip(" .")
    return f"{stem[: LONGEST - len(ending) - 1].strip(' .')}.{ending}"


def with_ending(name: str, ending: str) -> str:
    """The name with the ending that its content has: `foto.html` that is a JPEG becomes `foto.jpg`."""
    stem = name.rpartition(".")[0] or name
    return f"{stem}.{ending}"


def disposition(name: str, *, in_place: bool) -> str:
    """`Content-Disposition` (RFC 6266): a plain form for old programs, the exact one beside it."""
    how = "inline" if in_place else "attachment"
    ascii_form = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9 ._()+-]", "_", ascii_form).strip(" .") or "file"
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
