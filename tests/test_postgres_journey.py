"""The main journey on a real PostgreSQL: what SQLite forgives, it does not."""

import re
from collections.abc import AsyncIterator

import anyio
import pytest

from app.db import database
from app.migrate import migrate
from app.outbox.sender import Sender
from app.whatsapp.graph import Graph
from app.working import running
from tests.actors import Browser, Desk, WhatsApp, running_desk, within
from tests.people import ANA, BRUNO, CLARA, PAULO

EACH = 6  # replies in each conversation

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("postgres")]


@pytest.fixture
async def desk(postgres_url: str) -> AsyncIterator[Desk]:
    await migrate(postgres_url)
    async with running_desk(postgres_url) as running:
        assert not database().is_sqlite
        yield running


async def test_a_customer_writes_and_the_answer_gets_its_ticks(marta: Browser, whatsapp: WhatsApp) -> None:
    await whatsapp.says(ANA, "Olá, vocês abrem hoje? \0 👩🏽‍🍳")
    await whatsapp.says(CLARA, "x" * 4096)
    conversation = await marta.conversation_with(ANA.name)
    await marta.conversation_with(CLARA.name)

    assert (await marta.reply(conversation, "Abrimos\0 até as 19h.")).status_code == 200
    sent = (await whatsapp.accepted(at_least=1))[0]["wamid"]

    async def status() -> bool:
        return (await marta.bubbles(conversation))[-1].status == "delivered"

    await within(10, status, what="delivered")
    await whatsapp.reports(sent, "read", "sent")
    shown = await marta.bubbles(conversation)
    assert [(one.direction, one.author, one.status) for one in shown] == [
        ("in", "contact", ""),
        ("out", "user", "read"),
    ]


async def test_a_message_that_is_delivered_many_times_at_once_is_there_once(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.meet(ANA)
    for number in range(5):
        await whatsapp.says(ANA, f"Oi {number}", copies=6)
    await whatsapp.control("GET", "/webhooks", timeout=10)
    conversation = await marta.conversation_with(ANA.name)
    assert [one.text for one in await marta.bubbles(conversation)] == [f"Oi {number}" for number in range(5)]


async def test_what_one_attendant_reads_stays_unread_for_the_other(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    paulo = await desk.attendant(PAULO)
    await whatsapp.says(ANA, "Oi")
    await whatsapp.says(ANA, "Alguém aí?")
    conversation = await marta.conversation_with(ANA.name)
    assert await unread(marta, conversation) == await unread(paulo, conversation) == 2

    assert (await marta.post(f"/c/{conversation}/reading", {"up_to": "2"})).status_code < 300
    assert (await unread(marta, conversation), await unread(paulo, conversation)) == (0, 2)
    await marta.reply(conversation, "Oi, Ana!")
    assert await unread(paulo, conversation) == 0


async def test_an_open_page_is_told_of_a_new_message(marta: Browser, whatsapp: WhatsApp) -> None:
    await whatsapp.says(ANA, "Oi")
    conversation = await marta.conversation_with(ANA.name)
    page = (await marta.open(f"/c/{conversation}")).text
    cursor = re.findall(r'data-cursor="(\d+)"', page)[0]

    async def write() -> None:
        await whatsapp.says(ANA, "Vocês entregam?")

    async with anyio.create_task_group() as both:
        both.start_soon(write)
        news = await marta.get(f"/live/poll?c={cursor}&t=inbox,conv:{conversation}&w=10")
    assert "Vocês entregam?" in news.text
    assert int(news.headers["x-live-cursor"]) > int(cursor)


async def test_a_long_thread_is_read_page_by_page(marta: Browser, whatsapp: WhatsApp) -> None:
    await whatsapp.meet(ANA)
    await whatsapp.control("POST", "/messages", customer=ANA.name, text="Oi", count=60, timeout=20)
    conversation = await marta.conversation_with(ANA.name)
    await marta.post(f"/c/{conversation}/reading", {"up_to": "60"})
    newest = await marta.bubbles(conversation)
    key = re.findall(r'data-position="\d+" data-k="(\d{23})"', (await marta.open(f"/c/{conversation}")).text)[
        0
    ]
    older = await marta.get(f"/c/{conversation}/messages?before={key}")
    assert len(newest) == 50
    assert older.text.count("<article") == 10


async def test_two_senders_bring_every_message_away_once_and_in_order(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    """As two processes would on Postgres: both claim from the same queue."""
    conversations = {}
    for customer in (ANA, BRUNO, CLARA):
        await whatsapp.says(customer, "Oi")
        conversations[customer.name] = await marta.conversation_with(customer.name)

    async def replies(name: str, conversation: int) -> None:
        for number in range(EACH):
            assert (await marta.reply(conversation, f"{name} {number}")).status_code == 200

    graph = Graph(base_url=desk.settings.whatsapp_api_url, version=desk.settings.whatsapp_api_version)
    second = Sender(graph, desk.settings.whatsapp_access_token.get_secret_value)
    async with graph, running(second.run(), "second sender"):
        async with anyio.create_task_group() as crowd:
            for name, conversation in conversations.items():
                crowd.start_soon(replies, name, conversation)
        sends = await whatsapp.accepted(at_least=EACH * len(conversations))
    texts = [send["payload"]["text"]["body"] for send in sends]
    for name in conversations:
        assert [text for text in texts if text.startswith(name)] == [
            f"{name} {number}" for number in range(EACH)
        ]


async def unread(browser: Browser, conversation: int) -> int:
    page = (await browser.open("/")).text
    return int(re.findall(rf'data-conversation="{conversation}" data-unread="(\d+)"', page)[0])
