"""Who has a conversation: it is given to a colleague, or to nobody; who gets one is called."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.conversations import desk_notices, handoff
from app.conversations.desk_notices import Happening
from app.conversations.handoff import ModeReason
from app.conversations.models import Conversation, Mode
from app.errors import Invalid
from app.i18n import N_
from app.live.events import Change, EventKind, announce
from app.push import calling
from app.push.calling import Why

LONGEST_NOTE = 500


async def colleagues(session: AsyncSession) -> Sequence[User]:
    """Everybody who may have a conversation, by name."""
    active = select(User).where(User.is_active.is_(True))
    return sorted((await session.scalars(active)).all(), key=lambda user: (user.name.casefold(), user.id))


async def assign(
    session: AsyncSession, conversation: Conversation, *, to: int | None, by: User, words: str = ""
) -> None:
    """Give the conversation, which is locked, to an attendant, who answers in it from now on and is called; None: to
    nobody, and whoever answers stays that. `words`: what colleagues should know; the customer never sees them.

    Raises Invalid for who is not there (any more), and for words that are too long.
    """
    words = words.strip()
    if len(words) > LONGEST_NOTE:
        raise Invalid(N_("This text is too long."), field="note")
    told = {"words": words} if words else {}
    if to is None:
        had_somebody = conversation.assignee_id is not None
        if had_somebody:
            same = {"mode": conversation.mode, "paused_until": conversation.paused_until}
            nobodys = {**same, "assignee_id": None}
            await handoff.apply(session, conversation, nobodys, ModeReason.ASSIGNED, by)
        if had_somebody or told:
            await desk_notices.note(session, conversation, Happening.RELEASED, by=by, **told)
        return
    colleague = await session.get(User, to)
    if colleague is None or not colleague.is_active:
        raise Invalid(N_("This person is not at the desk any more."), field="user_id")
    theirs = {"mode": Mode.PERSON, "paused_until": None, "assignee_id": colleague.id}
    if not await handoff.apply(session, conversation, theirs, ModeReason.ASSIGNED, by) and not told:
        return
    what = Happening.TAKEN if colleague.id == by.id and not told else Happening.ASSIGNED
    await desk_notices.note(session, conversation, what, by=by, to=colleague.name, **told)
    if colleague.id != by.id:
        announce(session, Change(EventKind.ASSIGNED, conversation.id, user_id=colleague.id))
        await calling.ask_one(session, conversation.id, colleague.id, Why.ASSIGNED)
