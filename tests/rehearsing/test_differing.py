"""Two texts beside each other, word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rehearsing.differing import GONE, MOST, NEW, SAME, alike, outcome_of, pieces_of
from app.rehearsing.models import Outcome
from app.rehearsing.sides import Side

WORDS = st.lists(st.sampled_from(["a", "b", "às", "9h", "\n", "  ", "<b>", "🌻"]), max_size=30).map(" ".join)


@given(WORDS, WORDS)
def test_either_text_can_be_read_out_of_the_pieces(before: str, after: str) -> None:
    pieces = pieces_of(before, after)
    assert "".join(text for kind, text in pieces if kind != GONE).split() == after.split()
    assert "".join(text for kind, text in pieces if kind != NEW).split() == before.split()
    assert (alike(pieces) == 100) == (before.split() == after.split())


def test_only_the_words_that_differ_are_marked() -> None:
    pieces = pieces_of("Abrimos às nove, de segunda a sexta.", "Abrimos às dez, de segunda a sábado. Até!")
    assert [tuple(piece) for piece in pieces] == [
        (SAME, "Abrimos às "),
        (GONE, "nove, "),
        (NEW, "dez, "),
        (SAME, "de segunda a "),
        (GONE, "sexta."),
        (NEW, "sábado. Até!"),
    ]
    assert 40 < alike(pieces) < 80


def test_very_long_texts_are_compared_by_their_lines() -> None:
    lines = [f"linha {place}\n" for place in range(MOST - 10)]
    pieces = pieces_of("".join(lines), "".join([*lines[:700], "outra\n", *lines[700:]]))
    assert [piece.text for piece in pieces if piece.kind != SAME] == ["outra\n"]


def test_texts_with_more_lines_than_can_be_compared_stand_whole_beside_each_other() -> None:
    pieces = pieces_of("a\n" * MOST + "b", "a\n" * MOST + "c")
    assert [piece.kind for piece in pieces] == [GONE, NEW]
    assert [piece.kind for piece in pieces_of("a\n" * MOST + "b", "a\n" * MOST + "b")] == [SAME]


@pytest.mark.parametrize(
    ("was", "now", "outcome"),
    [
        (Side("Oi"), Side("Oi "), Outcome.SAME),
        (Side("Oi"), Side("Olá"), Outcome.WORDS),
        (Side("Oi", reason="angry"), Side("Oi", reason="other"), Outcome.WORDS),
        (Side("Oi"), Side("Oi", reason="other"), Outcome.HANDS_OVER),
        (Side("Oi", reason="other"), Side("Oi"), Outcome.ANSWERS),
        (Side("Oi"), Side("R$ 9", reason="unknown_price", is_held=True), Outcome.HELD),
        (Side("Oi"), Side("Oi", reason="claude_failed", failure="529"), Outcome.FAILED),
    ],
)
def test_an_answer_is_told_from_a_hand_over_and_a_hand_over_from_a_failure(
    was: Side, now: Side, outcome: Outcome
) -> None:
    assert outcome_of(was, now) is outcome
