"""The outbox alone: a database, WhatsApp played by the simulator, and senders that are turned by hand.

Nobody else is there: no pages and no webhooks, so thousands of messages take seconds.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app import clock
from app.contacts.models import Contact, Identity
from app.conversations import outgoing, replying
from app.conversations.models import Author, Conversation, Mode
from app.db import close_database, open_database, reading, transaction
from app.outbox import queue
from app.outbox.delivery import Report
from app.outbox.models import Delivery
from app.outbox.reports import report_all
from app.outbox.sender import Sender
from app.simulator.config import SimulatorConfig
from app.simulator.faults import fault_from
from app.simulator.serve import running
from app.simulator.world import Send, World
from app.whatsapp.graph import Graph
from app.whatsapp.models import Number
from tests.clocks import MovingClock

FIRST, SECOND = "100000000000001", "100000000000002"


class StillClock(MovingClock):
    """Time that passes only by hand, so that a busy machine changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.began = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.began + self.ahead


class StillWorld(World):
    """Meta, by the same clock."""

    def __init__(self, config: SimulatorConfig, hand: StillClock) -> None:
        super().__init__(config)
        self.hand = hand

    def now(self) -> float:
        return self.hand().timestamp()


@dataclass
class Office:
    world: World
    address: str
    graph: Graph
    clock: StillClock
    numbers: dict[str, int] = field(default_factory=dict)  # our id by Meta's
    people: int = 0

    def sender(self, messages_per_second: int = 80) -> Sender:
        token = self.world.config.access_token
        return Sender(self.graph, lambda: token, messages_per_second=messages_per_second)

    async def opens_conversations(self, how_many: int, number: str = FIRST) -> list[int]:
        """With as many customers who wrote to this number."""
        async with transaction() as session:
            made = [await self._conversation(session, number) for _ in range(how_many)]
        return made

    async def _conversation(self, session: Any, number: str) -> int:
        if number not in self.numbers:
            row = Number(phone_number_id=number, is_receive_only=False, created_at=clock.now())
            session.add(row)
            await session.flush()
            self.numbers[number] = row.id
        self.people += 1
        contact = Contact(name=f"Cliente {self.people}", created_at=clock.now())
        session.add(contact)
        await session.flush()
        wa_id = f"55119{self.people:08}"
        session.add(Identity(contact_id=contact.id, kind="wa_id", value=wa_id, first_seen_at=clock.now()))
        conversation = Conversation(
            number_id=self.numbers[number],
            contact_id=contact.id,
            mode=Mode.PERSON,
            created_at=clock.now(),
            last_activity_at=clock.now(),
            window_until=clock.now() + timedelta(days=30),
        )
        session.add(conversation)
        await session.flush()
        return int(conversation.id)

    async def queues(self, conversation_id: int, *texts: str) -> None:
        """Marta's answers, one behind the other."""
        async with transaction() as session:
            wanted = select(Conversation).where(Conversation.id == conversation_id)
            conversation = (await session.scalars(wanted)).one()
            for text in texts:
                await replying.put(session, conversation, outgoing.text(text), author=Author.USER)

    def breaks(self, **wish: Any) -> None:
        self.world.faults.install([fault_from(wish)])

    async def reports(self, send: Send, status: str, **more: Any) -> None:
        """WhatsApp reports on an accepted message, with our mark unless told otherwise."""
        told = {"opaque": send.opaque} | more
        async with transaction() as session:
            await report_all(session, [Report(str(send.wamid), status, clock.now(), **told)])

    async def drains(self, *senders: Sender, until: datetime | None = None) -> None:
        """Turns the senders until nothing waits, or nothing before `until`; where only time is missing, it passes."""
        while True:
            rung = queue.wake_sender.next()
            await asyncio.gather(*(sender.round() for sender in senders))
            due = await self.due()
            if due.lease is not None:  # something is on its way: its end rings
                await asyncio.wait({rung}, timeout=10)
            elif not due.tries or (until is not None and min(due.tries.values()) > until):
                return
            else:
                self.clock.ahead += max(min(due.tries.values()) - clock.now(), timedelta())

    def passes(self, seconds: float) -> None:
        """Time, here and at Meta."""
        self.clock.move(seconds=seconds)

    async def due(self) -> queue.Due:
        async with reading() as session:
            return await queue.next_due(session)

    async def deliveries(self, *where: Any) -> list[Delivery]:
        async with reading() as session:
            return list((await session.scalars(select(Delivery).where(*where).order_by(Delivery.id))).all())

    def accepted(self) -> list[Send]:
        return list(self.world.accepted())


def texts(sends: Iterable[Send]) -> list[str]:
    return [send.payload["text"]["body"] for send in sends]


@asynccontextmanager
async def open_office(database_url: str) -> AsyncIterator[Office]:
    config = SimulatorConfig(
        webhook_url="http://127.0.0.1:9", app_secret="s", verify_token="v", more_phone_number_ids=(SECOND,)
    )
    hand = StillClock()
    world = StillWorld(config, hand)
    async with running(config, world=world) as (_, address), Graph(address, "v26.0") as graph:
        world.courier.hold()  # nobody is there to take webhooks
        open_database(database_url)
        try:
            with clock.read_from(hand):
                yield Office(world, address, graph, hand)
        finally:
            await close_database()
