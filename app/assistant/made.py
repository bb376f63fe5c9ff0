"""How an answer of Claude's was made: what it looked up, what it used, and what that cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant.citing import behind
from app.assistant.costs import Line, of_turn
from app.assistant.models import ApiCall, Turn


@dataclass(frozen=True)
class Made:
    """`steps`: as `Step.as_json` gives them, in order. `quotes`: as of `Quote`, those behind this message. `cost`: of all
    calls of the turn."""

    turn: Turn
    steps: Sequence[dict[str, Any]]
    quotes: Sequence[Mapping[str, Any]]
    cost: Line
    request_ids: Sequence[str]


async def made_of(session: AsyncSession, turn_id: int, text: str) -> Made | None:
    """`text`: of the message, one of perhaps several of the turn. None for a turn that is gone."""
    turn = await session.get(Turn, turn_id)
    if turn is None:
        return None
    asked = select(ApiCall.request_id).where(ApiCall.turn_id == turn_id, ApiCall.request_id.is_not(None))
    ids = (await session.scalars(asked.order_by(ApiCall.id))).all()
    cost = await of_turn(session, turn_id)
    quotes = behind(text, turn.steps.get("quotes", []))
    return Made(turn, turn.steps.get("tools", []), quotes, cost, [one for one in ids if one])
