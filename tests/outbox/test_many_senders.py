"""Several senders, as several processes have them: each message leaves once and in its order, whatever goes wrong."""

import time
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from app import clock
from app.db import transaction
from app.outbox import queue, settling
from app.outbox.delivery import DeliveryStatus
from app.outbox.models import Delivery
from app.outbox.pace import Pace
from app.outbox.queue import Claim, Lease
from tests.outbox.office import Office, texts

EIGHTY = Pace.per_second(80)
REFUSED_FOR_A_WHILE = (131000, 131056, 130429, 2)


async def queued(office: Office, conversations: int, each: int) -> dict[int, list[str]]:
    """Messages in so many conversations, by conversation and in their order."""
    written = {}
    for conversation in await office.opens_conversations(conversations):
        written[conversation] = [f"{conversation}:{step}" for step in range(each)]
        await office.queues(conversation, *written[conversation])
    return written


def left_in(office: Office, conversation: int) -> list[str]:
    return [text for text in texts(office.accepted()) if text.startswith(f"{conversation}:")]


@pytest.mark.parametrize("seed", [1, 2])
async def test_two_senders_never_send_one_message_twice_nor_out_of_order_whatever_goes_wrong(
    office: Office, seed: int
) -> None:
    written = await queued(office, conversations=20, each=10)
    chance = Random(seed)
    for text in chance.sample([text for ours in written.values() for text in ours], 60):
        match = {"text": text}
        fault = chance.choice(["refuse", "refuse", "slow", "drop", "cut", "never"])
        if fault == "refuse":
            office.breaks(kind="error", code=chance.choice(REFUSED_FOR_A_WHILE), match=match)
        elif fault == "slow":
            office.breaks(kind="slow", seconds=chance.random() / 20, match=match)
        elif fault == "never":
            office.breaks(kind="error", code=131026, match=match)
        else:
            office.breaks(kind=fault, match=match)
    await office.drains(office.sender(), office.sender())

    opaques = [send.opaque for send in office.accepted()]
    assert len(opaques) == len(set(opaques))
    for conversation, ours in written.items():
        left = left_in(office, conversation)
        assert left == sorted(left, key=ours.index)
    for one in await office.deliveries():
        went = opaques.count(one.opaque)
        assert went == {"sent": 1, "failed": 0}.get(one.status, went), one.status
        assert one.status in ("sent", "failed", "unknown")


async def test_nothing_is_lost_doubled_or_reordered_by_a_whatsapp_that_takes_a_quarter_of_our_pace(
    office: Office,
) -> None:
    """F11 of the fault table, in small: delay only."""
    written = await queued(office, conversations=20, each=10)
    office.breaks(name="throughput", per_second=20)
    await office.drains(office.sender(), office.sender())
    refused = len(list(office.world.refused()))
    assert refused >= 5, "the limit was hardly met"
    assert {one.status for one in await office.deliveries()} == {"sent"}
    for conversation, ours in written.items():
        assert left_in(office, conversation) == ours


async def claimed(office: Office) -> Claim:
    """One message, claimed and not yet sent."""
    [ana] = await office.opens_conversations(1)
    await office.queues(ana, "oi")
    [number] = (await office.due()).tries
    async with transaction() as session:
        [claim] = await queue.claim(session, number, EIGHTY, 10)
    return claim


def frozen(claim: Claim) -> Claim:
    """As it is when its process was stopped for longer than its lease and goes on: the clock on the wall may even lie."""
    lease = Lease(until=clock.now() + timedelta(hours=1), certain_until=time.monotonic() - 1)
    return replace(claim, lease=lease)


async def test_a_lease_is_certain_until_a_while_before_its_end(office: Office) -> None:
    claim = await claimed(office)
    assert claim.lease.is_certain()
    office.clock.move(seconds=9)
    assert claim.lease.is_certain()
    office.clock.move(seconds=2)
    assert not claim.lease.is_certain()
    assert not frozen(claim).lease.is_certain()


async def test_a_sender_that_was_frozen_before_it_wrote_gives_the_message_back_and_it_leaves_once(
    office: Office,
) -> None:
    claim = await claimed(office)
    sender = office.sender()
    await sender.deliver(frozen(claim))
    assert office.world.sends == []
    [back] = await office.deliveries()
    assert (back.status, back.lease_token, back.tries) == (DeliveryStatus.QUEUED, None, 0)
    await office.drains(sender)
    assert texts(office.accepted()) == ["oi"]


async def test_a_sender_that_was_frozen_so_long_that_others_gave_it_up_leaves_the_message_alone(
    office: Office,
) -> None:
    claim = await claimed(office)
    office.clock.move(seconds=16)
    async with transaction() as session:
        assert await settling.settle_lost_claims(session) == 1
    await office.sender().deliver(frozen(claim))
    assert office.world.sends == []
    [left] = await office.deliveries()
    assert left.status == DeliveryStatus.UNKNOWN


async def test_a_renewed_claim_may_be_written_later_and_a_lost_one_is_not_renewed(office: Office) -> None:
    claim = await claimed(office)
    sender = office.sender()
    office.clock.move(seconds=11)
    assert await sender.renew(claim)
    assert claim.lease.is_certain()
    office.clock.move(seconds=16)
    async with transaction() as session:
        await settling.settle_lost_claims(session)
    assert not await sender.renew(claim)


async def test_while_a_message_is_on_its_way_nobody_claims_it_or_what_is_behind_it(office: Office) -> None:
    ana, bruno = await office.opens_conversations(2)
    await office.queues(ana, "ana 1", "ana 2")
    await office.queues(bruno, "bruno")
    [number] = (await office.due()).tries
    found = []
    for _ in range(3):
        office.passes(1)
        async with transaction() as session:
            claims = await queue.claim(session, number, EIGHTY, 1)
        found += [claim.payload["text"]["body"] for claim in claims]
    assert found == ["ana 1", "bruno"]


async def test_one_look_claims_the_first_of_many_conversations(office: Office) -> None:
    await queued(office, conversations=30, each=2)
    [number] = (await office.due()).tries
    async with transaction() as session:
        claims = await queue.claim(session, number, Pace.per_second(1000), 20)
    assert len({claim.delivery_id for claim in claims}) == 20
    assert all(claim.payload["text"]["body"].endswith(":0") for claim in claims)
    assert len(await office.deliveries(Delivery.lease_token.is_not(None))) == 20
