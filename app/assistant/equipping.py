"""What a turn sets out with: the words Claude is asked, and the tools it may use."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.assistant.choices import Choice
from app.assistant.claude import Request
from app.assistant.desk import Desk
from app.assistant.history import history
from app.assistant.prompt import system_prompt
from app.assistant.run import Run, check
from app.assistant.tools import desk as desk_tools
from app.assistant.tools.toolbox import Tool, Toolbox, described
from app.conversations import labelling
from app.conversations.models import Conversation
from app.installation import Installation, installation
from app.opening_hours import OpeningHours


@dataclass(frozen=True)
class Equipped:
    """A turn and all that it needs until it ends."""

    run: Run
    request: Request
    toolbox: Toolbox
    zone: ZoneInfo


async def equipped(
    session: AsyncSession, run: Run, conversation: Conversation, desk: Desk, choice: Choice
) -> Equipped:
    here = await installation(session)
    said = await history(
        session,
        conversation,
        answered_up_to=run.waiting.answered_up_to,
        zone=desk.settings.zone,
        now=clock.now(),
    )
    tools = [tool async for tool in tools_for(session, run, here, desk)]
    request = Request(system_prompt(here), said, described(tools), model=choice.model, effort=choice.effort)
    return Equipped(run, request, Toolbox(tools, partial(check, run)), desk.settings.zone)


async def tools_for(session: AsyncSession, run: Run, here: Installation, desk: Desk) -> AsyncIterator[Tool]:
    """What Claude may use here: only tools for which the owner has given something to work with."""
    hours = OpeningHours(here.opening_hours)
    if hours.are_known:
        yield desk_tools.opening_hours(hours, here.expected_wait_minutes, desk.settings.zone)
    if here.claude_labels and (known := await labelling.all_labels(session)):
        yield desk_tools.set_label(known, run)
