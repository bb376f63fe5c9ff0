"""WhatsApp's way of writing *bold*, _italic_ and the rest: to HTML for the bubble, to one line for previews.

The sister modules convert Markdown to it and part long texts; their verbs are offered here as well.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup, escape

from app.whatsapp.graphemes import emoji_count
from app.whatsapp.markdown import markdown_to_whatsapp
from app.whatsapp.spans import ADDRESS, INLINE_CODE, Spans, fenced, is_blank, is_word, trimmed_address
from app.whatsapp.splitting import split_for_whatsapp

__all__ = ["emoji_count", "markdown_to_whatsapp", "plain", "split_for_whatsapp", "to_html"]

EMAIL = (
    r"(?<![A-Za-z0-9.+-])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}"
    r"\.[A-Za-z]{2,24}(?![A-Za-z0-9-])"
)
PHONE = r"(?<![\w+])\+[1-9][0-9](?:[ ().-]{0,2}[0-9]){6,13}(?![0-9])"
TOKEN = re.compile(
    f"(?P<code>{INLINE_CODE})|(?P<address>{ADDRESS})|(?P<email>{EMAIL})|(?P<phone>{PHONE})|(?P<marker>[*_~])",
    re.IGNORECASE,
)
TAGS = {"*": "strong", "_": "em", "~": "s"}
BULLET = re.compile(r"[-*] (.*)")
NUMBERED = re.compile(r"([0-9]{1,9})\. (.*)")
QUOTE = re.compile(r"(?:&gt;|>) ?(.*)")


@dataclass(frozen=True, slots=True)
class _Drawing:
    """How the inline pieces come out: as HTML, or as bare words."""

    tag: Callable[[str], tuple[str, str]]  # what stands before and after
    code: Callable[[str], str]
    link: Callable[[str, str], str]  # (address, words)


def _link(address: str, words: str) -> str:
    return f'<a href="{address}" rel="noopener noreferrer nofollow" target="_blank">{words}</a>'


HTML = _Drawing(
    tag=lambda name: (f"<{name}>", f"</{name}>"),
    code=lambda code: f"<code>{code}</code>",
    link=_link,
)
BARE = _Drawing(tag=lambda name: ("", ""), code=lambda code: code, link=lambda _, words: words)


def to_html(text: str) -> Markup:
    """The bubble's HTML. Line ends become <br>; nothing in the text can become a tag of its own."""
    # Escaped before anything else looks at it: from here on only what we add ourselves is markup.
    safe = str(escape(_with_newlines(text)))
    pieces = list(fenced(safe))
    drawn = []
    for place, (is_code, piece) in enumerate(pieces):
        if is_code:
            code = piece.removeprefix("\n").removesuffix("\n")
            drawn.append(f"<pre><code>{code}</code></pre>")
        else:  # a code block stands on lines of its own: the line end beside it is no empty line
            piece = piece.removeprefix("\n") if place > 0 else piece
            drawn.append(_blocks(piece.removesuffix("\n") if place < len(pieces) - 1 else piece))
    return Markup("".join(drawn))  # noqa: S704 - escaped above


def addresses(text: str) -> list[str]:
    """The web addresses that `to_html` makes links of, each once, in order and with their scheme. Not HTML: escape them."""
    found: list[str] = []

    def keep(address: str, words: str) -> str:
        found.append(address)
        return words

    drawing = _Drawing(tag=lambda name: ("", ""), code=lambda code: code, link=keep)
    for is_code, piece in fenced(_with_newlines(text)):
        for line in () if is_code else piece.split("\n"):
            _inline(line, drawing)
    return [one for one in dict.fromkeys(found) if one.lower().startswith(("http://", "https://"))]


def plain(text: str) -> str:
    """The words alone, in one line: for previews, titles and notifications. Not HTML: escape it."""
    lines = []
    for is_code, piece in fenced(_with_newlines(text)):
        lines += [piece] if is_code else [_bare_line(line) for line in piece.split("\n")]
    return " ".join(" ".join(lines).split())


def _with_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _blocks(text: str) -> str:
    """Lines of one kind that follow each other make one list, quote or paragraph."""
    lines = map(_line, text.split("\n")) if text else iter(())
    return "".join(
        _block(kind, [html for _, html in same]) for kind, same in groupby(lines, lambda line: line[0])
    )


def _block(kind: str, lines: list[str]) -> str:
    if kind in {"ul", "ol"}:
        return f"<{kind}>{''.join(lines)}</{kind}>"
    joined = "<br>".join(lines)
    return f"<blockquote>{joined}</blockquote>" if kind == "blockquote" else joined


def _line(line: str) -> tuple[str, str]:
    """(kind of block, HTML) of one escaped line."""
    if found := BULLET.fullmatch(line):
        return "ul", f"<li>{_inline(found[1], HTML)}</li>"
    if found := NUMBERED.fullmatch(line):  # keeps the writer's number
        return "ol", f'<li value="{found[1]}">{_inline(found[2], HTML)}</li>'
    if found := QUOTE.fullmatch(line):
        return "blockquote", _inline(found[1], HTML)
    return "", _inline(line, HTML)


def _bare_line(line: str) -> str:
    if found := BULLET.fullmatch(line):
        return "• " + _inline(found[1], BARE)
    found = QUOTE.fullmatch(line)
    return _inline(found[1] if found else line, BARE)


def _inline(line: str, drawing: _Drawing) -> str:
    spans = Spans()
    place = 0
    while found := TOKEN.search(line, place):
        spans.add(line[place : found.start()])
        place = found.end()
        if found.lastgroup == "marker":
            _mark(spans, line, found.start(), drawing)
        elif found.lastgroup == "address":
            address = trimmed_address(found[0])
            spans.add(_address(address, drawing))
            place = found.start() + len(address)
        else:
            spans.add(_other(found, drawing))
    spans.add(line[place:])
    return spans.text()


def _mark(spans: Spans, line: str, at: int, drawing: _Drawing) -> None:
    """A marker hugs what it marks and has a space, an end or punctuation on its other side."""
    marker = line[at]
    hugs_before = not is_blank(line, at - 1) and line[at - 1] != marker
    hugs_after = not is_blank(line, at + 1) and line[at + 1] != marker
    if spans.is_open(marker) and hugs_before and not is_word(line, at + 1):
        spans.close(marker, *drawing.tag(TAGS[marker]))
    elif not spans.is_open(marker) and hugs_after and not is_word(line, at - 1):
        spans.open(marker, marker)
    else:
        spans.add(marker)


def _address(address: str, drawing: _Drawing) -> str:
    if address.lower().rstrip(":/") in {"http", "https", "www"}:  # nothing follows that could be opened
        return address
    has_scheme = address.lower().startswith("http")
    return drawing.link(address if has_scheme else "https://" + address, address)


def _other(found: re.Match[str], drawing: _Drawing) -> str:
    words = found[0]
    if found.lastgroup == "code":
        return drawing.code(words[1:-1])
    if found.lastgroup == "email":
        return drawing.link("mailto:" + words, words)
    return drawing.link("tel:+" + re.sub("[^0-9]", "", words), words)
