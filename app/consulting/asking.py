"""An attendant asks Claude for help, stops it or lays its answer aside."""

from typing import Any

from sqlalchemy import ColumnElement, case, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.accounts.models import User
from app.consulting.models import Consultation, ConsultationState, Wish
from app.conversations.models import Conversation
from app.errors import Invalid, NotFound
from app.i18n import N_
from app.live.events import Change, EventKind, announce

CONSULT = "consult"
LONGEST = 4096  # characters
REWRITES = {Wish.SHORTER, Wish.KINDER, Wish.CORRECT, Wish.TRANSLATE}  # their answer stands for what was given
NEEDS_TEXT = REWRITES | {Wish.ASK}
NEVER_ASKED = {Wish.CHAT, Wish.BRIEFING}  # beside a conversation
WRITE_FIRST = N_("Write the text first; Claude then works on it.")
ASK_FIRST = N_("Write what you want to know.")
TOO_LONG = N_("This text is too long.")
NO_SUCH_WISH = N_("Claude cannot do this.")
GONE = N_("This help is not there any more.")

RUNNING = Consultation.state == ConsultationState.RUNNING


async def ask(
    session: AsyncSession, conversation: Conversation, by: User, wish: str, given: str
) -> Consultation:
    """Ask in the place of what was asked before. Raises Invalid (field "wish" or "text")."""
    if wish not in set(Wish) - NEVER_ASKED:
        raise Invalid(NO_SUCH_WISH, field="wish")
    given = given.strip()
    if wish in NEEDS_TEXT and not given:
        raise Invalid(ASK_FIRST if wish == Wish.ASK else WRITE_FIRST, field="text")
    if len(given) > LONGEST:
        raise Invalid(TOO_LONG, field="text")
    await lay_aside(session, conversation.id, by)
    return await begin(
        session,
        Consultation(
            user_id=by.id,
            conversation_id=conversation.id,
            wish=wish,
            given=given if wish in NEEDS_TEXT else "",
            read_up_to=conversation.last_position,
        ),
    )


async def begin(session: AsyncSession, asked: Consultation) -> Consultation:
    """Have it written, by a job."""
    asked.state, asked.text, asked.began_at = ConsultationState.RUNNING, "", clock.now()
    session.add(asked)
    await session.flush()
    await jobs.enqueue(session, CONSULT, str(asked.id), run_at=asked.began_at)
    tell(session, asked)
    return asked


async def stop(session: AsyncSession, consultation_id: int, by: User) -> Consultation:
    """End the writing; what is there stays. Raises NotFound."""
    found = await theirs(session, consultation_id, by)
    await change(session, (Consultation.id == found.id, RUNNING), state=ConsultationState.STOPPED)
    return found


async def lay_aside(session: AsyncSession, conversation_id: int, by: User) -> None:
    """Nothing is shown here any more; one that is running ends."""
    shown = (
        Consultation.conversation_id == conversation_id,
        Consultation.user_id == by.id,
        Consultation.closed_at.is_(None),
    )
    over = case((RUNNING, ConsultationState.STOPPED), else_=Consultation.state)
    await change(session, shown, closed_at=clock.now(), state=over)


async def theirs(session: AsyncSession, consultation_id: int, by: User) -> Consultation:
    wanted = select(Consultation).where(Consultation.id == consultation_id, Consultation.user_id == by.id)
    found = (await session.scalars(wanted)).one_or_none()
    if found is None:
        raise NotFound(GONE)
    return found


async def change(session: AsyncSession, which: tuple[ColumnElement[bool], ...], **values: Any) -> bool:
    """Change these, and tell their attendants; whether there were any."""
    if "state" in values:
        values["ended_at"] = case((RUNNING, clock.now()), else_=Consultation.ended_at)
    changed = update(Consultation).where(*which).values(**values).returning(Consultation)
    found = (await session.scalars(changed, execution_options={"populate_existing": True})).all()
    for one in found:
        tell(session, one)
    return bool(found)


def tell(session: AsyncSession, asked: Consultation) -> None:
    where = asked.conversation_id
    announce(session, Change(EventKind.CONSULTATION_CHANGED, where, asked.id, user_id=asked.user_id))
