"""The tick of a message: clock, one, two, read or failed; only ever upwards, whatever WhatsApp repeats or mixes up."""

import pytest

from tests.actors import Browser, WhatsApp, within
from tests.outbox.thread import Thread
from tests.whatsapp.bodies import change, status, webhook


async def test_a_message_goes_from_the_clock_to_sent_to_delivered_to_read(
    ana: Thread, whatsapp: WhatsApp
) -> None:
    await whatsapp.breaks({"kind": "slow", "hold": True}, "no_statuses")
    await ana.sends("Abrimos às 9h")
    assert (await ana.bubble("Abrimos às 9h")).status == "queued"
    await whatsapp.goes_on()
    await ana.shows("Abrimos às 9h", "sent")
    wamid = await ana.wamid_of("Abrimos às 9h")
    for reported, shown in (
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("played", "read"),
    ):
        await whatsapp.reports(wamid, reported)
        assert (await ana.bubble("Abrimos às 9h")).status == shown


@pytest.mark.parametrize(
    ("reported", "shown"),
    [
        (["read", "delivered", "sent"], "read"),
        (["delivered", "delivered", "sent", "sent"], "delivered"),
        (["failed", "delivered"], "delivered"),
        (["delivered", "failed"], "delivered"),
        (["failed", "sent"], "failed"),
        (["deleted", "warning", "um estado novo"], "sent"),
    ],
)
async def test_late_repeated_and_unknown_reports_never_take_a_tick_back(
    ana: Thread, whatsapp: WhatsApp, reported: list[str], shown: str
) -> None:
    await whatsapp.breaks("no_statuses")
    await ana.sends("Oi, Ana")
    await ana.shows("Oi, Ana", "sent")
    await whatsapp.reports(await ana.wamid_of("Oi, Ana"), *reported)
    assert (await ana.bubble("Oi, Ana")).status == shown
    assert (await ana.problems() == []) is (shown != "failed")


async def test_reports_that_are_faster_than_the_sends_answer_count(ana: Thread, whatsapp: WhatsApp) -> None:
    await whatsapp.breaks({"name": "statuses_first"}, {"name": "slow", "when": "after", "seconds": 0.3})
    await ana.sends("Mais rápido que a resposta")
    await ana.shows("Mais rápido que a resposta", "delivered")
    assert len(await whatsapp.accepted()) == 1


async def test_reports_for_a_wamid_nobody_knows_wait_for_its_send(
    marta: Browser, ana: Thread, whatsapp: WhatsApp
) -> None:
    """Without our own mark: the wamid alone must do."""
    await whatsapp.breaks({"kind": "slow", "when": "after", "hold": True}, "no_statuses")
    await ana.sends("Espera")
    wamid = await ana.wamid_of("Espera")
    assert await whatsapp.posts(webhook(change(statuses=[status(wamid, "delivered")]))) == 200
    assert (await ana.bubble("Espera")).status == "queued"
    await whatsapp.goes_on()
    await ana.shows("Espera", "delivered")


async def test_the_row_shows_the_same_tick_as_the_bubble(
    marta: Browser, ana: Thread, whatsapp: WhatsApp
) -> None:
    await whatsapp.breaks("no_statuses")
    await ana.sends("Até já")
    await ana.shows("Até já", "sent")
    await whatsapp.reports(await ana.wamid_of("Até já"), "delivered", "read")
    list_of = (await marta.open("/")).text.split('id="conversation-list"')[1]
    assert "ticks ticks--read" in list_of


async def test_blue_ticks_are_each_attendants_choice_and_off_by_default(marta: Browser, ana: Thread) -> None:
    assert "data-blue-ticks" not in (await marta.open(f"/c/{ana.id}")).text.split("<template")[0]
    await marta.post("/settings", {"blue_ticks": "on"})

    async def chosen() -> bool:
        return "data-blue-ticks" in (await marta.open(f"/c/{ana.id}")).text

    await within(2, chosen, what="the choice")
