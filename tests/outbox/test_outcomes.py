"""What became of a send: certainly not sent, accepted, or unknown; only the first is ever tried again by itself."""

from typing import Any

import pytest

from app.clock import now
from app.whatsapp.graph_errors import MEANINGS, Help
from tests.actors import WhatsApp, within
from tests.clocks import MovingClock
from tests.outbox.thread import Thread, attempts
from tests.people import ANA
from tests.whatsapp.bodies import change, status, webhook

CONFIRMED_NOT = "WhatsApp did not confirm"


@pytest.fixture(autouse=True)
async def in_english(ana: Thread) -> None:
    """The sentences under a bubble are looked up by their English source."""
    await ana.browser.post("/settings", {"locale": "en"})


@pytest.mark.parametrize(
    "fault", ["throttle", "pair_rate", {"kind": "error", "code": 131000}, {"kind": "error", "code": 2}]
)
async def test_an_error_that_graph_names_and_that_passes_is_tried_again(
    ana: Thread, whatsapp: WhatsApp, hand: MovingClock, fault: Any
) -> None:
    await whatsapp.breaks(fault)
    await ana.sends("De novo")

    async def refused_once() -> bool:
        return await attempts(whatsapp) == ["De novo"]

    await within(20, refused_once)
    assert (await ana.bubble("De novo")).status == "queued"
    hand.move(seconds=90)
    await ana.shows("De novo", "delivered")
    assert len(await whatsapp.accepted()) == 1


@pytest.mark.parametrize("code", [100, 131008, 131026, 131031, 131051, 190, 470470])
async def test_an_error_that_will_not_pass_fails_at_once_in_its_own_words(
    ana: Thread, whatsapp: WhatsApp, hand: MovingClock, code: int
) -> None:
    await whatsapp.breaks({"kind": "error", "code": code})
    await ana.sends("Não vai")
    await ana.shows("Não vai", "failed")
    [words] = await ana.problems()
    meaning = MEANINGS.get(code)
    assert (meaning.words if meaning else "WhatsApp refused this message.") in words
    assert ("Try again" in words) == (meaning is None or meaning.help is not Help.NONE)
    hand.move(hours=2)
    await ana.sends("Outra")
    await ana.shows("Outra", "delivered")
    assert await attempts(whatsapp) == ["Não vai", "Outra"]


@pytest.mark.parametrize(
    "fault",
    [
        "server_error",
        "html",
        "drop",
        "cut",
        "no_wamid",
        {"kind": "answer", "http_status": 200, "body": "ok", "accept": True},
    ],
)
async def test_an_answer_that_proves_nothing_makes_it_unknown_and_it_is_never_sent_again_by_itself(
    ana: Thread, whatsapp: WhatsApp, hand: MovingClock, fault: Any
) -> None:
    await whatsapp.breaks(fault, "no_statuses")
    await ana.sends("Será que foi?")
    await ana.shows("Será que foi?", "unknown")
    assert await ana.problems() == []

    hand.move(seconds=121)
    [words] = await ana.problems()
    assert CONFIRMED_NOT in words
    assert "Send again" in words
    hand.move(hours=2)
    await ana.sends("Outra")
    await ana.shows("Outra", "delivered")
    assert await attempts(whatsapp) == ["Será que foi?", "Outra"]


async def test_a_status_with_our_mark_settles_what_was_unknown(
    ana: Thread, whatsapp: WhatsApp, hand: MovingClock
) -> None:
    await whatsapp.breaks("drop", "no_statuses")
    await ana.sends("Foi sim")
    await ana.shows("Foi sim", "unknown")
    await whatsapp.reports(await ana.wamid_of("Foi sim"), "delivered")
    assert (await ana.bubble("Foi sim")).status == "delivered"
    hand.move(minutes=5)
    assert await ana.problems() == []


async def test_send_again_is_a_new_attempt_of_the_same_bubble(
    ana: Thread, whatsapp: WhatsApp, hand: MovingClock
) -> None:
    await whatsapp.breaks({"kind": "cut"})
    await ana.sends("Duas vezes?")
    before = await ana.shows("Duas vezes?", "unknown")
    hand.move(seconds=121)
    assert (await ana.again("Duas vezes?")).status_code == 200
    assert (await ana.shows("Duas vezes?", "delivered")).id == before.id
    assert (await ana.again("Duas vezes?")).status_code == 422
    assert len(await whatsapp.accepted()) == 1


async def test_trying_again_what_failed_is_a_new_attempt_and_the_old_ones_late_delivery_still_counts(
    ana: Thread, whatsapp: WhatsApp
) -> None:
    await whatsapp.breaks({"kind": "failed", "code": 131026}, {"name": "slow", "seconds": 0})
    await ana.sends("Tenta")
    await ana.shows("Tenta", "failed")
    first = await ana.wamid_of("Tenta")
    await whatsapp.breaks({"kind": "failed", "code": 131026})
    assert (await ana.again("Tenta")).status_code == 200
    await ana.wamid_of("Tenta", attempt=2)
    await ana.shows("Tenta", "failed")
    await whatsapp.reports(first, "delivered")
    assert (await ana.bubble("Tenta")).status == "delivered"
    assert await ana.problems() == []


async def test_a_failure_reported_later_speaks_for_itself_not_for_an_earlier_refusal(
    ana: Thread, whatsapp: WhatsApp, hand: MovingClock
) -> None:
    await whatsapp.breaks("throttle")
    await ana.sends("Primeiro devagar")

    async def refused_once() -> bool:
        return await attempts(whatsapp) == ["Primeiro devagar"]

    await within(20, refused_once)
    await whatsapp.breaks({"kind": "failed", "code": 131026})
    hand.move(seconds=90)
    await ana.shows("Primeiro devagar", "failed")
    assert MEANINGS[131026].words in (await ana.problems())[0]


async def test_a_failure_reported_without_a_reason_does_not_blame_the_connection(
    ana: Thread, whatsapp: WhatsApp
) -> None:
    await whatsapp.breaks("no_statuses")
    await ana.sends("Sem motivo")
    await ana.shows("Sem motivo", "sent")
    message = whatsapp.world.messages[await ana.wamid_of("Sem motivo")]
    assert await whatsapp.posts(webhook(change(statuses=[status(message.id, "failed")]))) == 200
    assert (await ana.bubble("Sem motivo")).status == "failed"
    assert "WhatsApp refused this message." in (await ana.problems())[0]


async def test_a_closed_window_that_whatsapp_reports_later_offers_the_template(
    ana: Thread, whatsapp: WhatsApp
) -> None:
    whatsapp.world.customer(ANA.name).wrote_at = now().timestamp() - 25 * 3600
    await ana.sends("Tarde demais")
    await ana.shows("Tarde demais", "failed")
    [words] = await ana.problems()
    assert MEANINGS[131047].words in words
    assert "Send a template." in words
