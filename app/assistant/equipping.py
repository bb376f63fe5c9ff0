"""What a turn sets out with: the words Claude is asked, and the tools it may use."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.assistant import whose
from app.assistant.attachments import Attachment, attachments_of, numbers_of
from app.assistant.choices import Choice
from app.assistant.claude import Request
from app.assistant.desk import Desk
from app.assistant.history import history, newest_messages
from app.assistant.prompt import system_prompt
from app.assistant.replies import Block
from app.assistant.run import Run, check
from app.assistant.tools import connecting, knowing
from app.assistant.tools import desk as desk_tools
from app.assistant.tools.toolbox import Step, Tool, Toolbox, described
from app.assistant.waiting import waiting_texts
from app.conversations import labelling
from app.conversations.models import Conversation
from app.db import reading
from app.installation import Installation, installation
from app.knowledge import retrieval
from app.knowledge.whole import these, whole
from app.opening_hours import OpeningHours


@dataclass(frozen=True)
class Equipped:
    """A turn and all that it needs until it ends."""

    run: Run
    request: Request
    toolbox: Toolbox
    zone: ZoneInfo
    files: Sequence[Attachment] = ()  # that Claude may see
    question: str = ""  # what to look for in the knowledge before Claude is asked; "" when there is no need


async def equipped(
    session: AsyncSession, run: Run, conversation: Conversation, desk: Desk, choice: Choice
) -> Equipped:
    answered = run.waiting.answered_up_to
    files = await files_for(session, conversation, desk, answered)
    said = await history(
        session,
        conversation,
        answered_up_to=answered,
        zone=desk.settings.zone,
        now=clock.now(),
        numbers=numbers_of(files),
        has_come_back=run.waiting.has_come_back,
    )
    here, asked = await installation(session), partial(asked_of, session, run)
    made = await equipped_with(session, run, said, asked, here, desk, choice)
    theirs = whose.contact(desk.settings, conversation.contact_id)
    return replace(made, files=files, request=replace(made.request, whose=theirs))


async def equipped_with(
    session: AsyncSession,
    run: Run,
    said: list[Block],
    asked: Callable[[], Awaitable[str]],
    here: Installation,
    desk: Desk,
    choice: Choice,
    *,
    at: datetime | None = None,
    drafts: Collection[int] = (),
) -> Equipped:
    """The same for what was said, wherever it stands; `asked` gives what of it waits for an answer. `at`: when it was said,
    None for now. `drafts`: articles that are known as if they were published; they are read whole."""
    is_simple = desk.provider.is_simple
    most = knowing.most_whole(choice.model, is_simple=is_simple)
    known = await whole(session, most, drafts)
    tools = [tool async for tool in tools_for(session, run, here, desk, at)]
    tools += await connecting.connectors(session, run, desk)
    if known is None:
        tools.append(knowing.search_knowledge(cites=not is_simple))
    request = Request(
        system_prompt(here),
        said,
        described(tools),
        model=choice.model,
        effort=choice.effort,
        hides_numbers=here.hides_numbers,
    )
    question = "" if known is not None else await asked()
    articles = await these(session, drafts) if known is None else known
    request = knowing.with_articles(request, articles, cites=not is_simple)
    return Equipped(run, request, Toolbox(tools, partial(check, run)), desk.settings.zone, question=question)


async def files_for(
    session: AsyncSession, conversation: Conversation, desk: Desk, answered_up_to: int
) -> list[Attachment]:
    if desk.store is None:
        return []
    messages = await newest_messages(session, conversation.id, after=conversation.resolved_position)
    return await attachments_of(session, messages, answered_up_to=answered_up_to)


async def asked_of(session: AsyncSession, run: Run) -> str:
    """What the customer still waits for an answer to, as one text."""
    texts = await waiting_texts(session, run.conversation_id, run.waiting)
    return "\n".join(texts).strip()[-knowing.LONGEST_QUESTION :]


async def informed(begun: Equipped, *, cites: bool) -> Equipped:
    """The turn with what is known about its question, which is looked for outside of any transaction. `cites`: as of
    `with_passages`."""
    if not begun.question:
        return begun
    async with reading() as session:
        found = await retrieval.search(session, begun.question)
    if not found:
        return begun
    begun.toolbox.steps.append(Step("search_knowledge", None, False, knowing.told(found)))
    return replace(begun, request=knowing.with_passages(begun.request, found, cites=cites))


async def tools_for(
    session: AsyncSession, run: Run, here: Installation, desk: Desk, at: datetime | None = None
) -> AsyncIterator[Tool]:
    """What Claude may use here: only tools for which the owner has given something to work with."""
    hours = OpeningHours(here.opening_hours)
    if hours.are_known:
        yield desk_tools.opening_hours(hours, here.expected_wait_minutes, desk.settings.zone, at)
    if here.claude_labels and (known := await labelling.all_labels(session)):
        yield desk_tools.set_label(known, run)
