"""What each attendant has not seen: the badge of a row, the number in the title, and what moves them."""

import pytest
from sqlalchemy import update

from app.assistant.returning import RETURN
from app.db import transaction
from app.housekeeping import HOUSEKEEPING
from app.jobs import Job
from app.media.sweeping import SWEEP
from app.message_templates.syncing import SYNC
from app.simulator.world import World
from app.whatsapp.models import Number
from tests.actors import Browser, Desk, WhatsApp, running_desk, within
from tests.clocks import count
from tests.outbox.thread import claude_answers
from tests.people import ANA, BRUNO, PAULO


async def unread(browser: Browser) -> int:
    return (await browser.row_of(ANA.name)).unread


async def reads(browser: Browser, conversation: int, up_to: int) -> int:
    return (await browser.post(f"/c/{conversation}/reading", {"up_to": str(up_to)})).status_code


async def test_unread_counts_for_each_attendant_by_itself(desk: Desk, whatsapp: WhatsApp) -> None:
    paulo = await desk.attendant(PAULO)
    await whatsapp.says(ANA, "um")
    await whatsapp.says(ANA, "dois")
    assert (await unread(desk.marta), await unread(paulo)) == (2, 2)

    conversation = await paulo.conversation_with(ANA.name)
    await reads(paulo, conversation, 2)
    assert (await unread(desk.marta), await unread(paulo)) == (2, 0)
    await whatsapp.says(ANA, "três")
    assert (await unread(desk.marta), await unread(paulo)) == (3, 1)


async def test_a_new_attendant_starts_with_nothing_unread(desk: Desk, whatsapp: WhatsApp) -> None:
    await whatsapp.says(ANA, "antes dele")
    paulo = await desk.attendant(PAULO)
    assert (await unread(paulo), await paulo.title()) == (0, "Recado")
    await whatsapp.says(ANA, "depois")
    assert (await unread(paulo), await paulo.title()) == (1, "(1) Recado")


async def test_reading_never_goes_back_nor_beyond_what_is_there(marta: Browser, whatsapp: WhatsApp) -> None:
    for text in ("um", "dois", "três"):
        await whatsapp.says(ANA, text)
    conversation = await marta.conversation_with(ANA.name)
    for up_to, left in ((2, 1), (1, 1), (0, 1), (3, 0), (1, 0)):
        assert await reads(marta, conversation, up_to) == 204
        assert await unread(marta) == left
    assert await reads(marta, conversation, 10**15) == 204
    await whatsapp.says(ANA, "quatro")
    assert await unread(marta) == 1


@pytest.mark.parametrize("up_to", ["", "-1", "1e3", "dois", "２", str(10**30)])
async def test_a_position_that_is_none_is_refused(marta: Browser, whatsapp: WhatsApp, up_to: str) -> None:
    await whatsapp.says(ANA, "um")
    conversation = await marta.conversation_with(ANA.name)
    answer = await marta.post(f"/c/{conversation}/reading", {"up_to": up_to})
    assert (answer.status_code, await unread(marta)) == (422, 1)


async def test_a_persons_answer_reads_for_everybody(desk: Desk, whatsapp: WhatsApp) -> None:
    paulo = await desk.attendant(PAULO)
    await whatsapp.says(ANA, "um")
    await paulo.reply(await paulo.conversation_with(ANA.name), "Oi, Ana")
    assert (await unread(desk.marta), await unread(paulo)) == (0, 0)
    assert await desk.marta.title() == "Recado"


async def test_an_answer_from_the_phone_reads_for_everybody(marta: Browser, whatsapp: WhatsApp) -> None:
    await whatsapp.says(ANA, "um")
    await whatsapp.echoes(ANA, "Já vi, Ana")
    row = await marta.row_of(ANA.name)
    assert (row.unread, row.preview.endswith("Já vi, Ana")) == (0, True)
    assert (await marta.bubbles(row.id))[-1].author == "phone"


async def test_claudes_answer_reads_for_nobody(desk: Desk, whatsapp: WhatsApp) -> None:
    paulo = await desk.attendant(PAULO)
    await whatsapp.says(ANA, "um")
    await claude_answers(await paulo.conversation_with(ANA.name), "Aqui é o assistente")
    row = await paulo.row_of(ANA.name)
    assert (row.unread, row.preview.endswith("Aqui é o assistente")) == (1, True)
    assert await unread(desk.marta) == 1


async def test_the_title_counts_conversations_that_are_mine_or_nobodys(
    desk: Desk, whatsapp: WhatsApp
) -> None:
    paulo = await desk.attendant(PAULO)
    for customer in (ANA, BRUNO):
        for text in ("um", "dois"):
            await whatsapp.says(customer, text)
    assert (await desk.marta.title(), await paulo.title()) == ("(2) Recado", "(2) Recado")

    await paulo.post(f"/c/{await paulo.conversation_with(ANA.name)}/mode", {"mode": "person"})
    assert (await desk.marta.title(), await paulo.title()) == ("(1) Recado", "(2) Recado")


async def test_who_silences_claude_counts_only_what_people_answer(database_url: str) -> None:
    async with running_desk(database_url, claude_enabled=True, claude_wait_seconds=300) as desk:
        for customer in (ANA, BRUNO):
            await desk.whatsapp.says(customer, "um")
        await desk.marta.post(f"/c/{await desk.marta.conversation_with(ANA.name)}/mode", {"mode": "off"})
        assert await desk.marta.title() == "(2) Recado"
        await desk.marta.post("/settings", {"silences_claude": "on"})
        assert await desk.marta.title() == "(1) Recado"
        page = (await desk.marta.open("/")).text
        assert page.count("badge--silenced") == 1


async def set_marks_read(policy: str) -> None:
    async with transaction() as session:
        await session.execute(update(Number).values(marks_read=policy))


def ticks(world: World) -> list[str]:
    """What the customer's phone shows at their own messages."""
    return [message.status for message in world.chat(world.customer(ANA.name)) if message.direction == "in"]


async def blue(whatsapp: WhatsApp) -> bool:
    return set(ticks(whatsapp.world)) == {"read"}


async def test_opening_tells_the_customer_and_a_message_that_arrived_does_not(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "um")
    await whatsapp.says(ANA, "dois")
    assert ticks(whatsapp.world) == ["delivered", "delivered"]
    await reads(marta, await marta.conversation_with(ANA.name), 2)
    await within(20, lambda: blue(whatsapp), what="blue ticks")


async def test_where_the_number_says_on_reply_only_the_answer_tells_the_customer(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await set_marks_read("reply")
    await whatsapp.says(ANA, "um")
    conversation = await marta.conversation_with(ANA.name)
    await reads(marta, conversation, 1)
    await claude_answers(conversation, "Um momento")
    await whatsapp.accepted(at_least=1)
    assert ticks(whatsapp.world) == ["delivered"]
    await marta.reply(conversation, "Oi, Ana")
    await within(20, lambda: blue(whatsapp), what="blue ticks")


async def test_where_the_number_says_never_nobody_tells_the_customer(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await set_marks_read("never")
    await whatsapp.says(ANA, "um")
    conversation = await marta.conversation_with(ANA.name)
    await reads(marta, conversation, 1)
    await marta.reply(conversation, "Oi, Ana")
    await whatsapp.accepted(at_least=1)
    await within(20, nothing_left_to_do, what="an idle worker")
    assert ticks(whatsapp.world) == ["delivered"]


async def nothing_left_to_do() -> bool:
    return await count(Job, Job.kind.not_in([SWEEP, HOUSEKEEPING, SYNC, RETURN])) == 0


async def test_the_preview_is_the_last_message_or_ones_own_draft(desk: Desk, whatsapp: WhatsApp) -> None:
    paulo = await desk.attendant(PAULO)
    await whatsapp.says(ANA, "Tem *troca*?\nE frete?")
    assert (await paulo.row_of(ANA.name)).preview == "Tem troca? E frete?"
    conversation = await paulo.conversation_with(ANA.name)
    assert (await paulo.post(f"/c/{conversation}/draft", {"text": "Acho que"})).status_code == 204
    assert (await paulo.row_of(ANA.name)).preview.endswith("Acho que")
    assert (await desk.marta.row_of(ANA.name)).preview == "Tem troca? E frete?"
    await paulo.reply(conversation, "Temos")
    assert (await paulo.row_of(ANA.name)).preview == (await desk.marta.row_of(ANA.name)).preview == "Temos"
