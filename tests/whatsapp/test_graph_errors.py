"""Meta's codes, sorted into what to do."""

from typing import Any

import pytest

from app.whatsapp.graph_errors import MEANINGS, TABLE, GraphError, Remedy


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (131000, Remedy.AGAIN_LATER),
        (131056, Remedy.AGAIN_LATER),
        (130429, Remedy.SLOW_NUMBER),
        (4, Remedy.SLOW_NUMBER),
        (131047, Remedy.NEVER),
        (131026, Remedy.NEVER),
        (100, Remedy.OUR_FAULT),
        (0, Remedy.STOP_NUMBER),
        (190, Remedy.STOP_NUMBER),
        (200, Remedy.STOP_NUMBER),
        (299, Remedy.STOP_NUMBER),
        (131042, Remedy.STOP_NUMBER),
    ],
)
def test_a_code_has_its_remedy(code: int, remedy: Remedy) -> None:
    assert GraphError(code).remedy is remedy


def test_no_code_stands_in_the_table_twice() -> None:
    assert len(MEANINGS) == sum(len(list(codes)) for codes, _ in TABLE)


def test_every_code_has_words_and_a_hint_for_the_attendant() -> None:
    for code in (*MEANINGS, 999_999, None):
        error = GraphError(code)
        assert error.words.endswith(".")
        assert error.hint.endswith(".")


def waits(error: GraphError, attempts: int) -> list[float | None]:
    return [error.retry_after_seconds(attempt) for attempt in range(1, attempts + 1)]


def test_trouble_at_meta_is_waited_out_from_one_second_to_five_minutes() -> None:
    assert waits(GraphError(131000), 10) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]


def test_the_pair_rate_is_waited_out_by_powers_of_four() -> None:
    assert waits(GraphError(131056), 5) == [1, 4, 16, 64, 256]


def test_maintenance_takes_a_minute_and_quotas_take_minutes() -> None:
    assert waits(GraphError(131057), 3) == [60, 60, 60]
    assert waits(GraphError(80007), 4) == [60, 120, 240, 300]


def test_jitter_only_lengthens_and_never_beyond_the_longest_wait() -> None:
    error = GraphError(131016)
    assert error.retry_after_seconds(1, jitter=0.5) == 1.25
    assert error.retry_after_seconds(50, jitter=0.99) == 300
    assert error.retry_after_seconds(10**6) == 300


def test_what_will_not_go_is_never_tried_again_by_itself() -> None:
    for code in (131047, 190, 100):
        assert GraphError(code).retry_after_seconds(1) is None


def test_a_code_we_do_not_know_is_tried_again_only_when_meta_itself_was_in_trouble() -> None:
    assert GraphError(999_999, http_status=503).retry_after_seconds(1) == 1
    assert GraphError(999_999, http_status=429).remedy is Remedy.AGAIN_LATER
    assert GraphError(999_999, http_status=400).remedy is Remedy.NEVER
    assert GraphError(None).remedy is Remedy.NEVER


def test_an_answer_without_a_code_is_no_graph_error() -> None:
    documents: list[Any] = [
        None,
        [],
        {},
        {"error": "x"},
        {"error": {"message": "x"}},
        {"error": {"code": True}},
    ]
    for document in documents:
        assert GraphError.in_answer(document, 400) is None


def test_the_details_say_more_than_the_message() -> None:
    error = {"code": 131009, "message": "general", "error_data": {"details": "exact"}, "fbtrace_id": "T"}
    assert GraphError.in_answer({"error": error}, 400) == GraphError(131009, "exact", 400, "T")
