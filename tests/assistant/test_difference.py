"""How much of a text was changed is told to the character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.consulting.difference import LONGEST, difference, distance

WORDS = st.text(alphabet="abç 🙂\n", max_size=40)


def by_the_table(before: str, after: str) -> int:
    """As every textbook has it."""
    row = list(range(len(after) + 1))
    for place, letter in enumerate(before, start=1):
        above, row[0] = row[0], place
        for column, other in enumerate(after, start=1):
            above, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, above + (letter != other)),
            )
    return row[-1]


@given(WORDS, WORDS)
def test_the_distance_is_the_textbooks(before: str, after: str) -> None:
    assert distance(before, after) == by_the_table(before, after)


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [
        ("", "", 0), ("Oi", "Oi", 0), ("", "Oi", 1), ("Oi", "", 1), ("abcd", "wxyz", 1),
        ("Temos dois.", "Temos três.", 3 / 11), ("ontem", "on", 3 / 5),
    ],
)  # fmt: skip
def test_it_is_a_share_of_the_longer_text(before: str, after: str, share: float) -> None:
    assert difference(before, after) == pytest.approx(share)


def test_beyond_what_a_customer_can_get_nothing_is_compared() -> None:
    assert difference("a" * LONGEST + "b" * 100_000, "a" * LONGEST) == 0
