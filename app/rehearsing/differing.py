"""How two answers differ: word by word, and in what they come to."""

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from app.rehearsing.models import Outcome
from app.rehearsing.sides import Side

MOST = 1000  # words of each text that are compared, else lines, else nothing: it takes the square of it, others wait
WORD, LINE, ALL = re.compile(r"\S+\s*"), re.compile(r".*\n?"), re.compile(r"(?s).+")

SAME, GONE, NEW = "same", "gone", "new"


class Piece(NamedTuple):
    """Some words that are in both texts, in the first alone, or in the second alone."""

    kind: str
    text: str


def pieces_of(before: str, after: str) -> list[Piece]:
    """Both texts, cut where they differ, in the order in which they are read."""
    before, after = before.strip(), after.strip()
    for unit in (WORD, LINE, ALL):
        one, other = unit.findall(before), unit.findall(after)
        if max(len(one), len(other)) <= MOST:
            break
    matched = SequenceMatcher(None, [word.strip() for word in one], [word.strip() for word in other], False)
    return list(joined(one, other, matched.get_opcodes()))


def joined(
    one: Sequence[str], other: Sequence[str], steps: Iterable[tuple[str, int, int, int, int]]
) -> Iterable[Piece]:
    for step, begin, end, others_begin, others_end in steps:
        if step == "equal":
            pairs = zip(one[begin:end], other[others_begin:others_end], strict=True)
            yield Piece(
                SAME, "".join(max(pair, key=len) for pair in pairs)
            )  # the last word of a text has no space
            continue
        if begin < end:
            yield Piece(GONE, "".join(one[begin:end]))
        if others_begin < others_end:
            yield Piece(NEW, "".join(other[others_begin:others_end]))


def alike(pieces: Sequence[Piece]) -> int:
    """How much of both texts is the same, in percent of their characters."""
    sizes = {
        kind: sum(len(piece.text) for piece in pieces if piece.kind == kind) for kind in (SAME, GONE, NEW)
    }
    whole = 2 * sizes[SAME] + sizes[GONE] + sizes[NEW]
    return 100 * 2 * sizes[SAME] // whole if whole else 100


def outcome_of(was: Side, now: Side) -> Outcome:
    if now.failure is not None:
        return Outcome.FAILED
    if now.is_held and not was.is_held:
        return Outcome.HELD
    if now.reason is not None and was.reason is None:
        return Outcome.HANDS_OVER
    if now.reason is None and was.reason is not None:
        return Outcome.ANSWERS
    is_same = now.reason == was.reason and now.words.split() == was.words.split()
    return Outcome.SAME if is_same else Outcome.WORDS
