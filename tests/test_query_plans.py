"""What every message asks of the database is found by an index, however much is stored."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Executable, event
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.contacts.identities import HOLDERS
from app.conversations.held_texts import WAITING_IN
from app.conversations.known import KNOWN
from app.conversations.listing import EVERYTHING
from app.conversations.message_marks import MARKS
from app.conversations.quotes import QUOTED
from app.conversations.receiving import PLACES_BETWEEN
from app.conversations.seen import SEEN
from app.conversations.shared import COUNTS, NEWER_MEDIA, NEWEST, OLDER, Kind
from app.conversations.thread import BESIDE, ONE, STANDING
from app.db import close_database, database, open_database, reading
from app.search import messages, people
from app.search.words import Term, marked

ASKED: dict[str, tuple[Executable, dict[str, Any]]] = {
    "messages that we have": (KNOWN, {"numbers": [1], "wamids": ["a", "b"]}),
    "texts that wait there": (WAITING_IN, {"conversations": [1, 2]}),
    "who wrote": (HOLDERS, {"kinds": ["bsuid", "wa_id"], "values": ["a", "b"]}),
    "their conversations": (PLACES_BETWEEN, {"numbers": [1], "contacts": [1, 2]}),
    "rows of the list": (EVERYTHING, {"ids": [1, 2]}),
    "what one reader sees of them": (SEEN, {"user": 1, "keeps": True, "ids": [1, 2]}),
    "one message": (ONE, {"message": 1}),
    "its neighbours": (BESIDE, {"sent_at": clock.now(), "position": 1, "conversation": 1}),
    "what it quotes": (QUOTED, {"number": 1, "conversation": 1, "wamids": ["a"]}),
    "how much a thread shares": (COUNTS, {"conversation": 1}),
    **{f"its newest {kind}": (NEWEST[kind], {"conversation": 1, "most": 5}) for kind in Kind},
    "what comes after one in its media": (
        NEWER_MEDIA,
        {"conversation": 1, "most": 5, "sent_at": clock.now(), "position": 1},
    ),
    **{
        f"its older {kind}": (
            OLDER[kind],
            {"conversation": 1, "most": 5, "sent_at": clock.now(), "position": 1},
        )
        for kind in Kind
    },
    "what one attendant made of them": (MARKS, {"user": 1, "messages": [1, 2]}),
    "its reactions": (STANDING, {"wamids": ["a"], "number": 1}),
}


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Everything that readers send to the database while the block lasts."""
    sent: list[tuple[str, Any]] = []

    def keep(connection: Any, cursor: Any, sql: str, parameters: Any, context: Any, many: bool) -> None:
        sent.append((sql, parameters))

    event.listen(database().reader.sync_engine, "before_cursor_execute", keep)
    yield sent
    event.remove(database().reader.sync_engine, "before_cursor_execute", keep)


@pytest.mark.parametrize("what", ASKED)
async def test_no_table_is_read_through_for(database_url: str, what: str) -> None:
    statement, parameters = ASKED[what]
    opened = open_database(database_url)
    try:
        async with reading() as session:
            with statements() as sent:
                await session.execute(statement, parameters)
            plan = await (plan_on_sqlite if opened.is_sqlite else plan_on_postgres)(session, *sent[-1])
    finally:
        await close_database()
    assert plan
    read_through = [step for step in plan if step.startswith(("SCAN ", "Seq Scan"))]
    assert read_through in ([], ["SCAN CONSTANT ROW"])  # which is no table
    if what.endswith(tuple(Kind)):  # by the index that holds nothing else
        assert any(f"ix_message_{what.split()[-1]}" in step for step in plan), plan
    if what == "what it quotes" and opened.is_sqlite:  # and not by reading a whole thread
        assert "number_id=? AND wamid=?" in plan[0]


WORDS = [[Term(marked("c", 7))], [Term("bolo")], [Term("fub", begins=True)]]
SEARCHED: dict[str, Callable[[AsyncSession], Executable]] = {
    "messages": lambda session: messages.looked_up(session, WORDS, 100),
    "conversations": lambda session: people.conversations_with(session, WORDS),
    "contacts": lambda session: people.contacts_without(session, WORDS),
}


@pytest.mark.parametrize("what", SEARCHED)
async def test_search_asks_the_list_of_words_first_and_reads_no_table_through(
    database_url: str, what: str
) -> None:
    opened = open_database(database_url)
    try:
        async with reading() as session:
            with statements() as sent:
                await session.execute(SEARCHED[what](session))
            plan = await (plan_on_sqlite if opened.is_sqlite else plan_on_postgres)(session, *sent[-1])
    finally:
        await close_database()
    if opened.is_sqlite:
        assert re.match(r"SCAN (message|contact)_search VIRTUAL TABLE", plan[0])
        assert not [step for step in plan[1:] if step.startswith("SCAN ")]
        assert what != "messages" or not [
            step for step in plan if "TEMP B-TREE" in step
        ]  # it stops at a page
    else:
        assert [step for step in plan if step.startswith("Bitmap Index Scan")]
        assert not [step for step in plan if step.startswith("Seq Scan")]


async def plan_on_sqlite(session: AsyncSession, sql: str, values: Any) -> list[str]:
    connection = await session.connection()
    explained = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
    return [step["detail"] for step in explained.mappings()]


async def plan_on_postgres(session: AsyncSession, sql: str, values: Any) -> list[str]:
    """Reads a table through only where no index helps: these tables are small, where that is quicker."""
    connection = await session.connection()
    await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    explained = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sql}", values)
    return list(steps_of(explained.scalar_one()[0]["Plan"]))


def steps_of(plan: dict[str, Any]) -> Iterator[str]:
    yield f"{plan['Node Type']} {plan.get('Relation Name', '')} {plan.get('Index Name', '')}"
    for part in plan.get("Plans", ()):
        yield from steps_of(part)
