"""How well Claude does: what it answered and handed over, what attendants thought of it, and what they changed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.assistant.models import Turn, TurnState
from app.assistant.verdicts import Verdict
from app.consulting.models import Consultation, Wish
from app.conversations.access import conversations_for
from app.conversations.handoff_models import Handoff
from app.conversations.models import Message

MOST_NOTES = 20


@dataclass(frozen=True)
class OfModel:
    """What came of one model's turns. `model` "": a rule's, before any model was asked."""

    model: str
    answers: int = 0
    handoffs: int = 0
    good: int = 0
    bad: int = 0


@dataclass(frozen=True)
class OfWish:
    """What became of help of one kind: `sent` of those that were put into the text box, `unchanged` of those that were
    sent. `changed`: the mean share of what was changed, from 0 to 1, None where nothing was sent."""

    wish: str
    given: int
    used: int
    sent: int
    unchanged: int
    changed: float | None


@dataclass(frozen=True)
class Note:
    """What an attendant wrote beside a thumb. `by` "": somebody who is gone."""

    conversation_id: int
    message_id: int
    is_good: bool
    words: str
    by: str
    given_at: datetime


@dataclass(frozen=True)
class Quality:
    """`reasons`: hand-overs by `HandoffReason`, the most frequent first."""

    models: Sequence[OfModel]
    reasons: Sequence[tuple[str, int]]
    wishes: Sequence[OfWish]
    notes: Sequence[Note]

    @property
    def answers(self) -> int:
        return sum(one.answers for one in self.models)

    @property
    def handoffs(self) -> int:
        return sum(one.handoffs for one in self.models)

    @property
    def good(self) -> int:
        return sum(one.good for one in self.models)

    @property
    def bad(self) -> int:
        return sum(one.bad for one in self.models)

    @property
    def handed_over(self) -> float:
        """The share of what Claude was to answer that people got instead, from 0 to 1."""
        asked = self.answers + self.handoffs
        return self.handoffs / asked if asked else 0.0

    @property
    def is_empty(self) -> bool:
        return not (self.models or self.wishes)


async def since(session: AsyncSession, reader: User, moment: datetime) -> Quality:
    """From that moment on; notes only of conversations that the reader may see."""
    handed_over = await handoffs_since(session, moment)
    reasons: Counter[str] = Counter()
    for reason, _model, count in handed_over:
        reasons[reason] += count
    return Quality(
        models=await models_since(session, moment, handed_over),
        reasons=reasons.most_common(),
        wishes=await wishes_since(session, moment),
        notes=await notes_since(session, reader, moment),
    )


async def handoffs_since(session: AsyncSession, moment: datetime) -> Sequence[Row[str, str, int]]:
    """Reason, model and how many."""
    model = func.coalesce(Turn.model, "").label("model")
    counted = select(Handoff.reason, model, func.count()).outerjoin(Turn, Turn.id == Handoff.turn_id)
    counted = counted.where(Handoff.created_at >= moment).group_by(Handoff.reason, "model")
    return (await session.execute(counted.order_by(Handoff.reason))).all()


async def models_since(
    session: AsyncSession, moment: datetime, handed_over: Sequence[Row[str, str, int]]
) -> Sequence[OfModel]:
    """Those with the most answers first."""
    answered = select(Turn.model, func.count()).where(
        Turn.started_at >= moment, Turn.state == TurnState.ANSWERED
    )
    model = func.coalesce(Turn.model, "").label("model")
    judged = select(model, Verdict.is_good, func.count()).outerjoin(Turn, Turn.id == Verdict.turn_id)
    judged = judged.where(Verdict.given_at >= moment).group_by("model", Verdict.is_good)
    counts: Counter[tuple[str, str]] = Counter()
    for name, count in (await session.execute(answered.group_by(Turn.model))).all():
        counts[name, "answers"] += count
    for _reason, name, count in handed_over:
        counts[name, "handoffs"] += count
    for name, is_good, count in (await session.execute(judged)).all():
        counts[name, "good" if is_good else "bad"] += count
    fields = ("answers", "handoffs", "good", "bad")
    found = [OfModel(name, *(counts[name, one] for one in fields)) for name in {name for name, _ in counts}]
    return sorted(found, key=lambda one: (-one.answers, -one.handoffs, one.model))


def how_many(condition: Any) -> Any:
    return func.count(case((condition, 1)))


async def wishes_since(session: AsyncSession, moment: datetime) -> Sequence[OfWish]:
    """In the order in which `Wish` has them."""
    was_sent = Consultation.message_id.is_not(None) & Consultation.edit_distance.is_not(None)
    counted = select(
        Consultation.wish,
        func.count(),
        func.count(Consultation.used_at),
        how_many(was_sent),
        how_many(was_sent & (Consultation.edit_distance == 0)),
        func.avg(case((was_sent, Consultation.edit_distance))),
    ).where(
        Consultation.began_at >= moment, Consultation.conversation_id.is_not(None), Consultation.text != ""
    )
    rows = (await session.execute(counted.group_by(Consultation.wish))).all()
    found = {row[0]: OfWish(*row) for row in rows}
    suggested = select(func.count()).where(Handoff.created_at >= moment, Handoff.suggestion != "")
    if given := (await session.execute(suggested)).scalar_one():
        of_cards = found.get(Wish.BRIEFING) or OfWish(Wish.BRIEFING, 0, 0, 0, 0, None)
        found[Wish.BRIEFING] = OfWish(**{**of_cards.__dict__, "given": given})
    order = list(Wish)
    return sorted(found.values(), key=lambda one: order.index(Wish(one.wish)) if one.wish in order else -1)


async def notes_since(session: AsyncSession, reader: User, moment: datetime) -> Sequence[Note]:
    """The newest first."""
    written = (
        select(
            Message.conversation_id, Message.id, Verdict.is_good, Verdict.note, User.name, Verdict.given_at
        )
        .join(Message, Message.id == Verdict.message_id)
        .outerjoin(User, User.id == Verdict.user_id)
        .where(Verdict.given_at >= moment, Verdict.note != "")
        .order_by(Verdict.given_at.desc(), Verdict.id.desc())
    )
    rows = (await session.execute(written.limit(MOST_NOTES))).all()
    seen = {one.id for one in await conversations_for(session, reader, {row[0] for row in rows})}
    return [Note(*row) for row in rows if row[0] in seen]
