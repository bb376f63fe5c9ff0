"""WhatsApp's limits: so many a second for a number, so many for a customer; a wait holds nobody it does not concern."""

from collections import Counter
from datetime import timedelta

import pytest

from app.db import reading, transaction
from app.outbox import queue, troubles
from app.outbox.delivery import DeliveryStatus
from app.outbox.models import Delivery
from app.outbox.pace import Pace
from tests.outbox.office import SECOND, Office, texts

LIMIT = 20


def most_in_a_second(moments: list[float]) -> int:
    return max(sum(at <= other < at + 1 for other in moments) for at in moments)


async def test_no_more_leave_in_a_second_than_the_number_may_send_however_many_senders_there_are(
    office: Office,
) -> None:
    for conversation in await office.opens_conversations(60):
        await office.queues(conversation, "um", "dois")
    await office.drains(office.sender(LIMIT), office.sender(LIMIT))
    left = [send.at for send in office.accepted()]
    assert len(left) == 120
    assert most_in_a_second(left) == LIMIT
    assert 5 < left[-1] - left[0] < 6.5


async def test_with_whatsapps_own_limit_as_ours_it_never_has_to_refuse(office: Office) -> None:
    office.breaks(name="throughput", per_second=LIMIT)
    for conversation in await office.opens_conversations(50):
        await office.queues(conversation, "um", "dois")
    await office.drains(office.sender(LIMIT))
    assert len(office.accepted()) == 100
    assert list(office.world.refused()) == []


async def test_two_numbers_have_a_limit_each(office: Office) -> None:
    for number in (None, SECOND):
        opened = await (office.opens_conversations(30, number) if number else office.opens_conversations(30))
        for conversation in opened:
            await office.queues(conversation, "oi")
    sender = office.sender(10)
    await sender.round()
    claimed = Counter(one.number_id for one in await office.deliveries(Delivery.tries == 1))
    assert sorted(claimed.values()) == [1, 1]
    await office.drains(sender)
    assert len(office.accepted()) == 60


async def test_one_customer_gets_45_at_once_and_then_one_each_six_seconds_in_order(office: Office) -> None:
    [ana] = await office.opens_conversations(1)
    written = [f"{number}" for number in range(50)]
    await office.queues(ana, *written)
    began = office.clock().timestamp()
    await office.drains(office.sender(1000))
    sends = office.accepted()
    assert texts(sends) == written
    after = [round(send.at - began, 3) for send in sends]
    assert after[44] < 1
    assert after[45:] == [pytest.approx(6 * step, abs=0.01) for step in range(1, 6)]


async def test_a_customer_who_has_to_wait_shows_the_clock_and_holds_nobody(office: Office) -> None:
    ana, bruno = await office.opens_conversations(2)
    await office.queues(ana, *(f"ana {number}" for number in range(46)))
    sender = office.sender()
    await office.drains(sender, until=office.clock() + timedelta(seconds=5))
    assert len(office.accepted()) == 45
    [waiting] = await office.deliveries(Delivery.status == DeliveryStatus.QUEUED)
    assert waiting.lease_token is None
    await office.queues(bruno, "bruno")
    office.passes(0.05)
    await office.drains(sender, until=office.clock())
    assert texts(office.accepted())[-1] == "bruno"


async def test_a_sender_with_nothing_to_do_but_wait_sleeps_until_the_very_moment(office: Office) -> None:
    [ana] = await office.opens_conversations(1)
    await office.queues(ana, *(f"{number}" for number in range(46)))
    sender = office.sender()
    await office.drains(sender, until=office.clock() + timedelta(seconds=5))
    assert len(office.accepted()) == 45
    [due] = (await office.due()).tries.values()
    left = (due - office.clock()).total_seconds()
    assert 0 < left <= 6
    office.passes(left - 0.5)
    assert await sender.round() == pytest.approx(0.5, abs=0.001)
    assert len(office.accepted()) == 45
    office.passes(0.5)
    await office.drains(sender)
    assert len(office.accepted()) == 46


@pytest.mark.parametrize("code", [130429, 80007, 131057])
async def test_a_slowed_number_rests_until_the_wait_is_over_while_others_go_on(
    office: Office, code: int
) -> None:
    ana, bruno = await office.opens_conversations(2)
    [clara] = await office.opens_conversations(1, SECOND)
    sender = office.sender()
    office.breaks(kind="error", code=code, headers={"Retry-After": "600"}, match={"text": "ana"})
    await office.queues(ana, "ana")
    await office.drains(sender, until=office.clock())
    await office.queues(bruno, "bruno")
    await office.queues(clara, "clara")
    await office.drains(sender, until=office.clock())
    office.passes(590)
    await office.drains(sender, until=office.clock())
    assert texts(office.accepted()) == ["clara"]
    assert [one.status for one in await office.deliveries()] == ["queued", "queued", "sent"]
    office.passes(11)
    await office.drains(sender)
    assert sorted(texts(office.accepted())) == ["ana", "bruno", "clara"]


async def test_the_rests_of_a_number_grow_and_the_first_success_ends_their_growth(office: Office) -> None:
    opened = await office.opens_conversations(3)
    sender = office.sender()
    office.breaks(kind="error", code=130429, remaining=4)
    await office.queues(opened[0], "um")
    rests = []
    for _ in range(4):
        await office.drains(sender, until=office.clock())
        [due] = (await office.due()).tries.values()
        rests.append((due - office.clock()).total_seconds())
        office.passes(rests[-1] + 0.001)
    for doublings, rest in enumerate(rests):
        assert 2**doublings <= rest <= 1.5 * 2**doublings
    await office.drains(sender)
    office.breaks(kind="error", code=130429)
    await office.queues(opened[1], "dois")
    office.passes(1)
    await office.drains(sender, until=office.clock())
    [due] = (await office.due()).tries.values()
    assert (due - office.clock()).total_seconds() <= 1.5


async def test_many_refused_together_count_as_one_wish_to_slow_down(office: Office) -> None:
    for conversation in await office.opens_conversations(8):
        await office.queues(conversation, "oi")
    office.breaks(kind="error", code=130429, remaining=8)
    sender = office.sender()
    await sender.round()
    await office.drains(sender, until=office.clock())
    refused = len(list(office.world.refused()))
    assert refused == 8
    [due] = (await office.due()).tries.values()
    assert (due - office.clock()).total_seconds() <= 1.5


async def test_too_many_to_one_customer_slows_this_customer_alone(office: Office) -> None:
    ana, bruno = await office.opens_conversations(2)
    office.breaks(name="pair_rate", remaining=3, match={"text": "ana"})
    await office.queues(ana, "ana 1", "ana 2")
    sender = office.sender()
    rests = []
    for _ in range(3):
        await office.drains(sender, until=office.clock())
        [due] = (await office.due()).tries.values()
        rests.append((due - office.clock()).total_seconds())
        await office.queues(bruno, "bruno")
        await office.drains(sender, until=office.clock())
        assert texts(office.accepted())[-1] == "bruno"
        office.passes(max((due - office.clock()).total_seconds(), 0) + 0.001)
    for exponent, rest in enumerate(rests):
        assert 4**exponent <= rest <= 1.5 * 4**exponent
    await office.drains(sender)
    assert [text for text in texts(office.accepted()) if text != "bruno"] == ["ana 1", "ana 2"]


async def test_what_cannot_leave_within_its_hour_fails_as_soon_as_that_is_known(office: Office) -> None:
    ana, bruno = await office.opens_conversations(2)
    office.breaks(kind="error", code=80007, headers={"Retry-After": "86400"}, remaining=9)
    sender = office.sender(1)
    await office.queues(ana, "um", "dois")
    office.passes(60)
    await office.queues(bruno, "três")
    await office.drains(sender, until=office.clock())
    assert [(one.status, one.error_code) for one in await office.deliveries()][:2] == [("failed", 80007)] * 2
    await office.drains(sender)
    assert {one.status for one in await office.deliveries()} == {"failed"}
    assert len(list(office.world.refused())) == 2


async def test_a_stopped_number_holds_what_waits_tells_once_and_goes_on_when_told_to_or_after_a_while(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    code = 190
    opened = await office.opens_conversations(20)
    [clara] = await office.opens_conversations(1, SECOND)
    office.breaks(kind="error", code=code, remaining=2, match={"text": "parada"})
    for conversation in opened:
        await office.queues(conversation, "parada 1", "parada 2")
    await office.queues(clara, "clara")
    sender, number = office.sender(1), office.numbers["100000000000001"]
    await office.drains(sender, until=office.clock())
    first, *held = await office.deliveries(Delivery.number_id == number)
    assert (first.status, first.error_code, {one.status for one in held}) == ("failed", code, {"queued"})
    assert texts(office.accepted()) == ["clara"]
    assert len(list(office.world.refused())) == 1

    async with transaction() as session:
        await troubles.try_again(session, number)
    await office.drains(sender, until=office.clock())
    assert len(list(office.world.refused())) == 2  # still: it stops again
    told = [record for record in caplog.records if record.levelname == "ERROR"]
    assert [record.__dict__["code"] for record in told] == [code]

    office.passes(5 * 60)
    async with transaction() as session:
        [probe] = await queue.claim(session, number, Pace.per_second(80), 40)
    office.passes(1)
    async with transaction() as session:
        assert (
            await queue.claim(session, number, Pace.per_second(80), 40) == []
        )  # before the first was answered
        assert await queue.give_back(session, probe)
    office.passes(5 * 60)
    await office.drains(sender)
    assert len(office.accepted()) == 1 + len(held) - 1
    async with reading() as session:
        assert await troubles.states(session, only_stopped=True) == []


async def test_what_waited_an_hour_at_a_stopped_number_fails_with_the_reason(office: Office) -> None:
    opened = await office.opens_conversations(20)
    office.breaks(kind="error", code=190, remaining=99)
    for conversation in opened:
        await office.queues(conversation, "oi")
    await office.drains(office.sender(1))
    failed = await office.deliveries()
    assert {(one.status, one.error_code) for one in failed} == {("failed", 190)}
    assert len(list(office.world.refused())) < len(opened)  # each five minutes one, for an hour


async def test_a_report_of_trouble_stops_the_number_as_a_refusal_does(office: Office) -> None:
    ana, *others = await office.opens_conversations(5)
    await office.queues(ana, "um")
    sender = office.sender()
    await office.drains(sender)
    await office.reports(office.accepted()[0], "failed", error_code=131042)
    for conversation in others:
        await office.queues(conversation, "dois")
    await office.drains(sender, until=office.clock())
    assert len(office.accepted()) == 1
    await office.drains(sender, until=office.clock() + timedelta(minutes=5, seconds=1))
    assert len(office.accepted()) == 2  # that WhatsApp takes it proves nothing yet
    await office.reports(office.accepted()[1], "failed", error_code=131042)
    await office.drains(sender, until=office.clock() + timedelta(minutes=5, seconds=1))
    assert len(office.accepted()) == 3
    await office.drains(sender, until=office.clock() + timedelta(seconds=21))
    assert len(office.accepted()) == 5
    async with reading() as session:
        assert await troubles.states(session, only_stopped=True) == []


async def test_a_form_that_was_sent_too_often_waits_its_hour(office: Office) -> None:
    [ana] = await office.opens_conversations(1)
    office.breaks(kind="error", code=132069)
    await office.queues(ana, "formulário")
    office.passes(30)
    await office.drains(office.sender(), until=office.clock())
    [held] = await office.deliveries()
    assert held.next_try_at is not None
    assert (held.next_try_at - office.clock()).total_seconds() >= 3600
    await office.drains(office.sender())
    assert texts(office.accepted()) == ["formulário"]
