"""Customer, Claude, attendant, phone and dying workers in any order: never two voices, never silence.

Each schedule has a customer of its own. RECADO_INTERLEAVINGS says how many there are on SQLite, no two alike, and on
Postgres a tenth of them:

    RECADO_INTERLEAVINGS=10000 bin/test -n 0 -s -o faulthandler_timeout=0 tests/assistant/test_interleavings.py
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from app import clock, jobs
from app.accounts.models import User
from app.assistant import turns
from app.assistant.beginning import begin
from app.assistant.claude import Claude
from app.assistant.composing import Composed, Effort
from app.assistant.desk import Desk
from app.assistant.ending import end
from app.assistant.equipping import Equipped
from app.assistant.failures import Busy
from app.assistant.run import TurnOver, Verdict, check
from app.assistant.tools.calling_people import Wish
from app.assistant.waiting import unanswered
from app.attention import reading as read
from app.conversations import handoff, outgoing, replying, resolving
from app.conversations.handoff import Briefing, HandoffReason
from app.conversations.models import Author, Message, Mode
from app.conversations.seen import seen_by
from app.db import close_database, open_database, reading, transaction
from app.errors import Invalid
from app.jobs import Claim, Job
from app.outbox.delivery import ANSWER_DID_NOT_LEAVE
from app.settings import database_address, load_settings
from app.simulator.config import SimulatorConfig
from app.simulator.world import World
from tests.assistant.shop import MovingClock, Shop

USUAL = 150
HOW_MANY = int(os.environ.get("RECADO_INTERLEAVINGS", USUAL))
ANSWER = "Temos, sim."
OURS = (Author.USER, Author.PHONE)


class Schedule:
    """One conversation, and the workers that hold a turn in it; `pick` chooses among them."""

    def __init__(self, shop: Shop, marta: User, name: str) -> None:
        self.shop, self.marta, self.name = shop, marta, name
        self.held: list[tuple[Claim, Equipped]] = []

    async def change(self, act: Callable[..., Awaitable[Any]], *more: Any, **named: Any) -> None:
        async with transaction() as session:
            conversation = await self.shop.conversation_in(session, self.name)
            await session.refresh(conversation, with_for_update={"key_share": True})
            await act(session, conversation, *more, **named)

    async def customer(self) -> None:
        await self.shop.says(self.name, f"Tem vaso {self.shop.clock().timestamp()}?")

    async def phone(self) -> None:
        await self.shop.phone_says(self.name, "Respondi do celular")

    async def take(self) -> None:
        await self.change(handoff.take, self.marta)

    async def reply(self) -> None:
        await self.change(replying.reply, self.marta, outgoing.text("Deixa comigo"))

    async def hand_back(self) -> None:
        await self.change(handoff.give_to_claude, 0, by=self.marta)

    async def stop(self) -> None:
        await self.change(handoff.stop)

    async def pause(self) -> None:
        await self.change(handoff.pause, 60, self.marta)

    async def off(self) -> None:
        await self.change(handoff.switch_off, self.marta)

    async def look(self) -> None:
        async with transaction() as session:
            conversation = await self.shop.conversation_in(session, self.name)
            await read.mark_read(session, self.marta, conversation.id, conversation.last_position)

    async def resolve(self) -> None:
        with suppress(Invalid):  # nothing of it has been read
            await self.change(resolving.resolve, self.marta, 0)
        async with reading() as session:
            conversation = await self.shop.conversation_in(session, self.name)
            seen = (await seen_by(session, self.marta, [conversation]))[conversation.id]
        assert not (seen.unread and conversation.is_resolved), "silence: nobody has read what is settled"

    async def later(self) -> None:
        self.shop.clock.move(minutes=5)  # a lease that nobody renews runs out, too

    async def begin(self) -> None:
        """A worker takes the next job; a turn that it begins stays in its hand."""
        claim = await self.shop.claim()
        if claim is None:
            return
        if claim.kind != "answer":
            return await self.shop.handle(claim)
        if (begun := await begin(claim, self.shop.desk)) is not None:
            self.held.append((claim, begun))

    async def draft(self) -> None:
        for _claim, begun in self.held:
            await turns.grow(begun.run.turn_id, "Tem")

    async def tool(self) -> None:
        """Between two steps of a turn it is asked again whether it may go on."""
        if not self.held:
            return
        run, was = self.held[0][1].run, await self.shop.conversation(self.name)
        try:
            await check(run)
        except TurnOver as over:
            return await self.finish(over.verdict)
        assert was.mode == Mode.CLAUDE, "a tool would work for Claude while people answer"

    async def did_not_leave(self) -> None:
        """The outbox gave up a part of an answer of Claude's."""
        if not any(message.author == Author.CLAUDE for message in await self.said()):
            return
        conversation = await self.shop.conversation(self.name)
        async with transaction() as session:
            await jobs.enqueue(session, ANSWER_DID_NOT_LEAVE, str(conversation.id), run_at=self.shop.clock())

    async def die(self) -> None:
        """A worker dies with its turn; its lease runs out."""
        if self.held:
            self.held.pop(0)
            self.shop.clock.move(seconds=16)

    async def answer(self) -> None:
        await self.finish(Composed((ANSWER,)))

    async def call(self) -> None:
        wish = Wish(HandoffReason.NO_INFORMATION, Briefing())
        await self.finish(Composed(("Vou chamar alguém.",), wish=wish))

    async def fail(self) -> None:
        await self.finish(Busy("cut"))

    async def lose(self) -> None:
        await self.finish(Verdict.LOST)

    async def finish(self, outcome: Composed | Busy | Verdict) -> None:
        """The end of the oldest turn that somebody holds, and what may be said by it."""
        if not self.held:
            return
        claim, begun = self.held.pop(0)
        before, was = await self.said(), await self.shop.conversation(self.name)
        await end(claim, begun, outcome, Effort())
        if outcome is Verdict.LOST:
            async with transaction() as session:
                await jobs.give_back(session, claim)
        spoken = (await self.said())[len(before) :]
        if not spoken:
            return
        upto = begun.run.waiting.position
        assert was.mode == Mode.CLAUDE, "two voices: a person has the conversation"
        assert not any(m.author in OURS and m.position > upto for m in before), "two voices: a person spoke"
        assert upto > (was.resolved_position or 0), "an answer to what is settled"
        states = [t.answers_position for t in await self.shop.turns(self.name) if t.state == "answered"]
        assert len(states) == len(set(states)), "one question was answered twice"
        assert all(message.body != "Tem" for message in spoken), "half an answer"

    async def said(self) -> list[Message]:
        return [one for one in await self.shop.all_of(Message, self.name) if one.direction == "out"]

    async def settle(self) -> None:
        """Everybody finishes, and no customer may be left without an answer that nobody is shown to owe."""
        for _ in range(200):
            await self.begin()
            await self.answer()
            if not self.held and not await self.is_due():
                break
        else:
            raise AssertionError("the work never ends")
        conversation = await self.shop.conversation(self.name)
        assert not [turn for turn in await self.shop.turns(self.name) if turn.state == "running"]
        if conversation.mode != Mode.CLAUDE or conversation.claude_stopped:
            return  # the header says that people answer, or that the customer waits
        async with reading() as session:
            left = await unanswered(session, conversation.id, clock.now())
        assert left is None, "silence: Claude has the conversation and owes an answer"
        newest = max(m.position for m in await self.shop.all_of(Message, self.name) if m.direction == "in")
        done = [m.position for m in await self.said()] + [conversation.resolved_position or 0]
        assert max(done) >= newest, "silence: nobody has said anything since"

    async def is_due(self) -> bool:
        async with reading() as session:
            due = await jobs.next_run_at(session, self.shop.kinds)
        return due is not None and due <= self.shop.clock()


ACTIONS = [
    "customer", "phone", "take", "reply", "hand_back", "stop", "pause", "off", "look", "resolve", "later",
    "begin", "draft", "die", "answer", "call", "fail", "lose", "tool",
    "did_not_leave",
]  # fmt: skip
LIKELY = [*ACTIONS, "customer", "customer", "begin", "begin", "begin", "answer", "answer", "hand_back"]


async def opened(url: str) -> tuple[Shop, User]:
    open_database(url)
    world = World(SimulatorConfig("http://127.0.0.1:9/", "secret", "verify"))
    options: dict[str, Any] = {"recado_env": "test", "secret_key": "of no use to anybody but long enough"}
    options |= {"database_url": url, "anthropic_base_url": "http://127.0.0.1:9", "claude_wait_seconds": 0}
    provider = Claude(api_key="", base_url="http://127.0.0.1:9", model="claude-haiku-5-5")
    shop = Shop(world, Desk(load_settings(**options), provider), MovingClock())
    await shop.open()
    return shop, await shop.employs("Marta")


async def play(shop: Shop, marta: User, schedule: list[str], number: int) -> None:
    async with transaction() as session:  # what is left of the schedule before, such as the end of a pause
        await session.execute(delete(Job))
    one = Schedule(shop, marta, f"Cliente {number}")
    await one.customer()
    for action in schedule:
        await getattr(one, action)()
        shop.clock.move(milliseconds=1)
    await one.settle()


def test_never_two_voices_and_never_silence(database_url: str, engine: str) -> None:
    how_many = HOW_MANY if engine == "sqlite" else max(HOW_MANY // 10, 30)
    played: set[tuple[str, ...]] = set()
    broken: list[list[str]] = []
    with asyncio.Runner() as runner:
        shop, marta = runner.run(opened(database_address(database_url)))
        numbers = iter(range(10**9))

        @settings(
            max_examples=how_many * 3 // 2, database=None, deadline=None, derandomize=HOW_MANY == USUAL,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @example(["begin", "take", "lose", "hand_back"])  # found by such a run
        @given(st.lists(st.sampled_from(LIKELY), min_size=3, max_size=14))
        def any_order(schedule: list[str]) -> None:
            if not broken and (len(played) == how_many or tuple(schedule) in played):
                return
            played.add(tuple(schedule))
            broken.append(schedule)  # until it is over: one that fails is played again to make it shorter
            runner.run(play(shop, marta, schedule, next(numbers)))
            broken.remove(schedule)

        with clock.read_from(shop.clock):
            any_order()
        runner.run(close_database())
    print(f"{len(played)} interleavings on {engine}")
    assert len(played) == how_many
