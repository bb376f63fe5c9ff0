"""Tools about the desk itself: when people are there, and which label a conversation gets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import create_model
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.assistant.run import Run, TurnOver, Verdict, verdict_on
from app.assistant.tools.toolbox import Input, Result, Tool, Unusable
from app.assistant.waiting import locked
from app.conversations import labelling
from app.conversations.labelling import NoSuchLabel, ShownLabel
from app.conversations.models import Conversation
from app.db import transaction
from app.opening_hours import CLOSED_DAYS, WEEKDAYS, OpeningHours, expectation

NAMES = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")
LANGUAGE = "pt_BR"


class Nothing(Input):
    """Takes nothing."""


def opening_hours(hours: OpeningHours, wait_minutes: int, zone: Any, at: datetime | None = None) -> Tool:
    """`at`: the moment that is told as now; None for whatever the clock shows then."""

    async def use(_given: Nothing) -> Result:
        here = (at or clock.now()).astimezone(zone)
        days = (
            f"{name}: {hours.typed.get(day) or 'fechado'}" for name, day in zip(NAMES, WEEKDAYS, strict=True)
        )
        closed = " ".join(hours.typed.get(CLOSED_DAYS, "").split())
        lines = [*days, f"Dias fechados: {closed or 'nenhum'}"]
        lines.append("Agora há gente atendendo." if hours.is_open(here) else "Agora não há gente atendendo.")
        return Result("\n".join([*lines, expectation(hours, wait_minutes, here, LANGUAGE)]).strip())

    return Tool(
        "opening_hours",
        "Diz em que horário há pessoas da equipe atendendo, se há alguém agora e quando alguém volta.",
        Nothing,
        use,
    )


def set_label(known: Sequence[ShownLabel], run: Run) -> Tool:
    """Puts a label on this conversation, while it is Claude's."""
    names = tuple(label.name for label in known)

    async def use(given: Any) -> Result:
        label_id = next(label.id for label in known if label.name == given.label)
        async with transaction() as session:
            conversation = await ours(session, run)
            try:
                await labelling.put(session, conversation, label_id, by=None)
            except NoSuchLabel:
                raise Unusable("Essa etiqueta não existe mais.") from None
        return Result("Etiqueta colocada.")

    takes: type[Input] = create_model("Label", __base__=Input, label=(Literal[names], ...))  # type: ignore[arg-type]
    return Tool(
        "set_label",
        "Põe uma etiqueta nesta conversa, para a equipe. Use só quando as instruções disserem qual e quando.",
        takes,
        use,
        changes=True,
    )


async def ours(session: AsyncSession, run: Run) -> Conversation:
    """The conversation, locked and still Claude's. Raises TurnOver."""
    conversation = await locked(session, run.conversation_id)
    verdict = await verdict_on(session, run)
    if conversation is None or verdict is not None:
        raise TurnOver(verdict or Verdict.STOPPED)
    return conversation
