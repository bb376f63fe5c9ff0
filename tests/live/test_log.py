"""The live log and its two doors: a cursor never skips, never shows what is not the reader's, and never hangs."""

import asyncio
from contextlib import AsyncExitStack
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, update

from app.accounts.models import User
from app.accounts.users import by_email
from app.db import reading, transaction
from app.live import frames
from app.live.connection import Live, News
from app.live.events import Change, EventKind, LiveEvent, announce
from app.live.ring import BATCH, Ring, events_after, newest
from app.live.stopping import stopping
from tests.actors import Browser, Desk, WhatsApp, running_desk
from tests.clocks import count
from tests.deadline import patience
from tests.live.listening import cursor_in, listening, poll
from tests.people import ANA, BRUNO, PAULO, Attendant

AT_ONCE = 10.0  # before anybody would be looked after anyway: a stream beats after 15 seconds, a poll is held for 25


async def head() -> int:
    async with reading() as session:
        return await newest(session)


async def announced(
    kind: EventKind, *refs: int, conversation: int | None = None, user: int | None = None
) -> None:
    """These changes, in one transaction."""
    async with transaction() as session:
        for ref in refs:
            announce(session, Change(kind, conversation, ref, user))


async def id_of(person: Browser) -> int:
    async with reading() as session:
        user = await by_email(session, person.attendant.email)
    assert user is not None
    return user.id


# Ids


async def test_ids_are_contiguous_in_commit_order_however_many_write(desk: Desk) -> None:
    """Whoever reads past its cursor at any moment finds the very next id, or nothing yet."""
    began_at = await head()
    writers, each = 8, 25

    async def write(writer: int) -> None:
        for turn in range(each):
            async with transaction() as session:
                announce(session, Change(EventKind.DRAFT_CHANGED, None, writer * 1000 + turn))
                await asyncio.sleep(0)  # others come in between
                announce(session, Change(EventKind.DRAFT_CHANGED, None, writer * 1000 + turn + 500))

    async def follow() -> None:
        cursor = began_at
        while cursor < began_at + writers * each * 2:
            async with reading() as session:
                found = await events_after(session, cursor, BATCH)
            assert [event.id for event in found] == list(range(cursor + 1, cursor + 1 + len(found)))
            cursor += len(found)

    async with patience(30):
        await asyncio.gather(follow(), *(write(writer) for writer in range(writers)))


async def test_a_change_that_was_rolled_back_leaves_no_hole(desk: Desk) -> None:
    before = await head()

    async def announce_and_fail() -> None:
        async with transaction() as session:
            announce(session, Change(EventKind.DRAFT_CHANGED, None, 1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await announce_and_fail()
    await announced(EventKind.DRAFT_CHANGED, 2)
    assert await head() == before + 1
    assert await count(LiveEvent, LiveEvent.id == before + 1) == 1


async def test_many_readers_who_are_ahead_of_the_ring_do_not_confuse_it(desk: Desk) -> None:
    """A page may know a newer id than the ring does: whoever asks at that moment has the ring read on."""
    ring = Ring()
    ring.head = ring.floor = since = await head()
    await announced(EventKind.DRAFT_CHANGED, *range(1, 21))
    found = await asyncio.gather(*(ring.after(since + 15) for _ in range(8)))
    for events in found:
        assert [event.id for event in events or ()] == list(range(since + 16, since + 21))
    assert [event.id for event in ring.events] == list(range(since + 1, since + 21))


# Cursors that cannot be followed


@pytest.mark.parametrize(
    ("cursor", "day"),
    [
        ("", ""),
        ("-1", ""),
        ("1e3", ""),
        ("٣", ""),
        ("9" * 30, ""),
        ("<b>", ""),
        ("ahead", ""),
        ("0", "2020-01-01"),
    ],
    ids=[
        "absent",
        "negative",
        "a float",
        "foreign digits",
        "too long",
        "garbage",
        "ahead of the log",
        "yesterday's page",
    ],
)
async def test_a_page_that_cannot_be_brought_up_to_date_is_fetched_anew(
    desk: Desk, whatsapp: WhatsApp, marta: Browser, cursor: str, day: str
) -> None:
    await whatsapp.says(ANA, "Oi")
    now = await head()
    asked = str(now + 1000) if cursor == "ahead" else cursor
    answer = await poll(marta, asked, d=day)
    assert (answer.status_code, answer.text, answer.headers["x-live"], cursor_in(answer)) == (
        200,
        "",
        "resync",
        now,
    )
    async with listening(marta, asked, d=day) as stream:
        frame = await stream.next()
        assert frame is not None
        assert (frame.event, frame.id) == ("resync", now)
        assert await stream.next() is None


async def test_todays_page_and_one_that_does_not_say_its_day_are_followed(marta: Browser, desk: Desk) -> None:
    page = await marta.open("/")
    today = page.text.partition('data-day="')[2].partition('"')[0]
    assert date.fromisoformat(today)
    for day in (today, "", "not a day"):
        assert (await poll(marta, await head(), d=day)).status_code == 204


async def test_the_larger_of_cursor_and_last_event_id_wins(
    desk: Desk, whatsapp: WhatsApp, marta: Browser
) -> None:
    await whatsapp.says(ANA, "Oi")
    now = await head()
    for cursor, last in (("0", str(now)), (str(now), "0"), ("", str(now))):
        answer = await marta.http.get(
            "/live/poll", params={"c": cursor, "t": "inbox", "w": "0"}, headers={"Last-Event-ID": last}
        )
        assert answer.status_code == 204


async def test_five_hundred_events_are_caught_up_on_and_one_more_is_too_many(
    desk: Desk, marta: Browser
) -> None:
    since = await head()
    await announced(EventKind.DRAFT_CHANGED, *range(1, BATCH + 1))
    caught_up = await poll(marta, since)
    assert caught_up.status_code == 204
    assert cursor_in(caught_up) == since + BATCH
    await announced(EventKind.DRAFT_CHANGED, 1)
    assert (await poll(marta, since)).headers["x-live"] == "resync"
    assert (await poll(marta, since + 1)).status_code == 204


async def test_after_a_restart_the_table_is_read_until_it_was_trimmed(database_url: str) -> None:
    async with running_desk(database_url) as first:
        await first.whatsapp.says(ANA, "Antes")
        since = await head()
        await first.whatsapp.says(BRUNO, "Também antes")
        await first.whatsapp.says(ANA, "E outra vez")
    async with running_desk(database_url) as second:
        answer = await poll(second.marta, since)
        assert "Também antes" in answer.text
        assert "E outra vez" in answer.text
        async with transaction() as session:
            await session.execute(delete(LiveEvent).where(LiveEvent.id <= since + 1))
        assert (await poll(second.marta, since)).headers["x-live"] == "resync"
        async with listening(second.marta, since) as stream:
            assert [frame.event for frame in await stream.rest(within_seconds=3)] == ["resync"]
        assert "E outra vez" in (await poll(second.marta, since + 1)).text


# What is whose


async def test_anothers_events_move_the_cursor_and_show_nothing(
    desk: Desk, whatsapp: WhatsApp, marta: Browser
) -> None:
    paulo = await desk.attendant(PAULO)
    await whatsapp.says(ANA, "Oi")
    conversation = await marta.conversation_with(ANA.name)
    since = await head()
    async with listening(paulo, since) as stream:
        await marta.post(f"/c/{conversation}/reading", {"up_to": "99"})
        await announced(EventKind.ATTENDANT_CHANGED, 1, user=await id_of(marta))
        frame = await stream.next()
        assert frame is not None
        assert (frame.event, frame.data) == ("hb", "")
        assert since < (frame.id or 0) <= since + 2
    answer = await poll(paulo, since)
    assert (answer.status_code, cursor_in(answer)) == (204, since + 2)
    assert (await poll(marta, since)).headers["x-live"] == "resync"


@pytest.mark.parametrize(
    "topics",
    ["", ",", "conv:", "conv:-1", "conv:0", "conv:999999999999999999", "conv:" + "9" * 40, "conv:٣", "conv:1e1", "user:1",
     "<script>", "conv:1;drop", "inbox," * 500, "conv:1 or 1=1", "\u0000"],
)  # fmt: skip
async def test_strange_topics_are_harmless(
    desk: Desk, whatsapp: WhatsApp, marta: Browser, topics: str
) -> None:
    since = await head()
    await whatsapp.says(ANA, "Só na conversa")
    answer = await poll(marta, since, topics)
    assert answer.status_code == 200
    assert "data-message" not in answer.text
    assert ("data-conversation=" in answer.text) == topics.startswith("inbox")
    async with listening(marta, since, topics) as stream:
        assert (await stream.next_news()).data == answer.text


async def test_only_the_open_conversations_bubbles_come(
    desk: Desk, whatsapp: WhatsApp, marta: Browser
) -> None:
    await whatsapp.says(ANA, "Oi")
    ana = await marta.conversation_with(ANA.name)
    since = await head()
    await whatsapp.says(ANA, "Da Ana")
    await whatsapp.says(BRUNO, "Do Bruno")
    both = await poll(marta, since, f"inbox,conv:{ana}")
    assert both.text.count("<article") == 1
    assert "Do Bruno" in both.text  # in his row
    assert "<article" not in (await poll(marta, since)).text


# Waiting


async def test_a_poll_without_news_ends_with_204_after_its_wait(desk: Desk, marta: Browser) -> None:
    now, clock = await head(), asyncio.get_running_loop().time
    asked_at = clock()
    async with patience(AT_ONCE):
        answer = await poll(marta, now, wait=1)
    assert (answer.status_code, answer.content, cursor_in(answer)) == (204, b"", now)
    assert answer.headers["cache-control"] == "no-store"
    assert clock() - asked_at >= 0.95


async def test_a_held_poll_answers_as_soon_as_there_is_news(
    desk: Desk, whatsapp: WhatsApp, marta: Browser
) -> None:
    held = asyncio.create_task(poll(marta, await head(), wait=25))
    await whatsapp.says(ANA, "Oi")
    async with patience(3):
        assert ANA.name in (await held).text


async def test_a_held_poll_passes_over_what_is_not_its_readers(
    desk: Desk, whatsapp: WhatsApp, marta: Browser
) -> None:
    paulo = await desk.attendant(PAULO)
    held = asyncio.create_task(poll(paulo, await head(), wait=25))
    await announced(EventKind.ATTENDANT_CHANGED, 1, user=await id_of(marta))
    await whatsapp.says(ANA, "Oi")
    async with patience(3):
        answer = await held
    assert answer.status_code == 200
    assert "x-live" not in answer.headers


async def test_what_many_are_told_together_is_what_each_would_be_told_alone(
    desk: Desk, whatsapp: WhatsApp, marta: Browser
) -> None:
    """Streams are drawn for together; a poll is drawn for by itself."""
    await whatsapp.says(ANA, "Oi")
    ana = await marta.conversation_with(ANA.name)
    paulo, rui = (
        await desk.attendant(PAULO),
        await desk.attendant(Attendant("Rui", "rui@example.com", "attendant")),
    )
    await paulo.post(f"/c/{ana}/reading", {"up_to": "1"})
    await rui.post("/settings", {"locale": "en", "alert_shows_text": "off"})
    now = await head()
    both = f"inbox,conv:{ana}"
    asked = [(marta, both), (marta, "inbox"), (paulo, both), (paulo, f"conv:{ana}"), (rui, both)]
    async with AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(listening(reader, now, topics)) for reader, topics in asked
        ]
        await whatsapp.says(ANA, "E hoje?")
        told = [await stream.next_news() for stream in streams]
    alone = [await poll(reader, now, topics) for reader, topics in asked]
    assert [(news.id, news.data) for news in told] == [(cursor_in(one), one.text) for one in alone]
    assert len({news.data for news in told}) == len(asked)


async def test_silence_is_broken_by_heartbeats_that_carry_the_cursor(
    desk: Desk, marta: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "HEARTBEAT_SECONDS", 0.2)
    now = await head()
    async with listening(marta, now) as stream:
        for _ in range(3):
            frame = await stream.next(within_seconds=2)
            assert frame is not None
            assert (frame.event, frame.id, frame.data) == ("hb", now, "")


async def test_the_stream_never_sends_a_carriage_return(
    desk: Desk, whatsapp: WhatsApp, marta: Browser
) -> None:
    await whatsapp.says(ANA, "Oi")
    ana = await marta.conversation_with(ANA.name)
    async with listening(marta, await head(), f"inbox,conv:{ana}") as stream:
        await whatsapp.says(
            ANA, "um\r\ndois\rtrês\n\nquatro\r\n\r\ndata: cinco\n\nevent: bye\n\n\x0b\x0c\x85\u2028seis"
        )
        news = await stream.next_news()
        assert "quatro" in news.data
        assert "seis" in news.data
        assert b"\r" not in stream.raw


# Signing out


async def test_signed_out_readers_get_401_and_never_a_redirect(desk: Desk, marta: Browser) -> None:
    now = await head()
    assert (await marta.post("/sign-out", htmx=False)).status_code == 303
    for path, accept in (
        ("/live", "text/event-stream"),
        ("/live/poll", "*/*"),
        ("/live/probe", "text/event-stream"),
    ):
        asked = {"c": str(now), "t": "inbox", "w": "0"}
        answer = await marta.http.get(path, params=asked, headers={"Accept": accept})
        assert answer.status_code == 401
        assert "location" not in answer.headers


async def test_an_open_stream_ends_soon_after_its_session(desk: Desk, marta: Browser) -> None:
    async with listening(marta, await head()) as stream:
        await marta.post("/sign-out", htmx=False)
        frames = await stream.rest(within_seconds=6)
    assert [frame.event for frame in frames] == ["bye"]


async def test_news_do_not_keep_the_stream_of_an_ended_session_open(
    desk: Desk, whatsapp: WhatsApp, marta: Browser
) -> None:
    """The session is looked at every few seconds, also when something has just happened."""
    async with listening(marta, await head()) as stream:
        await marta.post("/sign-out", htmx=False)
        ending = asyncio.create_task(stream.rest(within_seconds=12))
        async with patience(6):
            while not (await asyncio.wait({ending}, timeout=1))[0]:
                await whatsapp.says(ANA, "Oi")


async def test_a_held_poll_tells_a_signed_out_reader_nothing(
    desk: Desk, whatsapp: WhatsApp, marta: Browser
) -> None:
    held = asyncio.create_task(poll(marta, await head(), wait=25))
    await marta.post("/sign-out", htmx=False)
    await whatsapp.says(ANA, "Segredo")
    async with patience(6):
        answer = await held
    assert answer.status_code == 401
    assert "Segredo" not in answer.text


async def test_the_open_stream_of_a_disabled_attendant_ends_soon(desk: Desk, marta: Browser) -> None:
    paulo = await desk.attendant(PAULO)
    async with listening(paulo, await head()) as stream, listening(marta, await head()) as other:
        async with transaction() as session:
            await session.execute(update(User).where(User.id == await id_of(paulo)).values(is_active=False))
        frames = await stream.rest(within_seconds=8)
        assert [frame.event for frame in frames] == ["bye"]
        await announced(EventKind.ATTENDANT_CHANGED, 1, user=await id_of(marta))
        frame = await other.next()
        assert frame is not None
        assert frame.event == "resync"


# Stopping


async def test_stopping_ends_streams_and_held_polls_at_once(desk: Desk, marta: Browser) -> None:
    now = await head()
    paulo = await desk.attendant(PAULO)
    held = asyncio.create_task(poll(paulo, now, wait=25))
    async with listening(marta, now) as stream, listening(marta, now) as other:
        stopping.set()
        async with patience(AT_ONCE):
            assert [frame.event for frame in await stream.rest(within_seconds=AT_ONCE)] == ["bye"]
            assert [frame.event for frame in await other.rest(within_seconds=AT_ONCE)] == ["bye"]
            answer = await held
    assert (answer.status_code, cursor_in(answer)) == (204, now)


@pytest.mark.usefixtures("desk")
async def test_stopping_ends_a_stream_that_joins_the_others_after_their_farewell(
    whatsapp: WhatsApp, marta: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever read that it has missed nothing more while the others were told to go is not forgotten."""
    missed = await head()
    await whatsapp.says(ANA, "Olá")
    read_news = Live.news
    [farewell] = [task for task in asyncio.all_tasks() if task.get_name() == "streams"]

    async def too_late(live: Live, cursor: int | None, *about: Any) -> News:
        news = await read_news(live, cursor, *about)
        if news.cursor == cursor:  # it would join now
            stopping.set()
            await asyncio.wait({farewell})
        return news

    monkeypatch.setattr(Live, "news", too_late)
    async with listening(marta, missed) as stream:
        assert [frame.event for frame in await stream.rest(within_seconds=AT_ONCE)][-1] == "bye"
    assert farewell.done()


async def test_the_probe_says_hello_waits_a_second_and_says_bye(desk: Desk, marta: Browser) -> None:
    clock = asyncio.get_running_loop().time
    asked_at = clock()
    async with patience(AT_ONCE), marta.http.stream("GET", "/live/probe") as answer:
        lines = [line async for line in answer.aiter_lines() if line.startswith("event:")]
    assert lines == ["event: hello", "event: bye"]
    assert clock() - asked_at > 0.9
