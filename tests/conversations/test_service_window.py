"""The 24-hour window: what opens it, when it closes for us, and what is held until the customer writes again."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from app.conversations.models import HeldText
from tests.actors import Browser, WhatsApp, within
from tests.clocks import MovingClock, count, moving_clock
from tests.contacts.merges import contact_of, hears, threads
from tests.people import ANA, BRUNO, CLARA, Customer
from tests.whatsapp.bodies import past, theirs, webhook

CLOSED = 'class="window window--closed"'


@pytest.fixture
def hand() -> Iterator[MovingClock]:
    with moving_clock() as moving:
        yield moving


@pytest.fixture
async def ana(hand: MovingClock, marta: Browser, whatsapp: WhatsApp) -> int:
    """Marta's conversation with Ana, who has just written."""
    await says(whatsapp, hand, "Oi")
    return await marta.conversation_with(ANA.name)


async def says(whatsapp: WhatsApp, hand: MovingClock, text: str, *, ago: float = 0, **more: Any) -> str:
    at = hand() - timedelta(seconds=ago)
    return await whatsapp.says(ANA, text, at=at.timestamp(), **more)


async def later(hand: MovingClock, marta: Browser, **span: float) -> None:
    """So much later Marta signs in again: a session does not last that long."""
    hand.move(**span)
    await marta.sign_in()


async def is_open(marta: Browser, conversation: int) -> bool:
    page = await marta.open(f"/c/{conversation}")
    assert page.status_code == 200
    return CLOSED not in page.text


async def closing(marta: Browser, conversation: int) -> list[str]:
    """The countdowns that a reload shows: of the row, and above the composer."""
    page = (await marta.open(f"/c/{conversation}")).text
    found = re.findall(r'<span class="closing" data-closes-at="\d+" +>(.*?)</span>', page)
    return [unescape(words) for words in found]


async def test_it_closes_a_minute_before_the_24_hours_and_counts_the_last_four_down(
    hand: MovingClock, marta: Browser, ana: int
) -> None:
    await later(hand, marta, hours=19, minutes=58)
    assert await closing(marta, ana) == []
    hand.move(minutes=41, seconds=5)
    assert await closing(marta, ana) == ["Fecha em 3 h 20 min"] * 2
    hand.move(hours=3)
    assert await closing(marta, ana) == ["Fecha em 20 min"] * 2
    hand.move(minutes=19, seconds=30)
    assert await is_open(marta, ana)
    assert (await marta.reply(ana, "Ainda dá tempo")).status_code == 200
    hand.move(seconds=30)
    assert not await is_open(marta, ana)
    refused = await marta.reply(ana, "Tarde demais")
    assert refused.status_code == 422
    assert "Passaram mais de 24 horas" in unescape(refused.text)
    assert "Tarde demais" in refused.text


async def test_only_what_the_customer_writes_opens_it_and_by_whatsapps_clock(
    hand: MovingClock, marta: Browser, whatsapp: WhatsApp, ana: int
) -> None:
    wamid = await says(whatsapp, hand, "Quero saber o preço")
    await later(hand, marta, hours=25)
    await whatsapp.control("POST", "/reactions", customer=ANA.name, id=wamid, emoji="👍")
    await whatsapp.control("POST", "/edits", id=wamid, text="Quero saber o prazo")
    await whatsapp.control("POST", "/revocations", id=wamid)
    await whatsapp.echoes(ANA, "Respondi do celular")
    await says(whatsapp, hand, "", type="system", content={"type": "user_identity_changed", "body": "Mudou"})
    said = theirs("old", "De antes", ANA, hand().timestamp())
    assert await whatsapp.posts(webhook(past((ANA, [said])))) == 200
    await says(whatsapp, hand, "Chegou um dia depois", ago=24 * 3600)
    await whatsapp.control("GET", "/idle", timeout=30)
    assert not await is_open(marta, ana)
    await says(whatsapp, hand, "Demorou a chegar", ago=23 * 3600)
    assert await is_open(marta, ana)
    await later(hand, marta, hours=1)
    assert not await is_open(marta, ana)


async def test_a_held_text_leaves_once_when_the_customer_writes_again_and_a_cancelled_one_never(
    hand: MovingClock, marta: Browser, whatsapp: WhatsApp, ana: int
) -> None:
    await later(hand, marta, hours=25)
    form = {"text": "Seu vaso chegou", "compose_id": "8d6bd9c0-0000-4000-8000-000000000001"}
    for fields in (form, form, {"text": form["text"]}, {"text": "Não era para enviar"}):
        kept = await marta.post(f"/c/{ana}/held-texts", fields)
        assert kept.status_code == 200
    assert (await marta.post(f"/c/{ana}/held-texts", form | {"text": "Outro"})).status_code == 409
    page = (await marta.open(f"/c/{ana}")).text
    waiting = dict(re.findall(r'data-held="(\d+)".*?hx-ignore>(.*?)</bdi>', page, re.S))
    assert list(waiting.values()) == ["Seu vaso chegou", "Não era para enviar"]
    cancel = f"/c/{ana}/held-texts/{list(waiting)[1]}/cancellation"
    assert [(await marta.post(cancel)).status_code for _ in range(2)] == [200, 404]
    assert (await marta.post(f"/c/{ana}/held-texts", {"text": "  "})).status_code == 422

    await says(whatsapp, hand, "Voltei!")
    await says(whatsapp, hand, "Tudo bem?")
    assert [one["payload"]["text"]["body"] for one in await whatsapp.accepted(at_least=1)] == [
        "Seu vaso chegou"
    ]
    assert [one.text for one in await marta.bubbles(ana)] == ["Oi", "Voltei!", "Seu vaso chegou", "Tudo bem?"]
    assert await count(HeldText) == 0
    assert await is_open(marta, ana)
    assert (await marta.post(f"/c/{ana}/held-texts", form)).status_code == 200  # a late second click
    assert len(await marta.bubbles(ana)) == 4
    assert (await marta.row_of(ANA.name)).unread == 3  # a text from yesterday answers nothing of it


async def test_a_held_text_brings_a_preview_of_its_link_as_its_writer_chose(
    hand: MovingClock, marta: Browser, whatsapp: WhatsApp, ana: int
) -> None:
    await later(hand, marta, hours=25)
    form = {"text": "Siga por https://example.com/1", "compose_id": "8d6bd9c0-0000-4000-8000-000000000002"}
    await marta.post(f"/c/{ana}/held-texts", form)
    await says(whatsapp, hand, "Voltei!")
    await whatsapp.accepted(at_least=1)
    await later(hand, marta, hours=25)
    await marta.post("/settings", {"link_previews": "off"})
    form = {"text": "Siga por https://example.com/2", "compose_id": "8d6bd9c0-0000-4000-8000-000000000003"}
    await marta.post(f"/c/{ana}/held-texts", form)
    await says(whatsapp, hand, "De novo!")
    accepted = [one["payload"]["text"] for one in await whatsapp.accepted(at_least=2)]
    assert [(one["body"][-1], one["preview_url"]) for one in accepted] == [("1", True), ("2", False)]
    assert (await marta.post(f"/c/{ana}/held-texts", form)).status_code == 200  # a late second click


async def test_a_text_that_waits_in_an_open_window_leaves_with_the_next_message(
    hand: MovingClock, marta: Browser, whatsapp: WhatsApp
) -> None:
    known_by_id = Customer(CLARA.name, bsuid=CLARA.bsuid)
    await hears(whatsapp, "w1", "Oi", BRUNO)
    await hears(whatsapp, "w2", "Oi de novo", known_by_id)
    first, second = sorted(await threads(marta))
    await later(hand, marta, hours=25)
    assert (await marta.post(f"/c/{second}/held-texts", {"text": "Chegou"})).status_code == 200
    await hears(whatsapp, "w3", "Ainda aí?", BRUNO, at=hand().timestamp())
    one, other = await contact_of(first), await contact_of(second)
    await marta.post(f"/contacts/{one}/merges", {"other_id": str(other)})
    assert await count(HeldText, HeldText.conversation_id == first) == 1
    await hears(whatsapp, "w4", "Alguém?", BRUNO, at=hand().timestamp())
    assert [one["payload"]["text"]["body"] for one in await whatsapp.accepted(at_least=1)] == ["Chegou"]
    assert await count(HeldText) == 0


async def test_what_whatsapp_refuses_closes_it_until_the_customer_writes_again(
    hand: MovingClock, marta: Browser, whatsapp: WhatsApp, ana: int
) -> None:
    await whatsapp.breaks({"kind": "failed", "code": 131047})
    await marta.reply(ana, "Alô?")

    async def failed() -> bool:
        return (await marta.bubbles(ana))[-1].status == "failed"

    await within(10, failed, what="the report of the failure")
    assert not await is_open(marta, ana)
    assert (await marta.reply(ana, "De novo")).status_code == 422
    [attempt] = [one for one in await marta.bubbles(ana) if one.direction == "out"]
    again = await marta.post(f"/c/{ana}/messages/{attempt.id}/attempts")
    assert again.status_code == 422
    await says(whatsapp, hand, "Estou aqui", ago=-2)
    assert await is_open(marta, ana)
    await whatsapp.breaks("no_statuses")
    await marta.reply(ana, "Que bom")
    sent = (await whatsapp.accepted(at_least=2))[-1]
    await says(whatsapp, hand, "Pois é", ago=-4)
    await whatsapp.reports(sent["wamid"], "failed", code=131047)  # it is older than what she has just written
    assert await is_open(marta, ana)
