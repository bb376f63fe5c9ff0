"""The scene of the live contract: Ana and Bruno have written, Marta and Paulo look at a conversation, and things happen."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from playwright.async_api import Browser as Chromium
from sqlalchemy import select

from app.assistant import turns
from app.assistant.models import TurnState
from app.consulting.models import Consultation, ConsultationState
from app.conversations import handoff, outgoing, replying
from app.conversations.handoff import Briefing, HandoffReason
from app.conversations.models import Author, Conversation
from app.db import reading, transaction
from app.jobs import wake_worker
from app.live.events import EventKind, LiveEvent
from app.live.ring import newest
from tests.actors import Browser, Desk, WhatsApp, bubbles_in, running_desk, within
from tests.clocks import MovingClock
from tests.live_page import LivePage, difference, open_page
from tests.people import ANA, BRUNO, PAULO, Customer

Test = TypeVar("Test", bound=Callable[..., Any])
YESTERDAY = timedelta(hours=20)  # before noon; the 24 hours for an answer still run


def shows(*kinds: EventKind) -> Callable[[Test], Test]:
    """Marks a test as the case of these kinds of event; its stage checks that they really happened."""

    def mark(test: Test) -> Test:
        test.shows = frozenset(kinds)  # type: ignore[attr-defined]
        return test

    return mark


def noon() -> datetime:
    """Today's noon in São Paulo, so that no test crosses a midnight."""
    return datetime.now(UTC).replace(hour=15, minute=0, second=0, microsecond=0)


@dataclass(frozen=True)
class Sent:
    """An answer of the desk: its bubble's id, and the wamid that WhatsApp gave it ("" if it gave none)."""

    id: int
    wamid: str


@dataclass
class Stage:
    """`ana` and `bruno` are conversations; `pages` those that are open and must keep up."""

    desk: Desk
    hand: MovingClock
    chromium: Chromium
    paulo: Browser
    ana: int = 0
    bruno: int = 0
    pages: list[LivePage] = field(default_factory=list)
    opened_at: int = 0

    @property
    def marta(self) -> Browser:
        return self.desk.marta

    @property
    def whatsapp(self) -> WhatsApp:
        return self.desk.whatsapp

    # What is open

    async def opens(self, conversation: int | None = None) -> None:
        """Marta and Paulo open the inbox with this conversation, Ana's unless told otherwise."""
        for reader in (self.marta, self.paulo):
            await self.opens_for(reader, conversation or self.ana)
        self.opened_at = await newest_event()

    async def opens_for(
        self, reader: Browser, conversation: int | None, drawer: str = "", show: str = "all"
    ) -> LivePage:
        page = await open_page(self.chromium, reader, conversation, drawer, show)
        self.pages.append(page)
        return page

    async def stays_equal(self) -> None:
        """The contract: every open page, caught up, is the page reloaded."""
        for page in self.pages:
            kept, fresh = await page.both_when_quiet()
            told = difference(kept, fresh)
            assert not told, f"{page.reader.attendant.name} at {page.path}\n{told}"

    async def kinds_since_opening(self) -> frozenset[EventKind]:
        async with reading() as session:
            logged = await session.scalars(select(LiveEvent.kind).where(LiveEvent.id > self.opened_at))
            return frozenset(EventKind(kind) for kind in logged)

    # What customers do

    async def says(self, customer: Customer, text: str, *, ago: timedelta = timedelta(), **more: Any) -> str:
        at = (self.hand() - ago).timestamp()
        return await self.whatsapp.says(customer, text, at=at, **more)

    async def does(self, door: str, **wish: Any) -> None:
        """One of the simulator's other doors (reactions, edits, revocations, echoes), until we have answered it."""
        await self.whatsapp.control("POST", f"/{door}", **wish)
        await self.whatsapp.control("GET", "/idle", timeout=10)

    # What the desk does

    async def reply(self, by: Browser, text: str, *, conversation: int = 0) -> Sent:
        """An answer that Graph has accepted; no status follows unless the test reports one."""
        await self.whatsapp.breaks("no_statuses")
        answer = await by.reply(conversation or self.ana, text)
        assert answer.status_code == 200, answer.text
        made = next(one.id for one in bubbles_in(answer.text) if one.text == text)
        await self.until(made, "sent", conversation=conversation)
        accepted = await self.whatsapp.accepted()
        return Sent(
            made, next(one["wamid"] for one in accepted[::-1] if one["payload"]["text"]["body"] == text)
        )

    async def tries_to_reply(self, by: Browser, text: str, fault: dict[str, Any] | str, status: str) -> Sent:
        """An answer that goes wrong and ends as `status`."""
        await self.whatsapp.breaks(fault, "no_statuses")
        answer = await by.reply(self.ana, text)
        made = next(one.id for one in bubbles_in(answer.text) if one.text == text)
        await self.until(made, status)
        await self.whatsapp.control("DELETE", "/faults")
        return Sent(made, "")

    async def until(self, message: int, status: str, *, conversation: int = 0) -> None:
        async def there() -> bool:
            shown = await self.marta.bubbles(conversation or self.ana)
            return any(one.id == message and one.status == status for one in shown)

        await within(10, there, what=f"message {message} being {status}")

    async def media(self) -> list[str]:
        """The states of the files in Ana's conversation."""
        return re.findall(r'data-media="(\w+)"', (await self.marta.open(f"/c/{self.ana}")).text)

    async def until_media(self, state: str) -> None:
        """Until the only file there is in this state; time passes, so that whatever waits is tried."""

        async def there() -> bool:
            if await self.media() == [state]:
                return True
            await self.time_passes(seconds=61)
            return False

        await within(20, there, what=f"a file that is {state}")

    async def switches(self, by: Browser, mode: str, *, conversation: int = 0, **more: str) -> None:
        answer = await by.post(f"/c/{conversation or self.ana}/mode", {"mode": mode, **more})
        assert answer.status_code == 200, answer.text

    async def reads(self, by: Browser, conversation: int = 0) -> None:
        """This attendant has seen everything there."""
        answer = await by.post(f"/c/{conversation or self.ana}/reading", {"up_to": str(10**12)})
        assert answer.status_code == 204

    async def time_passes(self, **span: float) -> None:
        self.hand.move(**span)
        self.whatsapp.world.clock_offset_seconds = self.hand.ahead.total_seconds()
        wake_worker.ring()

    async def comes_after(self, cursor: int) -> None:
        """Until something was logged after `cursor`: a job of the worker has done its work."""

        async def logged() -> bool:
            return await newest_event() > cursor

        await within(10, logged, what="an event")

    async def marks(self, by: Browser, mark: str, *, conversation: int = 0) -> None:
        answer = await by.post(f"/c/{conversation or self.ana}/marks", {"mark": mark})
        assert answer.status_code == 200, answer.text

    # What Claude does

    async def claude_begins(self) -> int:
        """A running turn's id."""
        async with transaction() as session:
            return (await turns.begin(session, self.ana, 1, "claude-of-the-tests")).id

    async def claude_writes(self, turn: int, text: str) -> None:
        assert await turns.grow(turn, text)

    async def claude_answers(self, turn: int, text: str) -> None:
        """The draft ends in the transaction that brings the message, as in the program."""
        await self.whatsapp.breaks("no_statuses")
        async with transaction() as session:
            conversation = await locked(session, self.ana)
            assert await turns.end(session, turn, TurnState.ANSWERED)
            message = await replying.put(
                session, conversation, outgoing.text(text), author=Author.CLAUDE, turn_id=turn
            )
        await self.until(message.id, "sent")

    async def until_helped(self) -> None:
        """Until nothing is being written for an attendant."""

        async def done() -> bool:
            async with reading() as session:
                running = select(Consultation.id).where(Consultation.state == ConsultationState.RUNNING)
                return (await session.execute(running)).first() is None

        await within(10, done)

    async def claude_hands_over(self, reason: HandoffReason = HandoffReason.ASKED_HUMAN) -> None:
        async with transaction() as session:
            conversation = await locked(session, self.ana)
            told = Briefing(summary="Quer trocar o vaso <quebrado>.")
            await handoff.hand_over(session, conversation, reason, told)


async def locked(session: Any, conversation: int) -> Conversation:
    wanted = select(Conversation).where(Conversation.id == conversation).with_for_update()
    found: Conversation = (await session.scalars(wanted)).one()
    return found


async def newest_event() -> int:
    async with reading() as session:
        return await newest(session)


@asynccontextmanager
async def opened_stage(database_url: str, chromium: Chromium, hand: MovingClock) -> AsyncIterator[Stage]:
    """Yesterday Ana and Bruno wrote; today Marta answered Ana, whose last question waits."""
    async with running_desk(database_url, claude_enabled=True, claude_wait_seconds=300) as desk:
        desk.whatsapp.world.clock_offset_seconds = hand.ahead.total_seconds()
        stage = Stage(desk, hand, chromium, await desk.attendant(PAULO))
        await stage.says(BRUNO, "Fazem entrega?", ago=YESTERDAY)
        await stage.says(ANA, "Oi, boa tarde", ago=YESTERDAY)
        stage.ana = await desk.marta.conversation_with(ANA.name)
        stage.bruno = await desk.marta.conversation_with(BRUNO.name)
        await stage.reply(stage.marta, "Bom dia, Ana!")
        await stage.says(ANA, "Vocês abrem hoje?")
        try:
            yield stage
        finally:
            for page in stage.pages:
                await page.page.context.close()
