"""Who has a conversation, and what the thread tells of it: said by nobody, unread by nobody, moving no row."""

import re
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app import clock
from app.assistant.history import history
from app.conversations.models import Conversation, Writer
from app.db import reading
from app.live.events import EventKind, LiveEvent
from tests.actors import Browser, Desk, words_in
from tests.clocks import count, moving_clock
from tests.people import ANA, BRUNO, PAULO


@pytest.fixture
def desk_settings() -> dict[str, object]:
    """Claude is on, and waits so long that it never answers while a test runs."""
    return {"claude_enabled": True, "claude_wait_seconds": 300}


@pytest.fixture
async def ana(desk: Desk) -> int:
    await desk.whatsapp.says(ANA, "Oi")
    return await desk.marta.conversation_with(ANA.name)


async def notices(browser: Browser, conversation: int) -> list[str]:
    """What stands across the thread, without the hour."""
    page = (await browser.open(f"/c/{conversation}")).text
    rows = re.findall(r'<p class="notice-row[^>]*>.*?<span>(.*?)<time', page, re.S)
    return [words_in(row) for row in rows]


async def id_of(desk: Desk, name: str) -> str:
    page = (await desk.marta.open("/c/1/assignment")).text
    found = re.findall(r'name="user_id" value="(\d+)".*?class="sheet__words"[^>]*>(.*?)<', page, re.S)
    return str(next(user_id for user_id, shown in found if shown.startswith(name)))


async def test_a_conversation_is_given_to_a_colleague_with_words_and_to_nobody(desk: Desk, ana: int) -> None:
    paulo = await desk.attendant(PAULO)
    person = await id_of(desk, PAULO.name)
    note = "Quer entrega <hoje>"
    given = await desk.marta.post(f"/c/{ana}/assignment", {"user_id": person, "note": note})
    assert given.status_code == 200
    page = (await paulo.open(f"/c/{ana}")).text
    assert 'data-mode="person"' in page
    assert await notices(paulo, ana) == [f"marta atribuiu a conversa a {PAULO.name}: {note}"]
    called = LiveEvent.kind == EventKind.ASSIGNED
    assert await count(LiveEvent, called, LiveEvent.user_id == int(person)) == 1
    plain = await paulo.post(f"/c/{ana}/assignment", {"user_id": ""}, htmx=False)
    assert (plain.status_code, plain.headers["location"]) == (303, f"/c/{ana}")
    page = (await paulo.open(f"/c/{ana}")).text
    assert 'data-mode="person"' in page
    assert 'class="row__assignee' not in page
    assert (await notices(paulo, ana))[1:] == [f"{PAULO.name} deixou a conversa sem dono"]
    assert await count(LiveEvent, called) == 1
    await paulo.post(f"/c/{ana}/assignment", {"user_id": "", "note": "Liga amanhã"})
    await paulo.post(f"/c/{ana}/assignment", {"user_id": ""})
    assert (await notices(paulo, ana))[2:] == [f"{PAULO.name} deixou a conversa sem dono: Liga amanhã"]
    for wrong in ({"user_id": "999"}, {"user_id": "x"}, {}, {"user_id": person, "note": "x" * 501}):
        refused = await desk.marta.post(f"/c/{ana}/assignment", wrong)
        assert refused.status_code == 422
        assert 'role="alert"' in refused.text


async def test_the_thread_tells_who_took_over_paused_and_handed_back_and_nothing_else_moves(
    desk: Desk, ana: int
) -> None:
    await desk.whatsapp.says(BRUNO, "Olá")
    await desk.marta.conversation_with(BRUNO.name)
    paulo = await desk.attendant(PAULO)
    before = await paulo.rows()
    for fields in (
        {"mode": "person"},
        {"mode": "person"},
        {"mode": "claude"},
        {"mode": "paused", "minutes": "90"},
        {"mode": "paused", "minutes": "120"},
        {"mode": "off"},
    ):
        assert (await desk.marta.post(f"/c/{ana}/mode", fields)).status_code == 200
    assert await notices(paulo, ana) == [
        "marta assumiu a conversa",
        "marta devolveu: Claude voltou a responder",
        "marta pausou o Claude por 90 minutos",
        "marta pausou o Claude por 2 horas",
        "marta desligou o Claude nesta conversa",
    ]
    assert [(row.id, row.unread, row.preview) for row in await paulo.rows()] == [
        (row.id, row.unread, row.preview) for row in before
    ]
    async with reading() as session:
        conversation = (await session.scalars(select(Conversation).where(Conversation.id == ana))).one()
        zone, now = ZoneInfo("America/Sao_Paulo"), clock.now()
        told = str(await history(session, conversation, answered_up_to=0, zone=zone, now=now))
    assert "Oi" in told
    assert "marta" not in told


async def test_colleagues_are_told_who_writes_seldom_and_never_what(desk: Desk, ana: int) -> None:
    paulo = await desk.attendant(PAULO)
    await desk.whatsapp.says(BRUNO, "Olá")
    bruno = await desk.marta.conversation_with(BRUNO.name)
    told = LiveEvent.kind == EventKind.WRITING_CHANGED

    async def writes(conversation: int, text: str) -> None:
        assert (await paulo.post(f"/c/{conversation}/draft", {"text": text})).status_code == 204

    with moving_clock() as hand:
        for letters in ("S", "Se", "Seg", "Segredo"):
            await writes(ana, letters)
        assert await count(LiveEvent, told) == 1
        page = (await desk.marta.open(f"/c/{ana}")).text
        assert page.count("Paulo Reis está escrevendo") == 3
        assert "Segredo" not in page
        hand.move(seconds=3)
        await writes(ana, "Segredo!")
        assert await count(LiveEvent, told) == 2
        hand.move(seconds=7)
        assert "está escrevendo" not in (await desk.marta.open(f"/c/{ana}")).text
        await writes(ana, "Segredo!!")
        await writes(bruno, "Olá")
        page = (await desk.marta.open(f"/c/{ana}")).text
        assert "está escrevendo uma resposta" not in page  # they write to Bruno now
        await paulo.reply(bruno, "Olá!")
        assert await count(Writer) == 0
