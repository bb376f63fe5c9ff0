"""Where a message stands: by WhatsApp's own time within reason, then in the order of arrival."""

import re
import time

from tests.actors import Browser, Desk, Row, WhatsApp, bubbles_in, rows_in
from tests.clocks import moving_clock
from tests.people import ANA, BRUNO, PAULO, Customer
from tests.whatsapp.bodies import change, contact, text, webhook

DAY = 24 * 3600


async def hears(whatsapp: WhatsApp, *messages: tuple[str, float]) -> None:
    """One webhook of Ana's with these (text, seconds from now)."""
    now = time.time()
    told = [text(f"w-{body}", body, ANA, at=now + ahead) for body, ahead in messages]
    assert await whatsapp.posts(webhook(change(*told, contacts=[contact(ANA)]))) == 200


async def thread(marta: Browser) -> list[str]:
    return [bubble.text for bubble in await marta.bubbles(await marta.conversation_with(ANA.name))]


async def test_messages_of_one_second_stand_in_the_order_of_arrival(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await hears(whatsapp, ("um", 0), ("dois", 0), ("três", 0))
    await hears(whatsapp, ("quatro", 0))
    assert await thread(marta) == ["um", "dois", "três", "quatro"]


async def test_a_late_message_stands_in_its_place_is_unread_and_not_the_preview(
    desk: Desk, whatsapp: WhatsApp
) -> None:
    marta = desk.marta
    await hears(whatsapp, ("cedo", -7200), ("agora", 0))
    conversation = await marta.conversation_with(ANA.name)
    await marta.post(f"/c/{conversation}/reading", {"up_to": "2"})
    assert (await marta.row_of(ANA.name)).unread == 0

    await hears(whatsapp, ("atrasada", -3600))
    assert await thread(marta) == ["cedo", "atrasada", "agora"]
    row = await marta.row_of(ANA.name)
    assert (row.unread, row.preview) == (1, "agora")


async def test_times_out_of_reason_are_drawn_in_towards_the_receipt(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await hears(whatsapp, ("do futuro", DAY / 2), ("de 1970", -56 * 365 * DAY), ("de 20 dias", -20 * DAY))
    await hears(whatsapp, ("de 7 dias", -7 * DAY), ("normal", 0))
    # A time WhatsApp cannot have meant counts as the receipt; one that is merely too old as eight days ago.
    assert await thread(marta) == ["de 20 dias", "de 7 dias", "de 1970", "normal", "do futuro"]


async def test_an_answer_stands_below_what_it_answers_though_the_customers_phone_runs_ahead(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    with moving_clock() as hand:
        await hears(whatsapp, ("adiantada", 300))
        conversation = await marta.conversation_with(ANA.name)
        await marta.reply(conversation, "Resposta")
        hand.move(days=-0.5)
        await marta.reply(conversation, "Depois que o relógio voltou")
        assert await thread(marta) == ["adiantada", "Resposta", "Depois que o relógio voltou"]


async def test_the_list_stands_by_the_latest_activity(marta: Browser, whatsapp: WhatsApp) -> None:
    with moving_clock() as hand:
        await whatsapp.says(ANA, "primeira")
        hand.move(seconds=2)
        await whatsapp.says(BRUNO, "segundo", at=time.time() + 2)
        assert [row.name for row in await marta.rows()] == [BRUNO.name, ANA.name]
        hand.move(seconds=2)
        await marta.reply(await marta.conversation_with(ANA.name), "Oi, Ana")
        assert [(row.name, row.preview) for row in await marta.rows()] == [
            (ANA.name, "Oi, Ana"),
            (BRUNO.name, "segundo"),
        ]


async def test_the_list_comes_in_pages_of_fifty_each_row_once_also_with_equal_times(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    moment = time.time() - 60
    people = [Customer(f"Cliente {number:03d}", wa_id=f"55119000{number:05d}") for number in range(120)]
    for start in range(0, len(people), 24):
        some = people[start : start + 24]
        told = [text(f"w{start + place}", "oi", who, at=moment) for place, who in enumerate(some)]
        assert await whatsapp.posts(webhook(change(*told, contacts=[contact(who) for who in some]))) == 200

    seen: list[Row] = await marta.rows()
    page = (await marta.open("/")).text
    sizes = [len(seen)]
    while older := before_in(page):
        page = (await marta.get(f"/conversations?before={older}")).text
        sizes.append(len(rows_in(page)))
        seen += rows_in(page)
    assert sizes == [50, 50, 20]
    assert sorted(row.name for row in seen) == [who.name for who in people]
    assert {await marta.looks_for(row.name) for row in seen[::30]} == {row.id for row in seen[::30]}
    assert await marta.looks_for("Ninguém") is None
    assert "data-conversation" in (await marta.get("/conversations?before=nonsense")).text
    assert (await (await desk.attendant(PAULO)).rows())[0].unread == 0


async def test_a_thread_comes_in_pages_of_fifty_each_bubble_once_also_within_one_second(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await hears(whatsapp, *((f"m{number:03d}", -(number // 30)) for number in range(130)))
    conversation = await marta.conversation_with(ANA.name)
    await marta.post(f"/c/{conversation}/reading", {"up_to": "130"})
    page = (await marta.open(f"/c/{conversation}")).text
    bubbles = bubbles_in(page)
    sizes = [len(bubbles)]
    while (
        older := before_in(page.split('id="conversation-list"')[-1]) if len(sizes) == 1 else before_in(page)
    ):
        page = (await marta.get(f"/c/{conversation}/messages?before={older}")).text
        sizes.append(len(bubbles_in(page)))
        bubbles = bubbles_in(page) + bubbles
    assert sizes == [50, 50, 30]
    expected = sorted(
        (f"m{number:03d}" for number in range(130)), key=lambda body: (-(int(body[1:]) // 30), body)
    )
    assert [bubble.text for bubble in bubbles] == expected


def before_in(page: str) -> str | None:
    found = re.findall(r"before=(\d{23})", page)
    return found[0] if found else None
