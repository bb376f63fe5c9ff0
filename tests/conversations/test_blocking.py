"""A customer who is blocked: what WhatsApp is asked, what stays and what stops here, and what nobody knows for certain."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from app import clock
from app.assistant.schedule import ANSWER
from app.conversations import handoff
from app.conversations.models import Conversation, Message
from app.db import reading, transaction
from app.jobs import Job
from app.live.events import EventKind, LiveEvent
from app.outbox.delivery import DeliveryStatus
from tests.actors import Browser, Desk, running_desk, within, words_in
from tests.clocks import count
from tests.people import ANA, BRUNO, CLARA, PAULO, Customer


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    """Claude is on, and waits so long that it never answers while a test runs."""
    async with running_desk(database_url, claude_enabled=True, claude_wait_seconds=300) as running:
        yield running


@pytest.fixture
async def ana(desk: Desk) -> int:
    await desk.whatsapp.says(ANA, "Oi")
    return await desk.marta.conversation_with(ANA.name)


async def asks(
    browser: Browser, conversation: int, *, blocked: bool = True, htmx: bool = True
) -> httpx2.Response:
    wish = {"blocked": "on" if blocked else "off"}
    return await browser.post(f"/c/{conversation}/blocking", wish, htmx=htmx)


def is_blocked_at_whatsapp(desk: Desk, customer: Customer) -> bool:
    return desk.whatsapp.world.is_blocked(desk.whatsapp.world.customer(customer.name))


async def is_blocked_here(conversation: int) -> bool:
    async with reading() as session:
        return (await session.get_one(Conversation, conversation)).blocked_at is not None


async def notices(browser: Browser, conversation: int) -> list[str]:
    page = (await browser.open(f"/c/{conversation}")).text
    return [words_in(row) for row in re.findall(r'<p class="notice-row[^>]*>.*?<span>(.*?)<time', page, re.S)]


def reason(answer: httpx2.Response) -> str:
    return " ".join(words_in(re.findall(r'role="alert">(.*?)</p>', answer.text, re.S)[0]).split())


@pytest.mark.parametrize("customer", [ANA, CLARA], ids=["by number", "by id"])
async def test_a_customer_is_blocked_at_whatsapp_and_here_and_unblocked_again(
    desk: Desk, customer: Customer
) -> None:
    await desk.whatsapp.says(customer, "Oi")
    one = await desk.marta.conversation_with(customer.name)
    sheet = (await desk.marta.get(f"/c/{one}/blocking")).text
    assert 'name="blocked" value="on"' in sheet
    assert customer.name in sheet

    assert (await asks(desk.marta, one)).status_code == 200
    assert is_blocked_at_whatsapp(desk, customer)
    page = (await desk.marta.open(f"/c/{one}/contact")).text
    assert "Você bloqueou este contato" in page
    assert f"Desbloquear {customer.name}" in page
    assert 'data-mode="person"' in page
    assert page.count('title="Bloqueado"') == 1
    assert 'data-action="take"' not in page
    assert await notices(desk.marta, one) == ["marta bloqueou este cliente"]
    await desk.whatsapp.says(customer, "Alô?")
    assert await count(Message, Message.direction == "in") == 1

    again = await asks(desk.marta, one)
    assert again.status_code == 200
    assert len(await notices(desk.marta, one)) == 1

    assert 'name="blocked" value="off"' in (await desk.marta.get(f"/c/{one}/blocking")).text
    plain = await asks(desk.marta, one, blocked=False, htmx=False)
    assert (plain.status_code, plain.headers["location"]) == (303, f"/c/{one}")
    assert not is_blocked_at_whatsapp(desk, customer)
    assert (await notices(desk.marta, one))[1:] == ["marta desbloqueou este cliente"]
    await desk.whatsapp.says(customer, "Obrigada")
    assert (await desk.marta.reply(one, "De nada")).status_code == 200


async def test_every_attendant_may_block_and_other_tabs_hear_of_it(desk: Desk, ana: int) -> None:
    paulo = await desk.attendant(PAULO)
    changed = LiveEvent.kind == EventKind.CONVERSATION_CHANGED
    before = await count(LiveEvent, changed)
    assert (await asks(paulo, ana)).status_code == 200
    assert await count(LiveEvent, changed) > before
    assert await count(LiveEvent, LiveEvent.kind == EventKind.NOTICE_ADDED) == 1
    assert "Você bloqueou este contato" in (await desk.marta.open(f"/c/{ana}")).text
    for nonsense in ({}, {"blocked": "maybe"}):
        assert (await paulo.post(f"/c/{ana}/blocking", nonsense)).status_code == 422
    assert (await asks(paulo, 999)).status_code == 404


async def test_nothing_is_sent_while_a_customer_is_blocked_and_what_waited_says_why(
    desk: Desk, ana: int
) -> None:
    await desk.whatsapp.breaks({"kind": "error", "code": 131000})  # so that it waits to be tried again
    await desk.marta.reply(ana, "Já te respondo")

    async def waits() -> bool:
        return bool((await desk.whatsapp.control("GET", "/sends"))["refused"])

    await within(10, waits, what="a refused send")
    await asks(desk.marta, ana)
    [waited] = [one for one in await desk.marta.bubbles(ana) if one.direction == "out"]
    assert waited.status == DeliveryStatus.FAILED
    assert "Não enviada: este cliente está bloqueado." in (await desk.marta.open(f"/c/{ana}")).text

    refused = [
        await desk.marta.reply(ana, "Mais uma"),
        await desk.marta.post(f"/c/{ana}/messages/{waited.id}/attempts"),
        await desk.marta.post(f"/c/{ana}/messages/1/reaction", {"emoji": "👍"}),
        await desk.marta.post(f"/c/{ana}/mode", {"mode": "claude"}),
    ]
    for answer in refused:
        assert answer.status_code == 422
        assert "Este cliente está bloqueado." in answer.text
    assert await desk.whatsapp.accepted() == []

    await asks(desk.marta, ana, blocked=False)
    assert (await desk.marta.post(f"/c/{ana}/messages/{waited.id}/attempts")).status_code == 200
    [sent] = await desk.whatsapp.accepted(1)
    assert sent["payload"]["text"]["body"] == "Já te respondo"


async def test_claude_answers_nobody_who_is_blocked(database_url: str) -> None:
    async with running_desk(database_url, claude_enabled=True) as desk:
        await desk.whatsapp.control("POST", "/claude/replies", name="stall")
        await desk.whatsapp.says(ANA, "Oi")
        ana = await desk.marta.conversation_with(ANA.name)

        async def writes() -> bool:
            return "data-draft" in (await desk.marta.open(f"/c/{ana}")).text

        await within(10, writes, what="a draft of Claude")
        await asks(desk.marta, ana)
        await desk.whatsapp.control("GET", "/claude/requests", at_least=1)
        async with transaction() as session:  # what stands in the way of the door above
            conversation = await session.get_one(Conversation, ana)
            await handoff.give_to_claude(session, conversation, 0)

        async def idle() -> bool:
            return await count(Job, Job.kind == ANSWER) == 0

        await within(10, idle, what="the end of Claude's job")
        assert await desk.whatsapp.accepted() == []
        assert len((await desk.whatsapp.control("GET", "/claude/requests"))["requests"]) == 1


async def test_only_who_wrote_in_the_last_24_hours_is_blocked_and_the_sheet_says_so(
    desk: Desk, ana: int
) -> None:
    await desk.whatsapp.control("POST", "/windows/closing", customer=ANA.name)
    answer = await asks(desk.marta, ana)
    assert answer.status_code == 422
    assert reason(answer) == (
        "Não foi possível bloquear o cliente. Só dá para bloquear quem escreveu nas últimas 24 horas."
    )
    assert 'data-action="block"' in answer.text
    assert not await is_blocked_here(ana)
    assert await notices(desk.marta, ana) == []
    plain = await asks(desk.marta, ana, htmx=False)
    assert plain.status_code == 422
    assert "<h1" in plain.text


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ({"code": 139101}, 422, "A lista de clientes bloqueados deste número está cheia."),
        ({"code": 139103}, 422, "O WhatsApp não conseguiu fazer isso agora: nada mudou."),
        ({"code": 190}, 422, "O WhatsApp está desconectado."),
        ({"code": 100}, 422, "O WhatsApp recusou: nada mudou."),
        ({"how": "cut"}, 503, "O WhatsApp não confirmou: pode ter sido feito ou não."),
    ],
)
async def test_what_whatsapp_does_not_do_changes_nothing_and_says_what_to_do(
    desk: Desk, ana: int, fault: dict[str, Any], status: int, words: str
) -> None:
    await desk.whatsapp.breaks({"kind": "block"} | fault)
    answer = await asks(desk.marta, ana)
    assert answer.status_code == status
    assert reason(answer).startswith(words)
    assert not await is_blocked_here(ana)
    assert (await asks(desk.marta, ana)).status_code == 200
    assert await is_blocked_here(ana)


async def test_where_the_answer_is_lost_whatsapps_list_tells_what_was_done(desk: Desk, ana: int) -> None:
    await desk.whatsapp.breaks({"kind": "block", "how": "lost"})
    assert (await asks(desk.marta, ana)).status_code == 200
    assert await is_blocked_here(ana)
    await desk.whatsapp.breaks({"kind": "block", "how": "lost"})
    assert (await asks(desk.marta, ana, blocked=False)).status_code == 200
    assert not await is_blocked_here(ana)
    assert not is_blocked_at_whatsapp(desk, ANA)


async def test_who_was_unblocked_elsewhere_can_be_unblocked_here(desk: Desk, ana: int) -> None:
    await asks(desk.marta, ana)
    desk.whatsapp.world.customer(ANA.name).blocked_by.clear()
    await desk.whatsapp.breaks({"kind": "block", "code": 131047})
    assert (await asks(desk.marta, ana, blocked=False)).status_code == 200
    assert not await is_blocked_here(ana)


async def test_a_whatsapp_that_is_not_reached_has_blocked_nobody(database_url: str) -> None:
    async with running_desk(database_url, whatsapp_api_url="http://127.0.0.1:9") as desk:
        await desk.whatsapp.says(ANA, "Oi")
        ana = await desk.marta.conversation_with(ANA.name)
        answer = await asks(desk.marta, ana)
        assert (answer.status_code, reason(answer).split(":")[0]) == (
            503,
            "Não foi possível falar com o WhatsApp",
        )
        assert not await is_blocked_here(ana)


async def test_a_send_that_is_refused_for_a_block_made_elsewhere_brings_it_here(desk: Desk, ana: int) -> None:
    world = desk.whatsapp.world
    world.customer(ANA.name).blocked_by.append(world.config.phone_number_id)
    await desk.marta.reply(ana, "Oi, Ana")

    async def known() -> bool:
        return await is_blocked_here(ana)

    await within(10, known, what="the block")
    assert await notices(desk.marta, ana) == ["O WhatsApp informa que este cliente está bloqueado"]
    assert (await asks(desk.marta, ana, blocked=False)).status_code == 200
    assert not is_blocked_at_whatsapp(desk, ANA)


async def test_a_blocked_customer_cannot_be_chosen_to_forward_to(desk: Desk, ana: int) -> None:
    await desk.whatsapp.says(BRUNO, "Olá")
    bruno = await desk.marta.conversation_with(BRUNO.name)
    await asks(desk.marta, bruno)
    sheet = (await desk.marta.get(f"/c/{ana}/forwarding?message=1")).text
    assert re.search(rf'value="{bruno}" +disabled', sheet)


async def test_a_conversation_stays_blocked_when_its_window_has_closed(desk: Desk, ana: int) -> None:
    await asks(desk.marta, ana)
    async with transaction() as session:
        conversation = (await session.scalars(select(Conversation).where(Conversation.id == ana))).one()
        conversation.window_until = clock.now() - timedelta(hours=1)
    page = (await desk.marta.open(f"/c/{ana}")).text
    assert "Você bloqueou este contato" in page
    assert "window--closed window--blocked" in page  # which hides what a closed window offers
