"""What reading marked-up text needs wherever we do it: code, addresses, and markers that look for partners.

Everything here is linear in the length of the text: customers and models write what they like.
"""

import re
from collections.abc import Iterator

# ```x```, over lines; with nothing in it the backticks are only text.
FENCE = re.compile(r"```(?!\s*```)(.+?)```", re.DOTALL)
INLINE_CODE = r"(?<!`)`(?!\s*`)[^`\n]++`(?!`)"
# Works on plain and on escaped text: an address ends before a quote or bracket in either spelling.
ADDRESS = r"(?<![^\W_])(?:https?://|www\.)(?:[^\s<>\"'`&]|&(?!(?:lt|gt|#34|#39);))+"
OPENING, CLOSING = "([", ")]"


def fenced(text: str) -> Iterator[tuple[bool, str]]:
    """The text in order as (is it code, piece); a code piece comes without its backticks."""
    place = 0
    for block in FENCE.finditer(text):
        yield False, text[place : block.start()]
        yield True, block[1]
        place = block.end()
    yield False, text[place:]


def trimmed_address(address: str) -> str:
    """An address without the punctuation and markers that only follow it in the sentence."""
    unclosed = [address.count(closing) - address.count(opening) for opening, closing in ("()", "[]")]
    end = len(address)
    while end:
        last = address[end - 1]
        if last in CLOSING and unclosed[CLOSING.index(last)] > 0:
            unclosed[CLOSING.index(last)] -= 1
        elif last not in ".,:!?*_~" and not (last == ";" and not address.endswith("&amp;", 0, end)):
            break
        end -= 1
    return address[:end]


class Spans:
    """A text being rewritten from left to right. A marker stays literal until its partner closes it."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._open: dict[str, int] = {}  # where each open marker stands, in order of opening

    def add(self, text: str) -> None:
        self._parts.append(text)

    def open(self, marker: str, literal: str) -> None:
        """`literal` is what stays there when no partner comes."""
        self._open[marker] = len(self._parts)
        self._parts.append(literal)

    def is_open(self, marker: str) -> bool:
        return marker in self._open

    def close(self, marker: str, before: str, after: str) -> None:
        """Put `before` where the marker opened and `after` here; what opened in between stays literal."""
        at = self._open[marker]
        self._parts[at] = before
        self._parts.append(after)
        self._open = {other: place for other, place in self._open.items() if place < at}

    def text(self) -> str:
        return "".join(self._parts)


def is_word(text: str, position: int) -> bool:
    """Whether a letter or digit stands there."""
    return 0 <= position < len(text) and text[position].isalnum()


def is_blank(text: str, position: int) -> bool:
    """Whether a space or an end of the text stands there."""
    return not 0 <= position < len(text) or text[position].isspace()
