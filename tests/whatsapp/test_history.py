"""The phone app's past: journaled, answered 200, filed by a job in its own time, and it calls nobody."""

import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.assistant.schedule import ANSWER
from app.conversations.models import Conversation, Message
from app.conversations.ordering import parse_key, sort_key
from app.db import reading
from app.jobs import Job
from app.live.events import EventKind, LiveEvent
from app.media.expecting import FETCH
from app.media.models import Media, MediaState
from app.whatsapp.history import TOGETHER
from app.whatsapp.models import JournalEntry, SetAside
from tests.actors import Browser, WhatsApp, bubbles_in, running_desk, within
from tests.clocks import count, moving_clock
from tests.people import ANA, BRUNO
from tests.whatsapp.bodies import change, ours, past, theirs, webhook, written

PAYLOADS = Path(__file__).parent.parent / "payloads"
NOW = time.time()
MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()


async def filed(at_least: int) -> None:
    """Every past that waits is in its threads, and there are that many messages."""

    async def done() -> bool:
        left = await count(JournalEntry, JournalEntry.history_filed.is_not(None))
        return not left and await count(Message) >= at_least

    await within(90, done, what=f"filing {at_least} messages of the past")


async def test_the_recorded_history_becomes_a_thread_at_its_own_time(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    assert await whatsapp.posts((PAYLOADS / "history.json").read_bytes()) == 200
    await filed(1)
    [row] = await marta.rows()
    assert (row.unread, row.preview) == (0, "antigo")
    page = await marta.open(f"/c/{row.id}")
    assert 'datetime="2026-05-28T20:26:40+00:00"' in page.text  # half a year ago, not clamped to eight days


async def test_both_sides_are_filed_in_the_order_of_their_time_and_nobody_is_called(
    database_url: str,
) -> None:
    async with running_desk(database_url, claude_enabled=True) as desk:
        said = [
            theirs("w1", "Vocês abrem domingo?", ANA, MARCH),
            ours("w2", "Abrimos às 9h.", ANA, MARCH + 60, status="READ"),
            ours("w3", "Até lá!", ANA, MARCH + 61, status="ERROR"),
            theirs("w4", "Obrigada", ANA, MARCH + 120),
        ]
        assert await desk.whatsapp.posts(webhook(past((ANA, said[2:]), (ANA, said[:2])))) == 200
        await filed(4)
        [row] = await desk.marta.rows()
        assert (row.unread, row.preview) == (0, "Obrigada")
        assert await desk.marta.title() == "Recado"
        shown = await desk.marta.bubbles(row.id)
        assert [(one.text, one.author, one.status) for one in shown] == [
            ("Vocês abrem domingo?", "contact", ""),
            ("Abrimos às 9h.", "phone", "read"),
            ("Até lá!", "phone", "failed"),
            ("Obrigada", "contact", ""),
        ]
        assert 'data-action="retry"' not in (await desk.marta.open(f"/c/{row.id}")).text
        assert await count(Job, Job.kind == ANSWER) == 0
        assert await count(LiveEvent, LiveEvent.kind == EventKind.MESSAGE_ADDED) == 0
        assert await desk.whatsapp.accepted() == []
        async with reading() as session:
            conversation = (await session.scalars(select(Conversation))).one()
            assert (conversation.inbound_count, conversation.last_inbound_at) == (0, None)
            assert conversation.mode == "claude"


async def test_what_comes_live_afterwards_is_unread_answered_and_read_as_ever(database_url: str) -> None:
    async with running_desk(database_url, claude_enabled=True, claude_wait_seconds=300) as desk:
        old = [theirs(f"old{number}", f"antes {number}", ANA, MARCH + number) for number in range(60)]
        await desk.whatsapp.posts(webhook(past((ANA, old))))
        await filed(60)
        await desk.whatsapp.posts(written("new", "E hoje?", ANA))
        [row] = await desk.marta.rows()
        assert (row.unread, row.preview) == (1, "E hoje?")
        assert await count(Job, Job.kind == ANSWER) == 1
        page = (await desk.marta.open(f"/c/{row.id}")).text
        assert page.index('class="unread-bar"') > page.index("antes 59")  # only the new one is below the bar
        await desk.marta.post(f"/c/{row.id}/reading", {"up_to": "1"})
        assert (await desk.marta.rows())[0].unread == 0
        await desk.whatsapp.posts(written("newer", "Alô?", ANA))
        await desk.whatsapp.posts(written("newest", "Alguém?", ANA))
        await desk.marta.post(f"/c/{row.id}/reading", {"up_to": "2"})
        assert (await desk.marta.rows())[0].unread == 1


async def test_a_past_that_comes_later_lies_above_what_came_live_and_leaves_the_unread_as_they_are(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.posts(written("w9", "Oi, é hoje", ANA))
    again = theirs("w9", "Oi, é hoje", ANA, NOW)
    await whatsapp.posts(webhook(past((ANA, [theirs("w1", "antes", ANA, MARCH), again]))))
    await filed(2)
    [row] = await marta.rows()
    assert (row.unread, row.preview) == (1, "Oi, é hoje")
    assert [one.text for one in await marta.bubbles(row.id)] == ["antes", "Oi, é hoje"]


async def test_the_same_history_twice_is_filed_once(marta: Browser, whatsapp: WhatsApp) -> None:
    body = webhook(past((ANA, [theirs(f"w{number}", "oi", ANA, MARCH + number) for number in range(5)])))
    for _ in range(2):
        assert await whatsapp.posts(body) == 200
    await filed(5)
    assert await count(Message) == 5
    assert await count(LiveEvent, LiveEvent.kind == EventKind.PAST_ADDED) == 1


async def test_hundreds_of_messages_of_a_few_people_are_a_few_events(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    people = [
        (who, [theirs(f"{who.name}{n}", "oi", who, MARCH + n) for n in range(40)]) for who in (ANA, BRUNO)
    ]
    await whatsapp.posts(webhook(past(*people)))
    await filed(80)
    assert await count(LiveEvent) == 2
    assert [row.unread for row in await marta.rows()] == [0, 0]


async def test_a_past_is_paged_upwards_in_its_order_many_messages_a_second_too(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    said = [theirs(f"w{number}", f"antes {number:03}", ANA, MARCH + number // 7) for number in range(99)]
    await whatsapp.posts(webhook(past((ANA, said))))
    await filed(99)
    [row] = await marta.rows()
    page = (await marta.open(f"/c/{row.id}")).text
    texts = [one.text for one in bubbles_in(page)]
    while older := re.search(r"before=(\d{23})", page):
        page = (await marta.get(f"/c/{row.id}/messages?before={older[1]}")).text
        texts = [one.text for one in bubbles_in(page)] + texts
    assert texts == [f"antes {number:03}" for number in range(99)]


def test_the_past_sorts_in_front_of_its_second_and_behind_the_one_before() -> None:
    at, before = datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 11, 59, 59, tzinfo=UTC)
    places = [(before, -1), (before, 1), (before, 10**9), (at, -(10**9)), (at, -1), (at, 0), (at, 1)]
    keys = [sort_key(*place) for place in places]
    assert keys == sorted(keys)
    assert [parse_key(key) for key in keys] == places


async def test_a_file_takes_the_place_of_what_stood_for_it(marta: Browser, whatsapp: WhatsApp) -> None:
    stands = {"type": "media_placeholder", "from": ANA.wa_id, "id": "w1", "timestamp": str(int(MARCH))}
    await whatsapp.posts(webhook(past((ANA, [stands]))))
    await filed(1)
    [row] = await marta.rows()
    assert "só está no celular" in row.preview
    photo = stands | {"type": "image", "image": {"id": "77", "mime_type": "image/jpeg", "caption": "O bolo"}}
    await whatsapp.posts(webhook(past(files=[photo])))
    await filed(1)
    assert "O bolo" in (await marta.rows())[0].preview
    assert await count(Message) == 1
    assert await count(Media, Media.media_id == "77", Media.state == MediaState.WAITING) == 1
    assert await count(Job, Job.kind == FETCH) == 1


async def test_what_only_changed_an_earlier_message_changes_it_in_the_past_too(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    def about(wamid: str, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        return theirs(wamid, "", ANA, MARCH + 9) | {"type": kind, kind: content}

    new_words = {"type": "text", "text": {"body": "às 10h"}}
    photo = {"id": "78", "mime_type": "image/jpeg"}
    said = [
        theirs("w1", "Oi", ANA, MARCH),
        theirs("w2", "às 9h", ANA, MARCH + 1),
        theirs("w3", "engano", ANA, MARCH + 2),
        about("w4", "image", photo) | {"context": {"forwarded": True}},
        about("w5", "reaction", {"message_id": "w1", "emoji": "🎂"}),
        about("w6", "edit", {"original_message_id": "w2", "message": new_words}),
        about("w7", "revoke", {"original_message_id": "w3"}),
        about("w8", "revoke", {}),
    ]
    await whatsapp.posts(webhook(past((ANA, said))))
    await filed(4)
    [row] = await marta.rows()
    page = (await marta.open(f"/c/{row.id}")).text
    assert "🎂" in page
    assert "às 10h" in page
    async with reading() as session:
        messages = (await session.scalars(select(Message).order_by(Message.wamid))).all()
        assert (await session.scalars(select(SetAside.reason))).all() == ["no message that it is about"]
    assert [one.wamid for one in messages] == ["w1", "w2", "w3", "w4"]
    assert messages[2].revoked_at is not None
    assert messages[3].beside == {"forwarded": "once"}
    assert await count(Media, Media.media_id == "78") == 1


async def test_one_that_cannot_be_used_is_set_aside_with_its_place_and_the_others_are_filed(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    said = [
        theirs("w1", "um", ANA, MARCH),
        "no object",
        theirs("", "sem id", ANA, MARCH),
        theirs("w2", "dois", ANA, MARCH),
    ]
    await whatsapp.posts(webhook(past((ANA, said))))
    await filed(2)
    async with reading() as session:
        places = (await session.scalars(select(SetAside.path).order_by(SetAside.id))).all()
    thread = "entry[0].changes[0].value.history[0].threads[0]"
    assert places == [f"{thread}.messages[1]", f"{thread}.messages[2]"]


async def test_errors_of_the_account_such_as_a_history_that_was_declined_are_told_in_the_log(
    whatsapp: WhatsApp, caplog: pytest.LogCaptureFixture
) -> None:
    error = {"code": 2593109, "title": "History sync is turned off by the business"}
    await whatsapp.posts(webhook(past(errors=[error])))
    await filed(0)
    busy = change()
    busy["value"]["errors"] = [
        {"code": 130429, "title": "Rate limit hit"}
    ]  # of the account, and told beside nothing
    await whatsapp.posts(webhook(busy))
    told = [
        record for record in caplog.records if record.message == "WhatsApp reports an error of the account"
    ]
    assert [record.__dict__["code"] for record in told] == [2593109, 130429]


async def test_what_a_stop_cuts_off_is_gone_on_with_and_nothing_is_filed_twice(database_url: str) -> None:
    chunks = 20
    said = [
        theirs(f"w{number}", f"antes {number}", ANA, MARCH + number) for number in range(chunks * TOGETHER)
    ]
    with moving_clock() as hand:
        async with running_desk(database_url) as desk:
            assert await desk.whatsapp.posts(webhook(past((ANA, said)))) == 200
            await within(
                10, lambda: count(JournalEntry, JournalEntry.history_filed > 0), what="a first chunk"
            )
        async with running_desk(database_url) as desk:  # the lease of the job that was cut off still runs
            before = await count(Message)
            assert 0 < before < len(said)
            assert before % TOGETHER == 0
            hand.move(seconds=16)
            await filed(len(said))
            assert await count(Message) == len(said)
            assert await count(LiveEvent, LiveEvent.kind == EventKind.PAST_ADDED) == chunks
            [row] = await desk.marta.rows()
            assert [one.text for one in await desk.marta.bubbles(row.id)][-2:] == [
                one["text"]["body"] for one in said[-2:]
            ]


async def test_live_messages_go_on_while_a_past_is_filed(marta: Browser, whatsapp: WhatsApp) -> None:
    said = [theirs(f"w{number}", "antes", ANA, MARCH + number) for number in range(10 * TOGETHER)]
    assert await whatsapp.posts(webhook(past((ANA, said)))) == 200
    await whatsapp.says(BRUNO, "Agora")
    assert await count(JournalEntry, JournalEntry.history_filed.is_not(None)) == 1
    assert (await marta.row_of(BRUNO.name)).unread == 1
    await filed(len(said) + 1)
