"""The journal's pages: what came, what was set aside, and processing it again, once however often one presses."""

import asyncio
import json
from html import unescape

import pytest
from sqlalchemy import delete, select, update

from app import clock
from app.conversations.models import Message
from app.db import reading, transaction
from app.installation import Installation
from app.live.events import EventKind, LiveEvent
from app.whatsapp.models import JournalEntry, SetAside
from tests.actors import Browser, Desk, WhatsApp
from tests.clocks import count, moving_clock
from tests.people import ANA, BRUNO, PAULO
from tests.whatsapp.bodies import change, contact, past, status, text, theirs, webhook, written
from tests.whatsapp.journal_pages import JOURNAL, items, rows

TRIES = f"{JOURNAL}/tries"


async def once_was_poison(journal_id: int, path: str, reason: str = "DataError") -> int:
    """What an older version of the program left behind: this item is not stored, and set aside; gives its id."""
    async with transaction() as session:
        await session.execute(delete(Message).where(Message.wamid == "w2"))
        aside = SetAside(journal_id=journal_id, path=path, reason=reason, created_at=clock.now())
        session.add(aside)
        await session.flush()
        return aside.id


async def two_messages_of_which_one_was_poison(whatsapp: WhatsApp, marta: Browser) -> tuple[int, int]:
    """Ids of the webhook and of what was set aside of it."""
    both = change(text("w1", "um", ANA), text("w2", "dois", BRUNO), contacts=[contact(ANA), contact(BRUNO)])
    assert await whatsapp.posts(webhook(both)) == 200
    [row] = await rows(marta)
    return row.id, await once_was_poison(row.id, "entry[0].changes[0].value.messages[1]")


async def test_the_newest_webhook_stands_on_top_with_what_is_in_it(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.posts(written("w1", "Oi", ANA))
    await whatsapp.posts(
        webhook(change(text("w2", "a", ANA), text("w3", "b", ANA), statuses=[status("w9", "read")]))
    )
    await whatsapp.posts(b"not JSON")
    newest, middle, oldest = await rows(marta)
    assert "Nada que se possa ler" in newest.words
    assert "1 deixado de lado" in newest.words
    assert "2 mensagens, 1 status" in middle.words
    assert "Aceito" in middle.words
    assert "1 mensagem" in oldest.words
    assert [row.id for row in await rows(marta, "?show=set-aside")] == [newest.id]


async def test_older_ones_are_paged_by_key_so_that_what_comes_meanwhile_repeats_nothing(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    for number in range(30):
        await whatsapp.posts(f"not JSON {number}".encode())
    for show in ("?", "?show=set-aside&"):
        first = await rows(marta, show)
        assert len(first) == 25
        page = unescape((await marta.open(JOURNAL + show)).text)
        assert f"/settings/journal{show}before={first[-1].id}" in page
        await whatsapp.posts(b"meanwhile")
        second = await rows(marta, f"{show}before={first[-1].id}")
        assert [row.id for row in second] == list(range(first[-1].id - 1, 0, -1))


async def test_the_raw_body_is_shown_readable_and_never_as_html(marta: Browser, whatsapp: WhatsApp) -> None:
    await whatsapp.posts(written("w1", "<script>alert(1)</script> é \ud83d\ude00", ANA))
    [row] = await rows(marta)
    page = (await marta.open(f"{JOURNAL}/{row.id}")).text
    assert "<script>alert" not in page
    shown = unescape(page.split("<pre", 1)[1].split(">", 1)[1].split("</pre>")[0])
    told = json.loads(shown)["entry"][0]["changes"][0]["value"]["messages"][0]
    assert told["text"]["body"] == "<script>alert(1)</script> é 😀"
    assert '\n      "changes": [' in shown


@pytest.mark.parametrize("body", [b"\xff\x00<b>", b'"\\ud800"', b"[" * 9000, b"9" * 9000, b""])
async def test_a_body_that_is_nothing_is_shown_too(marta: Browser, whatsapp: WhatsApp, body: bytes) -> None:
    assert await whatsapp.posts(body) == 200
    [row] = await rows(marta)
    page = await marta.open(f"{JOURNAL}/{row.id}")
    assert page.status_code == 200
    assert "<b>" not in page.text


async def test_one_item_is_processed_again_and_twice_does_nothing_twice(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    journal_id, item_id = await two_messages_of_which_one_was_poison(whatsapp, marta)
    [item] = await items(marta, journal_id)
    assert (item.path, item.waits) == ("entry[0].changes[0].value.messages[1]", True)
    assert "O programa tropeçou" in item.words
    fields = {"entry": str(journal_id), "item": str(item_id), "csrf_token": marta.token}
    answers = await asyncio.gather(*(marta.http.post(TRIES, data=fields) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [303] * 4
    done = sorted(answer.headers["location"] for answer in answers)
    assert done[-1] == f"{JOURNAL}/{journal_id}?done=1&failed=0"
    assert done[:-1] == [f"{JOURNAL}/{journal_id}?done=0&failed=0"] * 3
    assert await count(Message, Message.wamid == "w2") == 1
    assert await count(LiveEvent, LiveEvent.kind == EventKind.MESSAGE_ADDED) == 3  # two came live, one again
    assert "1 item foi aceito" in (await marta.open(done[-1])).text
    [item] = await items(marta, journal_id)
    assert not item.waits
    assert "Tentado 2 vezes" in item.words
    assert await rows(marta, "?show=set-aside") == []
    assert "Aceito depois" in (await rows(marta))[0].words


async def test_what_fails_again_stays_with_its_new_reason_and_the_count_of_tries(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.posts(webhook(change(text("w1", "no grupo", ANA, group_id="g1"), contacts=[contact(ANA)])))
    [row] = await rows(marta)
    async with transaction() as session:
        await session.execute(update(SetAside).values(reason="DataError"))
    for tries in (2, 3):
        answer = await marta.post(TRIES, {"entry": str(row.id)}, htmx=False)
        assert answer.headers["location"].endswith("done=0&failed=1")
        [item] = await items(marta, row.id)
        assert (item.reason, item.waits) == ("a group message", True)
        assert f"Tentado {tries} vezes" in item.words
    assert await marta.conversations() == {}


async def test_a_whole_webhook_that_can_be_read_now_is_taken_and_its_bad_items_are_set_aside_by_themselves(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    """As after a version that could not read it: its items were never filed."""
    body = webhook(
        change(text("w1", "um", ANA), "no object", text("w2", "dois", ANA), contacts=[contact(ANA)]),
        past((BRUNO, [theirs("w3", "antes", BRUNO, 1.7e9)])),
    )
    async with transaction() as session:
        raw = json.dumps(body).encode()
        entry = JournalEntry(received_at=clock.now(), body_sha256="0", body=raw, set_aside="not JSON")
        session.add(entry)
        await session.flush()
        journal_id = entry.id
    await once_was_poison(journal_id, "", "not JSON")
    answer = await marta.post(TRIES, {}, htmx=False)
    assert answer.headers["location"] == f"{JOURNAL}?show=set-aside&done=1&failed=0"
    row = await marta.row_of(ANA.name)
    assert (row.unread, row.preview) == (2, "dois")
    waits, settled = await items(marta, journal_id)
    assert (waits.path, waits.waits) == ("entry[0].changes[0].value.messages[1]", True)
    assert (settled.path, settled.waits) == ("", False)
    async with reading() as session:
        assert (await session.scalars(select(JournalEntry.history_filed))).one() is not None or await count(
            Message, Message.wamid == "w3"
        ) == 1


async def test_everything_is_processed_again_in_one_press_what_was_tried_least_first(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    journal_id, _ = await two_messages_of_which_one_was_poison(whatsapp, marta)
    await whatsapp.posts(b"not JSON")
    page = await marta.open(f"{JOURNAL}?show=set-aside")
    assert "Processar tudo de novo" in page.text
    answer = await marta.post(TRIES, {}, htmx=False)
    assert answer.headers["location"].endswith("done=1&failed=1")
    assert [row.id for row in await rows(marta, "?show=set-aside")] == [journal_id + 1]
    assert await count(Message, Message.wamid == "w2") == 1


async def test_only_admins_see_it_and_only_with_their_token_is_anything_processed(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    journal_id, _ = await two_messages_of_which_one_was_poison(whatsapp, marta)
    paulo = await desk.attendant(PAULO)
    for path in (JOURNAL, f"{JOURNAL}/{journal_id}"):
        assert (await paulo.open(path)).status_code == 403
    assert (await paulo.post(TRIES, {})).status_code == 403
    assert (await marta.http.post(TRIES, data={})).status_code == 403
    assert await count(Message, Message.wamid == "w2") == 0
    assert (await marta.post(TRIES, {"item": "all"})).status_code == 422
    assert (await marta.post(TRIES, {"entry": ""})).status_code == 422
    assert await count(Message, Message.wamid == "w2") == 0
    for missing in ("999999", "x", "1" * 30):
        assert (await marta.open(f"{JOURNAL}/{missing}")).status_code == 404


async def test_admins_are_warned_when_nothing_comes_any_more_and_told_what_to_check(
    desk: Desk, whatsapp: WhatsApp
) -> None:
    paulo = await desk.attendant(PAULO)
    warning = "O WhatsApp não envia nada desde"
    with moving_clock() as hand:
        hand.move(days=2)
        await desk.marta.sign_in()
        assert warning not in (await desk.marta.open("/")).text  # nothing ever came: a new installation
        await whatsapp.posts(written("w1", "Oi", ANA))
        hand.move(hours=3)
        assert warning not in (await desk.marta.open("/")).text
        assert (
            await desk.marta.post("/settings/installation", {"silence_minutes": "120"})
        ).status_code == 200
        assert warning in (await desk.marta.open("/")).text
        page = (await desk.marta.open(JOURNAL)).text
        assert warning in page
        assert "python -m app doctor" in page
        await paulo.sign_in()
        assert warning not in (await paulo.open("/")).text
        await desk.marta.post("/settings/installation", {"silence_minutes": "0"})
        assert warning not in (await desk.marta.open("/")).text
        await desk.marta.post("/settings/installation", {"silence_minutes": "120"})
        await whatsapp.posts(written("w2", "Voltou", ANA))
        assert warning not in (await desk.marta.open("/")).text


@pytest.mark.parametrize("wrong", ["-1", "1.5", "many", "9999999", "٣"])
async def test_a_span_of_silence_that_is_none_is_shown_again_with_its_error(
    marta: Browser, wrong: str
) -> None:
    answer = await marta.post("/settings/installation", {"silence_minutes": wrong})
    assert answer.status_code == 422
    assert f'value="{wrong}"' in answer.text
    assert 'id="silence_minutes-error"' in answer.text
    assert await count(Installation, Installation.silence_minutes != 24 * 60) == 0
