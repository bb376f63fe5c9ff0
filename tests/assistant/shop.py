"""A small business: a database, customers who write, Claude played by the simulator, and the jobs worked off by hand."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import jobs
from app.accounts.models import User
from app.assistant.desk import Desk
from app.assistant.handlers import handlers
from app.assistant.models import ApiCall, Turn, TurnState
from app.contacts.models import Contact
from app.conversations import receiving
from app.conversations.handoff_models import Handoff
from app.conversations.models import Author, Conversation, Message
from app.db import reading, transaction
from app.installation import Installation
from app.jobs import Claim, Job
from app.live.bell import bell
from app.live.events import EventKind, LiveEvent
from app.media.sweeping import SWEEP
from app.outbox.models import Delivery
from app.outbox.unconfirmed import unconfirmed
from app.simulator.claude_stage import Asked, reply_from
from app.simulator.world import ChatMessage, World
from app.whatsapp.items import Echo, InboundMessage, NumberRef, Sender
from app.whatsapp.models import Number
from tests.deadline import patience

HANDOFF_TEXT = "Um instante, alguém da loja já continua com você."


class MovingClock:
    """The time of day, and a hand to move it with."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def move(self, **span: float) -> None:
        self.ahead += timedelta(**span)


async def within(seconds: float, condition: Callable[[], Awaitable[Any]]) -> Any:
    """The first true value of the condition; fails when there is none in time."""
    async with patience(seconds):
        while not (value := await condition()):
            await bell.wait(0.02)
        return value


@dataclass
class Shop:
    world: World
    desk: Desk
    clock: MovingClock
    more_handlers: dict[str, Callable[..., Awaitable[None]]] = field(default_factory=dict)

    # What is set up

    async def open(self) -> None:
        async with transaction() as session:
            session.add(Number(phone_number_id=self.world.config.phone_number_id, created_at=self.clock()))
        await self.changes(Installation, business_name="Loja Inventada", handoff_text=HANDOFF_TEXT)

    async def employs(self, name: str) -> User:
        async with transaction() as session:
            email = f"{name.lower()}@example.com"
            user = User(email=email, name=name, role="attendant", password_hash="-", created_at=self.clock())
            session.add(user)
        return user

    async def changes(self, model: type[Any], **values: Any) -> None:
        async with transaction() as session:
            await session.execute(update(model).values(**values))

    def claude_will(self, *wishes: dict[str, Any]) -> None:
        self.world.claude.prepare([reply_from(wish) for wish in wishes])

    def looks_away(self) -> None:
        """Nobody watches a turn of Claude once it has begun: what changes meanwhile only its own steps find out."""
        self.desk = replace(self.desk, pace=replace(self.desk.pace, between_looks=60))

    def goes_on(self, *, times: int = 1) -> None:
        """Claude goes on where it was told to hold, or will be."""
        for _ in range(times):
            self.world.go_on.release()

    # What people do

    async def says(self, name: str, text: str = "", **more: Any) -> Message:
        """A customer writes; stored as the webhook would."""
        async with transaction() as session:
            return await self.says_in(session, name, text, **more)

    async def says_in(
        self,
        session: AsyncSession,
        name: str,
        text: str,
        *,
        type: str = "text",
        content: Any = None,
        ago: timedelta = timedelta(),
    ) -> Message:
        person = self.world.customer(name)
        wamid = self.world.new_wamid()
        at = self.clock() - ago
        self.world.place(ChatMessage(wamid, person, "in", type, {"body": text}, at.timestamp()))
        sender = Sender(bsuid=person.user_id, wa_id=person.wa_id, profile_name=person.name)
        item = InboundMessage("", NumberRef(), wamid, at, sender, type, text, content or {})
        number = (await session.scalars(select(Number))).one()
        arrival = receiving.Arrival(number, item, self.clock())
        (stored,) = await receiving.receive(session, [arrival], claude_answers=True, wait_seconds=0)
        return stored

    async def phone_says(self, name: str, text: str) -> None:
        """Somebody of the business answers in the phone app."""
        person = self.world.customer(name)
        recipient = Sender(bsuid=person.user_id, wa_id=person.wa_id)
        echo = Echo("", NumberRef(), self.world.new_wamid(), self.clock(), recipient, "text", text, {})
        async with transaction() as session:
            number = (await session.scalars(select(Number))).one()
            await receiving.receive_echo(session, number, echo, self.clock())

    # The worker, step by step

    async def claim(self) -> Claim | None:
        async with transaction() as session:
            return await jobs.claim_next(session, self.kinds)

    @property
    def handlers(self) -> Mapping[str, Callable[[Claim], Awaitable[None]]]:
        more = {kind: partial(work, desk=self.desk) for kind, work in self.more_handlers.items()}
        return {**handlers(self.desk), "unconfirmed": unconfirmed, **more}

    @property
    def kinds(self) -> list[str]:
        return list(self.handlers)

    async def handle(self, claim: Claim) -> None:
        try:
            await self.handlers[claim.kind](claim)
        except jobs.LeftUndone:
            async with transaction() as session:
                await jobs.give_back(session, claim)

    async def work(self) -> None:
        """Every job that is due, until none is."""
        while (claim := await self.claim()) is not None:
            await self.handle(claim)

    def working(self) -> "asyncio.Task[None]":
        return asyncio.create_task(self.work())

    async def writing(self, name: str, text: str = "") -> Turn:
        """The running turn, once attendants can see this much of it."""

        async def seen() -> Turn | None:
            running = [turn for turn in await self.turns(name) if turn.state == TurnState.RUNNING]
            return next((turn for turn in running if turn.draft and text in turn.draft), None)

        found: Turn = await within(10, seen)
        return found

    # What can be seen

    async def conversation(self, name: str) -> Conversation:
        async with reading() as session:
            return await self.conversation_in(session, name)

    async def conversation_in(self, session: AsyncSession, name: str) -> Conversation:
        person = self.world.customer(name)
        theirs = select(Conversation).join(Contact, Contact.id == Conversation.contact_id)
        return (await session.scalars(theirs.where(Contact.name == person.name))).one()

    async def hold(self, session: AsyncSession, name: str) -> None:
        """Nobody else changes this conversation before the transaction ends: on SQLite nobody writes at all then."""
        conversation = await self.conversation_in(session, name)
        await session.refresh(conversation, with_for_update={"key_share": True})

    async def all_of(self, model: type[Any], name: str) -> list[Any]:
        """A conversation's rows, oldest first."""
        conversation = await self.conversation(name)
        async with reading() as session:
            rows = select(model).where(model.conversation_id == conversation.id).order_by(model.id)
            return list((await session.scalars(rows)).all())

    async def turns(self, name: str) -> list[Turn]:
        return await self.all_of(Turn, name)

    async def calls(self, name: str) -> list[ApiCall]:
        return await self.all_of(ApiCall, name)

    async def answers(self, name: str) -> list[str]:
        """What Claude told the customer; every one of them is queued to leave."""
        said = [one for one in await self.all_of(Message, name) if one.author == Author.CLAUDE]
        queued = {one.message_id for one in await self.all_of(Delivery, name)}
        assert {one.id for one in said} <= queued
        return [one.body for one in said]

    async def handoffs(self, name: str) -> list[Handoff]:
        return await self.all_of(Handoff, name)

    async def draft_events(self, name: str) -> list[int | None]:
        """The `ref` of each change of the draft: the turn while it grows, None at its ends."""
        events = await self.all_of(LiveEvent, name)
        return [event.ref for event in events if event.kind == EventKind.DRAFT_CHANGED]

    async def open_jobs(self) -> int:
        async with reading() as session:
            wanted = select(func.count()).select_from(Job).where(Job.kind != SWEEP)
            return (await session.execute(wanted)).scalar_one()

    @property
    def asked(self) -> list[Asked]:
        return self.world.claude.asked

    def words_asked(self, place: int = -1) -> str:
        """All words that Claude was told in one request, as one text."""
        told = [
            (turn["role"], block) for turn in self.asked[place].body["messages"] for block in turn["content"]
        ]
        return "\n".join(f"{role}: {block['text']}" for role, block in told if block["type"] == "text")

    async def outcome(self, place: int = -1) -> str:
        """How a request ended, as Claude's server saw it."""
        await self.world.background.until(lambda: self.asked[place].outcome != "running", 10)
        return self.asked[place].outcome
