"""The part of a text in which something was found, cut so that one sees where."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from app.search.words import LONGEST_WORD, MOST_READ, WORD, Term, folded

LONGEST, BEFORE = 140, 40  # characters that are shown, and of these before the first word that was found


class Piece(NamedTuple):
    text: str
    is_found: bool = False


def excerpt(text: str, terms: Sequence[Term]) -> list[Piece]:
    """One line of a text round the first word that was found, in pieces."""
    line = " ".join(text[:MOST_READ].split())
    found = list(found_in(line, terms))
    start = start_of(line, found[0][0]) if found else 0
    end = len(line) if len(line) - start <= LONGEST else end_of(line, start)
    pieces = ["…"] if start else []
    shown = [Piece(one) for one in pieces] + list(cut(line, found, start, end))
    return [*shown, Piece("…")] if end < len(line) else shown


def whole(text: str, terms: Sequence[Term]) -> list[Piece]:
    """A short text, such as a name, with what was found in it."""
    return list(cut(text, list(found_in(text, terms)), 0, len(text)))


def with_digits(text: str, digits: str) -> list[Piece]:
    """A phone number as it is written, with the digits that were asked for, however they were grouped."""
    places = [place for place, sign in enumerate(text) if sign.isdigit()]
    at = "".join(text[place] for place in places).find(digits) if digits else -1
    spans = [(places[at], places[at + len(digits) - 1] + 1)] if at >= 0 else []
    return list(cut(text, spans, 0, len(text)))


def found_in(text: str, terms: Sequence[Term]) -> Iterator[tuple[int, int]]:
    """Where the words stand in the text, in order."""
    signs = [folded(sign) for sign in text]
    owners = [place for place, sign in enumerate(signs) for _ in sign]
    for word in WORD.finditer("".join(signs)):
        if (length := longest(word[0][:LONGEST_WORD], terms)) == 0:
            continue
        end = owners[word.start() + length - 1] + 1
        while end < len(text) and not signs[end]:  # the accent belongs to its letter
            end += 1
        yield owners[word.start()], end


def longest(word: str, terms: Iterable[Term]) -> int:
    """How much of the word was asked for."""
    asked = (term.word for term in terms if word == term.word or (term.begins and word.startswith(term.word)))
    return max(map(len, asked), default=0)


def start_of(line: str, first: int) -> int:
    if first <= BEFORE + 10:
        return 0
    space = line.rfind(" ", 0, first - BEFORE // 2)
    return space + 1 if space >= first - BEFORE else first


def end_of(line: str, start: int) -> int:
    space = line.rfind(" ", start + LONGEST - BEFORE, start + LONGEST)
    return space if space > 0 else start + LONGEST


def cut(text: str, spans: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[Piece]:
    """What stands between `start` and `end`, in pieces that were found and pieces between them."""
    at = start
    for first, last in spans:
        first, last = max(first, at), min(last, end)
        if first >= last:
            continue
        if first > at:
            yield Piece(text[at:first])
        yield Piece(text[first:last], is_found=True)
        at = last
    if at < end:
        yield Piece(text[at:end])
