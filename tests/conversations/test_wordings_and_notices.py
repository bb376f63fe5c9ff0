"""What changes a message that is there, and what WhatsApp itself tells: in any order, as often as it comes."""

import re
import time

from sqlalchemy import select, update

from app import clock
from app.assistant.waiting import newest_position
from app.conversations.models import Conversation, EarlyChange, Message, Wording
from app.db import reading, transaction
from app.housekeeping import EARLY_CHANGES, changes_of_nothing
from app.jobs import Job
from tests.actors import Browser, WhatsApp, running_desk
from tests.clocks import count
from tests.conversations.bubbles import drawn_in
from tests.people import ANA, BRUNO, CLARA
from tests.whatsapp.bodies import Json, change, contact, text, webhook, written

NOW = int(time.time())
GONE = "Esta mensagem foi apagada"


def edit(wamid: str, body: str, at: float) -> Json:
    inner = {"type": "text", "text": {"body": body}}
    return about_another("edit", wamid, at, {"original_message_id": "w1", "message": inner})


def about_another(kind: str, wamid: str, at: float, content: Json) -> Json:
    return text(wamid, "", ANA, at=at) | {"type": kind, kind: content}


def system(wamid: str, **content: str) -> Json:
    return about_another("system", wamid, NOW, content)


async def hears(whatsapp: WhatsApp, *messages: Json) -> None:
    for one in messages:
        assert await whatsapp.posts(webhook(change(one, contacts=[contact(ANA)]))) == 200


async def page_of(marta: Browser) -> str:
    return (await marta.open(f"/c/{await marta.conversation_with(ANA.name)}")).text


async def test_an_edited_message_shows_its_newest_wording_and_keeps_each_earlier_one_once(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    first = text("w1", "Quero um vazo", ANA, at=NOW - 90)
    newest, older = edit("e2", "Quero um vaso azul", NOW - 30), edit("e1", "Quero um vaso", NOW - 60)
    await hears(whatsapp, first, newest, older, newest, older)
    page = await page_of(marta)
    assert drawn_in(page) == [
        "Quero um vaso azul Antes da edição Quero um vazo Quero um vaso",
    ]
    assert 'popovertarget="earlier-' in page
    assert (await marta.row_of(ANA.name)).preview == "Quero um vaso azul"
    assert await count(Wording) == 3

    await hears(whatsapp, about_another("revoke", "r1", NOW, {"original_message_id": "w1"}))
    assert drawn_in(await page_of(marta)) == [GONE]


async def test_an_edit_or_a_deletion_may_come_before_its_message(marta: Browser, whatsapp: WhatsApp) -> None:
    gone = about_another("revoke", "r1", NOW, {"original_message_id": "w2"})
    newest, older = edit("e2", "Quero um vaso azul", NOW - 30), edit("e1", "Quero um vaso", NOW - 60)
    await hears(whatsapp, newest, older, gone, newest)
    assert await count(EarlyChange) == 3
    await hears(whatsapp, text("w1", "Quero um vazo", ANA, at=NOW - 90), text("w2", "Ops", ANA, at=NOW - 80))
    assert drawn_in(await page_of(marta)) == [
        "Quero um vaso azul Antes da edição Quero um vazo Quero um vaso", GONE
    ]  # fmt: skip
    assert await count(EarlyChange) == 0

    await hears(whatsapp, about_another("revoke", "r3", NOW, {"original_message_id": "w3"}))
    async with transaction() as session:  # another process was storing it just then
        waits = update(EarlyChange).values(target_wamid="w1")
        await session.execute(waits)
    async with transaction() as session:
        await changes_of_nothing(session, clock.now())
    assert drawn_in(await page_of(marta)) == [GONE, GONE]
    await hears(whatsapp, about_another("revoke", "r4", NOW, {"original_message_id": "w4"}))
    async with transaction() as session:
        assert await changes_of_nothing(session, clock.now() + EARLY_CHANGES) == 1


async def test_what_whatsapp_tells_stands_across_the_thread_and_is_nobodys_to_read_or_answer(
    database_url: str,
) -> None:
    async with running_desk(database_url, claude_enabled=True, claude_wait_seconds=300) as desk:
        await desk.whatsapp.posts(written("w1", "Oi", ANA, at=NOW - 60))
        asked = await count(Job, Job.kind == "answer")
        changed = system(
            "s2", type="user_changed_number", wa_id="5511900000999", user_id="BR.2000000000000999"
        )
        notices = [system("s1", type="customer_identity_changed"), changed, changed]
        await hears(desk.whatsapp, *notices)
        row = await desk.marta.row_of(ANA.name)
        assert (row.unread, row.preview) == (1, "Oi")
        assert await count(Job, Job.kind == "answer") == asked
        page = await page_of(desk.marta)
        assert drawn_in(page) == [
            "Oi",
            "O código de segurança do cliente mudou: o WhatsApp foi instalado de novo, talvez em outro celular.",
            "O número do cliente mudou para +5511900000999.",
        ]
        assert len(re.findall('class="notice-row" id="message-[0-9]+"', page)) == 2
        assert await count(Message) == 3

        await desk.whatsapp.posts(written("w2", "Sou eu, no número novo", ANA, at=NOW))
        assert (await desk.marta.row_of(ANA.name)).unread == 2

        hidden = {"type": "customer_identity_changed", "user_id": CLARA.bsuid}  # it has no `from`
        told = {"id": "s4", "timestamp": str(NOW), "type": "system", "system": hidden}
        assert await desk.whatsapp.posts(webhook(change(told))) == 200
        assert await count(Message, Message.wamid == "s4") == 1


async def test_what_was_deleted_or_pinned_opens_no_window_and_wants_no_answer(database_url: str) -> None:
    async with running_desk(database_url, claude_enabled=True, claude_wait_seconds=300) as desk:
        for kind in ("delete", "revoke", "pin"):
            message = text(f"u-{kind}", "", BRUNO) | {"type": "unsupported", "unsupported": {"type": kind}}
            assert await desk.whatsapp.posts(webhook(change(message, contacts=[contact(BRUNO)]))) == 200
        assert await count(Job, Job.kind == "answer") == 0
        assert await count(Conversation, Conversation.window_until.is_(None)) == 1
        async with reading() as session:
            conversation = (await session.scalars(select(Conversation.id))).one()
            assert await newest_position(session, conversation) == 0
        await desk.whatsapp.posts(written("w1", "Oi", BRUNO))
        assert await count(Job, Job.kind == "answer") == 1
        async with reading() as session:
            assert await newest_position(session, conversation) == 4
