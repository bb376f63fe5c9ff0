"""Markdown, as models write it, into WhatsApp's own markup.

`*x*` is italic in Markdown and bold in WhatsApp. A text that has anything else of Markdown's (`**`, `__`,
`~~`, headings, links, tables, rules) is taken for Markdown throughout; in any other, single stars are
WhatsApp's already and stay. That is also what makes converting twice the same as converting once.
"""

import re
from collections.abc import Callable, Iterator

from app.whatsapp.spans import ADDRESS, INLINE_CODE, Spans, fenced, is_blank, is_word, trimmed_address

BULLET = re.compile(r"^([ \t]*)[*+][ \t]+(?=\S)(?![*_ \t-]*$)", re.MULTILINE)
EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
RULE = re.compile(r"[ \t]*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})")
HEADING = re.compile(r"[ \t]{0,3}#{1,6}(?:[ \t]+(.*))?")
HEADING_END = re.compile(r"[ \t]#+$")
TABLE_RULE = re.compile(r":?-+:?")
LINK = (
    r"!?\[(?P<words>[^\[\]\n]{0,300})\]"
    r"\([ \t]{0,9}(?P<to>(?:[^\s()]|\([^\s()]*\))+)(?:[ \t]{1,9}\"[^\"\n]{0,300}\")?[ \t]{0,9}\)"
)
TOKEN = re.compile(
    rf"(?P<code>{INLINE_CODE})|(?P<link>{LINK})|<(?P<bare>https?://[^\s<>]+)>|(?P<address>{ADDRESS})"
    r"|(?P<marker>\*+|_{2,}|~{2,})",
    re.IGNORECASE,
)

Pairs = dict[str, tuple[str, str]]
PAIRS: Pairs = {"***": ("*_", "_*"), "**": ("*", "*"), "__": ("*", "*"), "~~": ("~", "~")}
IN_BOLD: Pairs = PAIRS | {"***": ("_", "_"), "**": ("", ""), "__": ("", "")}  # in a line that is bold already
ITALICS: Pairs = {"*": ("_", "_")}


def markdown_to_whatsapp(text: str) -> str:
    """The same text as WhatsApp shows it: `*bold*`, `_italic_`, `~struck~`, headings as bold lines, links as
    `words: address`, tables as lines, bullets as `- `. Code and addresses stay as they are; no `**` stays
    outside of them. What has no partner loses its markers."""
    tidy = _tidied(text)
    if _converted(tidy, italics=False) == tidy:
        return tidy
    converted = _converted(tidy, italics=True)
    # What was taken away may bring markers together that stood apart. Each round has fewer of |, # and
    # markers, or is shorter, so this ends.
    while (again := _converted(_tidied(converted), italics=False)) != converted:
        converted = again
    return converted


def _tidied(text: str) -> str:
    """What both languages allow, in one spelling: bullets as `- `, at most one empty line."""
    return _outside_code(text, lambda piece: EMPTY_LINES.sub("\n\n", BULLET.sub(_bullet, piece)))


def _bullet(found: re.Match[str]) -> str:
    return found[1] + "- "


def _converted(text: str, *, italics: bool) -> str:
    single = ITALICS if italics else {}
    return _outside_code(text, lambda piece: "\n".join(_lines(piece.split("\n"), single)))


def _outside_code(text: str, rewrite: Callable[[str], str]) -> str:
    return "".join(f"```{piece}```" if is_code else rewrite(piece) for is_code, piece in fenced(text))


def _lines(lines: list[str], single: Pairs) -> Iterator[str]:
    place = 0
    while place < len(lines):
        rows = _rows_of_table(lines, place)
        if rows:
            yield from _table(lines[place], lines[place + 2 : place + rows], single)
        else:
            yield _line(lines[place], single)
        place += rows or 1


def _line(line: str, single: Pairs) -> str:
    if RULE.fullmatch(line):
        return ""
    if heading := HEADING.fullmatch(line):
        return _bold(HEADING_END.sub("", (heading[1] or "").strip()), single)
    return _inline(line, PAIRS | single)


def _bold(words: str, single: Pairs) -> str:
    inner = _inline(words, IN_BOLD | single).strip()
    return f"*{inner}*" if inner else ""


def _rows_of_table(lines: list[str], place: int) -> int:
    """How many lines from here are one table: head, rule and rows; 0 when none begins here."""
    if place + 1 >= len(lines) or "|" not in lines[place] or "|" not in lines[place + 1]:
        return 0
    if not all(map(TABLE_RULE.fullmatch, _cells(lines[place + 1]))):
        return 0
    end = place + 2
    while end < len(lines) and "|" in lines[end]:
        end += 1
    return end - place


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _table(head: str, rows: list[str], single: Pairs) -> Iterator[str]:
    """ "*Plano: Preço, Prazo*" and "- Básico: R$ 10, 2 dias": what a narrow screen can show."""
    if title := _joined(_cells(head)):
        yield _bold(title, single)
    for row in rows:
        if words := _joined(_cells(row)):
            yield "- " + _inline(words, PAIRS | single)


def _joined(cells: list[str]) -> str:
    first, rest = cells[0], ", ".join(filter(None, cells[1:]))
    return ": ".join(filter(None, (first, rest)))


def _inline(line: str, pairs: Pairs) -> str:
    spans = Spans()
    place = 0
    while found := TOKEN.search(line, place):
        spans.add(line[place : found.start()])
        place = found.end()
        if found["marker"]:
            _mark(spans, line, found.start(), found["marker"], pairs)
        elif found["address"]:
            address = trimmed_address(found[0])
            spans.add(address)
            place = found.start() + len(address)
        else:
            spans.add(_link(found["words"], found["to"]) if found["link"] else found["bare"] or found[0])
    spans.add(line[place:])
    return spans.text()


def _mark(spans: Spans, line: str, at: int, marker: str, pairs: Pairs) -> None:
    end = at + len(marker)
    lost = _lost(line, at, marker)
    if marker not in pairs:
        spans.add(lost)
    elif spans.is_open(marker) and not is_blank(line, at - 1) and not is_word(line, end):
        spans.close(marker, *pairs[marker])
    elif spans.is_open(marker) and not is_blank(line, at - 1) and marker in {"**", "***"}:
        spans.close(marker, "", "")  # "**Nota:**texto": WhatsApp shows no bold that ends within a word
    elif not spans.is_open(marker) and not is_blank(line, end) and not is_word(line, at - 1):
        spans.open(marker, lost)
    else:
        spans.add(lost)


def _lost(line: str, at: int, marker: str) -> str:
    """What a marker without partner becomes. Two or more stars never stay: beside a letter they were a
    marker, between digits a power, elsewhere they hide digits ("***.123.456-**")."""
    end = at + len(marker)
    before, after = line[at - 1 : at] if at else "", line[end : end + 1]
    if marker[0] != "*" or len(marker) == 1:
        return marker
    if len(marker) == 2 and before.isdigit() and after.isdigit():
        return "^"
    if after.isalpha() or (len(marker) == 2 and before.isalpha()):
        return ""
    return "•" * len(marker)


def _link(words: str, to: str) -> str:
    words, to = words.strip(), re.sub(r"^(?:mailto|tel):", "", to, flags=re.IGNORECASE)
    is_same = words.removesuffix("/") in {
        to.removesuffix("/"),
        re.sub(r"^https?://", "", to).removesuffix("/"),
    }
    return to if is_same or not words else f"{words}: {to}"
