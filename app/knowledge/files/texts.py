"""Text and Markdown, in whatever way its letters are written."""

import codecs
import re

from app.knowledge.files.found import Found, Unreadable, Why, bounded

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
TITLE = re.compile(r"\A\s*#\s+(.+?)\s*#*\s*(?:\n|\Z)")


def decoded(content: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or else Windows-1252, as spreadsheets write. Raises Unreadable for what is no text."""
    encoding = next((name for mark, name in MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if len(CONTROLS.findall(text[:100_000])) > len(text[:100_000]) // 100:
        raise Unreadable(Why.UNKNOWN)
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def read(content: bytes) -> list[Found]:
    """The whole is one article; a first line that is a heading of the first rank is its title."""
    [text] = bounded([decoded(content)])
    titled = TITLE.match(text)
    return [Found(titled[1], text[titled.end() :].strip())] if titled else [Found("", text.strip())]
