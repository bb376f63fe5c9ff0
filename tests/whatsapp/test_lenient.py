"""What of a body can be used, and what is replaced because a database would refuse it."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.whatsapp import payloads as p
from app.whatsapp.payloads import parse
from tests.whatsapp.recorded import NOW, read, text


@pytest.mark.parametrize(
    ("timestamp", "is_kept"),
    [
        ("1790000000", True), (1790000000, True), ("17 ", False), ("1_790_000_000", False),
        ("１７９０００００００", False),
        ("10" * 10, False), ("9" * 11, False), ("1", False), (True, False), (1.5e9, False), (None, False),
        (str(int(NOW.timestamp()) + 86_000), True), (str(int(NOW.timestamp()) + 87_000), False),
    ],
)  # fmt: skip
def test_only_a_sensible_time_is_believed(timestamp: Any, is_kept: bool) -> None:
    assert (read(text(timestamp=timestamp)).sent_at is not None) is is_kept


def test_what_a_database_refuses_is_replaced() -> None:
    message = read(text(text={"body": "a\ud800b\0c", "k\0": ["\udfff", 2**63, -(2**63), 2**63 - 1]}))
    assert message.body == "a\ufffdb\u2400c"
    assert message.content["k\u2400"] == ["\ufffd", str(2**63), str(-(2**63)), 2**63 - 1]
    assert read(text(text={"body": "👨‍👩‍👧"})).body == "👨‍👩‍👧"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"<html>", "not JSON"),
        (b"[]", "not an object"),
        (b"{}", "no entry list"),
        (b'{"entry":{}}', "no entry list"),
        (b'{"entry":["\xff"]}', "not UTF-8"),
        (b"\xef\xbb\xbf" + b'{"entry":[]}', "not JSON"),
        ('{"entry":[]}'.encode("utf-16"), "not UTF-8"),
        ('{"entry":[]}'.encode("utf-16-le"), "not JSON"),
        (b'{"entry":[NaN]}', "a number that is not finite"),
        (b'{"entry":[-Infinity]}', "a number that is not finite"),
        (b'{"entry":[1e999]}', "a number that is not finite"),
        (b'{"entry":[' + b"9" * 5000 + b"]}", "a number too large"),
        (b"[" * 100_000, "nested too deep"),
        (b"[" * 65 + b"]" * 65, "nested too deep"),
        (b'{"entry":' + b'{"a":[' * 40 + b"]}" * 40 + b"}", "nested too deep"),
        (b'"' + b'\\"' * 100_000, "not JSON"),
    ],
)
def test_a_body_that_cannot_be_walked_says_why(body: bytes, reason: str) -> None:
    with pytest.raises(p.Unusable) as problem:
        parse(body)
    assert problem.value.reason == reason


def test_brackets_within_strings_are_no_depth() -> None:
    assert read(text(text={"body": "[{" * 100 + '\\"' + "[" * 100})).body.startswith("[{[{")


def test_sixty_four_levels_are_not_too_deep() -> None:
    assert parse(b'{"entry":' + b"[" * 63 + b"]" * 63 + b"}").entries


@given(st.binary(max_size=200))
def test_bytes_are_read_or_refused_and_nothing_else(body: bytes) -> None:
    with contextlib.suppress(p.Unusable):
        parse(body)
