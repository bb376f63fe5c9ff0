"""Where a text may be cut without breaking what a reader sees as one character, and what an emoji is.

A short form of Unicode's rules for grapheme clusters (UAX 29): combining marks, joiners, skin tones, tags,
flags, Hangul, CR LF. It never parts what the full rules keep together in the scripts our customers write.
"""

import unicodedata
from collections.abc import Iterator

JOINER, EMOJI_STYLE, KEYCAP = "\u200d", "\ufe0f", "\u20e3"
LONGEST_EMOJI_TEXT = 100  # three emoji: a family is 11 code points, a flag with tags 7
MOST_EMOJI = 3

# Shown in colour without being asked to; the other old symbols need U+FE0F behind them.
COLOURED = frozenset(
    "⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕❤"
)
EMOJI_BLOCKS = (
    (0x1F004, 0x1F004), (0x1F0CF, 0x1F0CF), (0x1F170, 0x1F171), (0x1F17E, 0x1F17F), (0x1F18E, 0x1F18E),
    (0x1F191, 0x1F19A), (0x1F201, 0x1F251), (0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F7E0, 0x1F7F0),
    (0x1F90C, 0x1F9FF), (0x1FA70, 0x1FAFF),
)  # fmt: skip


def breaks_before(text: str, position: int) -> bool:
    """Whether a new character, as readers see it, begins at this position (also at both ends)."""
    if position <= 0 or position >= len(text):
        return True
    before, after = text[position - 1], text[position]
    if before + after == "\r\n" or before == JOINER or _extends(after):
        return False
    return not (_is_flag_half(before) and _is_flag_half(after) and _flag_halves_before(text, position) % 2)


def graphemes(text: str) -> Iterator[str]:
    """The characters of a short text as readers see them."""
    start = 0
    for position in range(1, len(text) + 1):
        if breaks_before(text, position):
            yield text[start:position]
            start = position


def cut_at_most(text: str, most: int) -> int:
    """The last position up to `most` where the text may be cut; `most` when one character is longer."""
    position = most
    while position > 0 and not breaks_before(text, position):
        position -= 1
    return position or most


def emoji_count(text: str) -> int | None:
    """1, 2 or 3 for a text of only so many emoji (shown large), None for any other."""
    if not text or len(text) > LONGEST_EMOJI_TEXT:
        return None
    seen = list(graphemes("".join(text.split())))
    return len(seen) if 0 < len(seen) <= MOST_EMOJI and all(map(_is_emoji, seen)) else None


def _is_emoji(grapheme: str) -> bool:
    first = grapheme[0]
    if _is_flag_half(first):
        return len(grapheme) == 2
    if first in "0123456789#*":
        return grapheme.endswith(KEYCAP)
    if first in COLOURED or any(low <= ord(first) <= high for low, high in EMOJI_BLOCKS):
        return True
    return EMOJI_STYLE in grapheme and unicodedata.category(first) in {"So", "Sm", "Po", "Pd"}


def _extends(char: str) -> bool:
    """Whether this is drawn on, or belongs to, the character before it."""
    code = ord(char)
    if code < 0x300:
        return False
    return (
        unicodedata.category(char) in {"Mn", "Me", "Mc"}
        or char in {JOINER, "\u200c"}
        or 0x1F3FB <= code <= 0x1F3FF
        or 0xE0020 <= code <= 0xE007F
        or 0x1160 <= code <= 0x11FF
    )


def _is_flag_half(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF


def _flag_halves_before(text: str, position: int) -> int:
    start = position
    while start > 0 and _is_flag_half(text[start - 1]):
        start -= 1
    return position - start
