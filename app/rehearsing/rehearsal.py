"""A turn that is made as any other and brings nothing about: its prompt, knowledge, tools, rules and checks are the real
ones, what it would do is told instead of done."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.assistant import ledger
from app.assistant.choices import Choice, chosen
from app.assistant.composing import Composed, Effort
from app.assistant.desk import Desk
from app.assistant.equipping import Equipped, equipped_with
from app.assistant.failures import ClaudeFailed
from app.assistant.foreseen import Ending, ending_by, ending_of
from app.assistant.history import COME_BACK, NEWEST, context, told
from app.assistant.limits import reason_to_ask_nothing
from app.assistant.models import ApiCall, Purpose
from app.assistant.responder import write
from app.assistant.rules import CIRCLE_SPAN, Rule, Said, rule_on
from app.assistant.run import Run
from app.assistant.tools.knowing import LONGEST_QUESTION
from app.assistant.tools.toolbox import Input, Result, Step, Tool, Toolbox
from app.conversations.handoff import HandoffReason
from app.db import reading, transaction
from app.installation import Installation, installation
from app.rehearsing.spoken import Spoken, messages_of, said_aloud, waiting_in
from app.whatsapp.models import Number

NO_ROW = 0  # a rehearsal's turn and conversation
DONE = "Feito."


class Declined(Exception):
    """Nothing may be asked now, for the reason for which customers would get no answer either."""

    def __init__(self, reason: HandoffReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Scene:
    """What a rehearsal begins with. `said`: old to new; what the customer said last waits for the answer. None for
    `instructions` and `choice`: those in force. `user_id`: who wants it.

    Of what was said once: `at`, when Claude was asked (None: now), `summary` of what was before, `has_come_back` as of
    `Waiting`, and `has_passed_rules`: they were asked then. `drafts`: articles that are known as if they were published.
    """

    said: Sequence[Spoken]
    customer: str = ""
    instructions: str | None = None
    choice: Choice | None = None
    user_id: int | None = None
    at: datetime | None = None
    summary: str = ""
    has_come_back: bool = False
    has_passed_rules: bool = False
    drafts: Collection[int] = ()


@dataclass(frozen=True)
class Rehearsed:
    """What it would have come to. `would_do`: the tools among the steps whose effect was left out."""

    ending: Ending
    model: str = ""
    steps: Sequence[Step] = ()
    would_do: frozenset[str] = frozenset()
    calls: Sequence[ApiCall] = ()

    def as_json(self) -> dict[str, Any]:
        ending, calls = self.ending, self.calls
        written = sum(call.cache_write_5m_tokens + call.cache_write_1h_tokens for call in calls)
        cached = sum(call.cache_read_tokens for call in calls)
        return {
            "bubbles": list(ending.bubbles),
            "reason": ending.reason,
            "briefing": asdict(ending.briefing),
            "failure": ending.failure,
            "is_silence": ending.is_silence,
            "is_held": ending.is_held,
            "steps": [step.as_json() | {"would": step.tool in self.would_do} for step in self.steps],
            "quotes": [asdict(quote) for quote in ending.quotes],
            "model": self.model,
            "prompt_tokens": sum(call.input_tokens for call in calls) + written + cached,
            "cached_tokens": cached,
            "output_tokens": sum(call.output_tokens for call in calls),
            "microusd": sum(call.cost_microusd or 0 for call in calls),
            "milliseconds": sum(call.latency_ms for call in calls),
            "request_ids": [call.request_id for call in calls if call.request_id],
        }


async def rehearse(scene: Scene, desk: Desk, on_text: Callable[[str], object] = str) -> Rehearsed:
    """Raises Declined. Nothing is sent, no row of the inbox changes; the calls stand in the ledger as tests."""
    zone = desk.settings.zone
    async with reading() as session:
        if reason := await reason_to_ask_nothing(session, zone):
            raise Declined(reason)
        if not scene.has_passed_rules and (rule := rule_in(scene.said, await installation(session))):
            return Rehearsed(await ending_by(session, rule, zone))
        begun = await begin(session, scene, desk)
    would_do = frozenset(tool.name for tool in begun.toolbox.tools if tool.changes)
    begun = replace(begun, toolbox=Toolbox([rehearsed(one) for one in begun.toolbox.tools], never_over))
    effort = Effort()
    outcome: Composed | ClaudeFailed
    try:
        outcome = await write(desk, begun, on_text, effort)
    except ClaudeFailed as failure:
        outcome = failure
    except asyncio.CancelledError:  # this process stops: what it took until then is billed all the same
        async with transaction() as session:
            await ledger.book(session, effort.spent, purpose=Purpose.TEST, user_id=scene.user_id)
        raise
    async with transaction() as session:
        ending = await ending_of(session, outcome, zone, at=scene.at)
        calls = await ledger.book(session, effort.spent, purpose=Purpose.TEST, user_id=scene.user_id)
    return Rehearsed(ending, begun.request.model, begun.toolbox.steps, would_do, calls)


async def begin(session: AsyncSession, scene: Scene, desk: Desk) -> Equipped:
    """Raises ValueError when nothing waits for an answer."""
    waiting = waiting_in(scene.said)
    if waiting is None:
        raise ValueError("nothing waits for an answer")
    here = await installation(session)
    if scene.instructions is not None:
        here = with_instructions(here, scene.instructions)
    choice = scene.choice or await chosen(session, Purpose.ANSWER, desk.provider)
    said = told(
        messages_of(scene.said)[-NEWEST:],
        {},
        waiting.answered_up_to,
        context(
            scene.customer,
            desk.settings.zone,
            scene.at or clock.now(),
            COME_BACK if scene.has_come_back else "",
        ),
        summary=scene.summary,
        spoken=said_aloud(scene.said),
    )
    run = Run(NO_ROW, NO_ROW, waiting, Number())
    asked = partial(question_in, scene.said[waiting.answered_up_to :])
    return await equipped_with(
        session, run, said, asked, here, desk, choice, at=scene.at, drafts=scene.drafts
    )


async def question_in(waits: Sequence[Spoken]) -> str:
    return "\n".join(one.text for one in waits if one.is_words).strip()[-LONGEST_QUESTION:]


def rule_in(said: Sequence[Spoken], here: Installation) -> Rule | None:
    waiting = waiting_in(said)
    waits = said[waiting.answered_up_to :] if waiting else ()
    texts = [one.text for one in waits if one.is_words]
    lately = [Said(one.by, one.text, one.at) for one in said if one.at > clock.now() - CIRCLE_SPAN]
    return rule_on(texts, lately, here, has_sound=any(one.is_unheard for one in waits))


def with_instructions(here: Installation, instructions: str) -> Installation:
    """A copy that is never stored."""
    stored = {column.key: getattr(here, column.key) for column in Installation.__table__.columns}
    return Installation(**stored | {"instructions": instructions})


def rehearsed(tool: Tool) -> Tool:
    """The tool as a rehearsal has it: Claude hears that it worked, and nothing is changed."""
    return replace(tool, use=only_told) if tool.changes else tool


async def only_told(_given: Input) -> Result:
    return Result(DONE)


async def never_over() -> None:
    """Nobody else speaks in a rehearsal."""
