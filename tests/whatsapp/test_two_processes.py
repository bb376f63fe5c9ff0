"""Two processes take webhooks in at once on Postgres: they lose nothing, double nothing, and wait in no circle for good."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import pytest
from sqlalchemy import select, text

from app import clock
from app.contacts.models import Contact
from app.conversations.models import Conversation, Message
from app.db import is_outage, reading, transaction
from app.outbox.delivery import Report
from app.outbox.models import Delivery
from app.outbox.reports import report_all
from app.rounds import running
from app.simulator.courier import as_meta_writes
from app.whatsapp.intake import Intake
from app.whatsapp.models import SetAside
from tests.actors import Desk, WhatsApp, within
from tests.clocks import count
from tests.engines import only_on
from tests.outbox.thread import thread_with
from tests.people import ANA, Customer
from tests.postgres import somebody_waits_for_a_lock
from tests.whatsapp.bodies import change, contact, webhook
from tests.whatsapp.bodies import text as written

pytestmark = only_on("postgres")
ROUNDS = 8
STRANGERS = [Customer(f"Cliente {number:02}", wa_id=f"55119100001{number:02}") for number in range(12)]


@pytest.fixture
async def intakes(desk: Desk) -> AsyncIterator[tuple[Intake, Intake]]:
    """The desk's own, and that of a second process at the same database."""
    second = Intake(desk.settings)
    async with running(second.run(), "second intake"):
        yield desk.app.state.intake, second


def bodies_of(names: Sequence[str], customers: Sequence[Customer]) -> bytes:
    """One webhook in which each customer says each of these, in this order."""
    said = [written(f"{name}-{one.wa_id}", name, one) for one in customers for name in names]
    return as_meta_writes(webhook(change(*said, contacts=[contact(one) for one in customers])))


async def until_taken(intake: Intake, body: bytes) -> None:
    """As Meta does: what was not stored comes again."""

    async def taken() -> bool:
        try:
            await intake.take(body)
        except Exception as fault:
            if not is_outage(fault):
                raise
            return False
        return True

    await within(60, taken, what="a webhook")


async def test_a_first_contact_at_both_is_one_contact_with_one_conversation(
    intakes: tuple[Intake, Intake],
) -> None:
    for stranger in STRANGERS:
        album = [bodies_of([f"foto {number}"], [stranger]) for number in range(10)]
        await asyncio.gather(*(until_taken(intakes[place % 2], body) for place, body in enumerate(album)))
    assert await count(Contact) == await count(Conversation) == len(STRANGERS)
    assert await count(Message) == 10 * len(STRANGERS)
    assert await count(SetAside) == 0


async def test_batches_in_opposite_orders_are_both_stored_and_what_came_to_both_is_there_once(
    intakes: tuple[Intake, Intake],
) -> None:
    for number in range(ROUNDS):
        ones, others = [f"a{number}", f"both{number}"], [f"b{number}", f"both{number}"]
        await asyncio.gather(
            until_taken(intakes[0], bodies_of(ones, STRANGERS)),
            until_taken(intakes[1], bodies_of(others, STRANGERS[::-1])),
        )
    assert await count(Contact) == await count(Conversation) == len(STRANGERS)
    assert await count(Message) == 3 * ROUNDS * len(STRANGERS)
    assert await count(SetAside) == 0
    async with reading() as session:
        counted = (await session.scalars(select(Conversation.inbound_count))).all()
        last = (await session.scalars(select(Conversation.last_position))).all()
        events = (await session.execute(text("SELECT id FROM live_event ORDER BY id"))).scalars().all()
    assert set(counted) == set(last) == {3 * ROUNDS}
    assert all(after == before + 1 for before, after in pairwise(events))


async def test_reports_on_two_attempts_at_the_same_moment_leave_the_bubble_at_the_further_one(
    database_url: str, desk: Desk, whatsapp: WhatsApp
) -> None:
    ana = await thread_with(desk.marta, whatsapp, ANA)
    await whatsapp.breaks({"kind": "error", "code": 131026})
    await ana.sends("Chegou?")
    await ana.shows("Chegou?", "failed")
    await whatsapp.breaks("no_statuses")
    assert (await ana.again("Chegou?")).status_code == 200
    await ana.shows("Chegou?", "sent")
    second = await ana.wamid_of("Chegou?")
    async with transaction() as session:
        first = (await session.scalars(select(Delivery.opaque).order_by(Delivery.id))).first()
        await report_all(session, [Report("wamid.first", "delivered", clock.now(), opaque=first)])
        other = asyncio.ensure_future(whatsapp.reports(second, "failed"))
        await within(4, lambda: somebody_waits_for_a_lock(database_url), what="the wait for a lock")
    await other
    assert (await ana.bubble("Chegou?")).status == "delivered"
