"""When the answer to a send is lost or late: sent at most once, and settled by WhatsApp's own report when one comes."""

import asyncio
from itertools import permutations

import pytest
from sqlalchemy import select

from app.conversations.models import Message
from app.db import reading, transaction
from app.outbox import queue, settling
from app.outbox.delivery import DeliveryStatus
from app.outbox.models import Delivery
from app.outbox.pace import Pace
from app.outbox.queue import Claim
from app.simulator.world import Send
from tests.outbox.office import Office, texts

CUTS = (0, 1, 9, 15, 17, 40, 80, 120, 200, 100_000)  # bytes of the answer that arrive; the last: all but one


async def test_an_answer_cut_anywhere_makes_it_unknown_it_is_never_sent_again_and_a_report_settles_it(
    office: Office,
) -> None:
    """F12 of the fault table, in small."""
    each = 4
    opened = await office.opens_conversations(len(CUTS))
    for conversation, after_bytes in zip(opened, CUTS, strict=True):
        await office.queues(conversation, *(f"{conversation}:{step}" for step in range(each)))
        office.breaks(
            kind="drop", after_bytes=after_bytes, remaining=each, match={"text": f"{conversation}:"}
        )
    senders = office.sender(), office.sender()
    await office.drains(*senders)
    assert {one.status for one in await office.deliveries()} == {"unknown"}

    office.passes(7200)
    await office.drains(*senders)
    assert len(office.accepted()) == len(office.world.sends) == len(CUTS) * each
    assert len(set(texts(office.accepted()))) == len(CUTS) * each

    for send in office.accepted():
        await office.reports(send, "sent")
        await office.reports(send, "delivered")
    assert {one.status for one in await office.deliveries()} == {"delivered"}


STEPS = ("answer", "sent", "delivered", "read")


async def claims(office: Office, how_many: int) -> list[Claim]:
    for conversation in await office.opens_conversations(how_many):
        await office.queues(conversation, f"{conversation}")
    [number] = (await office.due()).tries
    async with transaction() as session:
        return await queue.claim(session, number, Pace.per_second(1000), how_many)


def send_of(claim: Claim) -> Send:
    opaque = claim.payload["biz_opaque_callback_data"]
    return Send(0, 0.0, f"wamid.{claim.delivery_id}", opaque, "", claim.payload)


async def answered(claim: Claim, *, is_lost: bool = False) -> None:
    async with transaction() as session:
        if is_lost:
            await settling.unknown(session, await settling.locked(session, claim.delivery_id))
        else:
            await settling.accepted(session, claim, str(send_of(claim).wamid))


async def shown() -> list[str | None]:
    async with reading() as session:
        return list((await session.scalars(select(Message.status).order_by(Message.id))).all())


@pytest.mark.parametrize(
    ("is_lost", "has_mark"), [(False, True), (False, False), (True, True)]
)  # lost and without a mark nothing can settle it: a person is asked
async def test_reports_before_and_after_the_answer_in_any_order_end_in_the_same_tick(
    office: Office, is_lost: bool, has_mark: bool
) -> None:
    """F16 of the fault table. Without our mark only the wamid of the answer tells whose report it is."""
    orders = list(permutations(STEPS))
    for claim, order in zip(await claims(office, len(orders)), orders, strict=False):
        for step in order:
            if step == "answer":
                await answered(claim, is_lost=is_lost)
            else:
                await office.reports(send_of(claim), step, **({} if has_mark else {"opaque": None}))
    settled = await office.deliveries(Delivery.wamid.is_not(None))
    assert len(settled) >= 20
    assert {one.status for one in settled} == {"read"}
    assert set(await shown()) <= {"read", "queued"}


@pytest.mark.parametrize("has_mark", [True, False])
async def test_a_report_at_the_very_moment_of_the_answer_is_never_forgotten(
    office: Office, has_mark: bool
) -> None:
    """On Postgres both are written at once, and neither sees the other's row."""
    made = await claims(office, 60)
    assert len(made) == 60
    more = {} if has_mark else {"opaque": None}
    for claim in made:
        report = office.reports(send_of(claim), "failed", **more)
        await asyncio.gather(answered(claim), report)
    assert {one.status for one in await office.deliveries()} == {DeliveryStatus.FAILED}
