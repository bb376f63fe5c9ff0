"""A text is held back for as long as its writer chose: taken back in time it never leaves, else it leaves once."""

import re

import httpx2

from app.outbox.models import Delivery
from tests.actors import Desk, WhatsApp, within
from tests.clocks import MovingClock, count
from tests.outbox.thread import Thread, attempts
from tests.people import ANA, PAULO


async def holds_back(ana: Thread, hand: MovingClock, seconds: int = 5) -> None:
    await ana.browser.post("/settings", {"undo_send_seconds": str(seconds)})
    hand.stop()


async def recalls(ana: Thread, text: str) -> httpx2.Response:
    return await ana.browser.post(f"/c/{ana.id}/messages/{(await ana.bubble(text)).id}/recall")


async def seconds_left(ana: Thread, text: str) -> list[int]:
    page = (await ana.browser.open(f"/c/{ana.id}")).text
    article = next(one for one in re.findall(r"<article.*?</article>", page, re.S) if f"<bdi>{text}" in one)
    return [int(one) for one in re.findall(r"recall__button--([0-9])", article)]


async def test_what_was_taken_back_never_leaves_and_is_a_draft_again(
    ana: Thread, whatsapp: WhatsApp, hand: MovingClock
) -> None:
    await holds_back(ana, hand)
    await ana.sends("Preço errado")
    hand.move(seconds=2)
    assert await seconds_left(ana, "Preço errado") == [3]
    await ana.sends("E o frete")  # waits behind it, and for its own five seconds
    await ana.browser.post(f"/c/{ana.id}/draft", {"text": "já escrevendo", "compose_id": ""})

    gone = await ana.bubble("Preço errado")
    answer = await recalls(ana, "Preço errado")
    assert answer.status_code == 200
    assert f'hx-target="#message-{gone.id}" hx-swap="delete"' in answer.text
    page = (await ana.browser.open(f"/c/{ana.id}")).text
    assert "Preço errado\njá escrevendo</textarea>" in page
    assert (await ana.browser.post(f"/c/{ana.id}/messages/{gone.id}/recall")).status_code == 404

    hand.move(seconds=5)
    await ana.shows("E o frete", "delivered")
    assert await attempts(whatsapp) == ["E o frete"]


async def test_the_row_shows_what_is_newest_once_the_newest_was_taken_back(
    ana: Thread, hand: MovingClock
) -> None:
    await holds_back(ana, hand)
    await ana.sends("Foi sem querer")
    assert (await ana.browser.row_of(ANA.name)).preview == "Foi sem querer"
    plain = await ana.browser.post(
        f"/c/{ana.id}/messages/{(await ana.bubble('Foi sem querer')).id}/recall", htmx=False
    )
    assert (plain.status_code, plain.headers["location"]) == (303, f"/c/{ana.id}")
    assert (await ana.browser.row_of(ANA.name)).preview.endswith("Foi sem querer")  # as a draft
    await ana.browser.post(f"/c/{ana.id}/draft", {"text": "", "compose_id": ""})
    assert (await ana.browser.row_of(ANA.name)).preview == "Oi"


async def test_what_is_under_way_or_somebody_elses_cannot_be_taken_back(
    desk: Desk, ana: Thread, whatsapp: WhatsApp, hand: MovingClock
) -> None:
    await holds_back(ana, hand, seconds=3)
    await ana.sends("Vale")
    held = await ana.bubble("Vale")
    paulo = await desk.attendant(PAULO)
    assert (await paulo.post(f"/c/{ana.id}/messages/{held.id}/recall")).status_code == 422

    await whatsapp.breaks({"kind": "slow", "hold": True})
    hand.move(seconds=3)
    await within(10, lambda: count(Delivery, Delivery.tries == 1), what="the claim")
    late = await recalls(ana, "Vale")
    assert (late.status_code, "Tarde demais" in late.text) == (422, True)
    await whatsapp.goes_on()
    await ana.shows("Vale", "delivered")
    assert (await recalls(ana, "Vale")).status_code == 422
    assert await attempts(whatsapp) == ["Vale"]
    assert await seconds_left(ana, "Vale") == []
