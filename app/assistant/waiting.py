"""What a customer still waits for, and whether Claude is the one to answer it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant.history import SAYS_NOTHING
from app.assistant.models import Turn, TurnState
from app.conversations import silent
from app.conversations.handoff_models import ModeChange
from app.conversations.models import Author, Conversation, Direction, Message, Mode
from app.transcribing.models import Transcript

WRITTEN = (
    *("text", "button", "interactive", "order"),
    *("image", "video", "document"),  # what stands below them
)
OLDEST_ANSWERED = timedelta(hours=1)
MOST_RESTARTS = 2


@dataclass(frozen=True)
class Waiting:
    """The inbound messages that nobody has answered: the newest one's position and wamid, and when the oldest came.

    `returned_at`: when the conversation came back to Claude, if it ever did: what was said before, somebody has left to
    it on purpose. `newest_at`: the newest one's provider time, or that of the return when it is later.
    """

    answered_up_to: int
    position: int
    wamid: str | None
    oldest_at: datetime
    newest_at: datetime
    returned_at: datetime | None
    may_restart: bool

    @property
    def has_come_back(self) -> bool:
        """Whether some of it was said before the conversation came back to Claude."""
        return self.returned_at is not None and self.oldest_at < self.returned_at

    def is_too_old(self, now: datetime) -> bool:
        return now - self.newest_at > OLDEST_ANSWERED


async def locked(session: AsyncSession, conversation_id: int) -> Conversation | None:
    """The conversation, nobody else's until the transaction ends; of one that became part of another, that one."""
    wanted = select(Conversation).where(Conversation.id == conversation_id).with_for_update(key_share=True)
    found = (await session.scalars(wanted)).one_or_none()
    if found is not None and found.merged_into_id is not None:
        return await locked(session, found.merged_into_id)
    return found


async def unanswered(
    session: AsyncSession, conversation_id: int, asked_at: datetime, returned_at: datetime | None = None
) -> Waiting | None:
    """What waits for an answer that was asked for at `asked_at`; None when nothing does. `returned_at`: as if the
    conversation came back to Claude then."""
    returned_at = returned_at or await last_return(session, conversation_id)
    done = max(
        await answered_by_claude(session, conversation_id, asked_at, returned_at),
        await answered_by_people(session, conversation_id),
        await resolved_up_to(session, conversation_id),
    )
    inbound = select(Message.position, Message.wamid, Message.sent_at, Message.stored_at).where(
        *speaks(conversation_id)
    )
    waits = (await session.execute(inbound.where(Message.position > done).order_by(Message.position))).all()
    if not waits:
        return None
    return Waiting(
        answered_up_to=done,
        position=waits[-1].position,
        wamid=waits[-1].wamid,
        oldest_at=min(one.stored_at for one in waits),
        newest_at=max(*(one.sent_at for one in waits), returned_at or waits[0].sent_at),
        returned_at=returned_at,
        may_restart=await restarts_since(session, conversation_id, done) < MOST_RESTARTS,
    )


def speaks(conversation_id: int) -> tuple[ColumnElement[bool], ...]:
    """The customer's messages that want an answer."""
    return (
        Message.conversation_id == conversation_id,
        Message.direction == Direction.IN,
        Message.type.not_in(SAYS_NOTHING),
        silent.speaks(),
        Message.revoked_at.is_(None),
    )


async def newest_position(session: AsyncSession, conversation_id: int) -> int:
    """The position of the customer's newest message that wants an answer; 0 when there is none."""
    newest = select(func.max(Message.position)).where(*speaks(conversation_id))
    return (await session.execute(newest)).scalar_one() or 0


async def last_return(session: AsyncSession, conversation_id: int) -> datetime | None:
    """When the conversation last became Claude's again."""
    back = ModeChange.conversation_id == conversation_id, ModeChange.became == Mode.CLAUDE
    found: datetime | None = (
        await session.execute(select(func.max(ModeChange.at)).where(*back))
    ).scalar_one()
    return found


async def resolved_up_to(session: AsyncSession, conversation_id: int) -> int:
    resolved = select(Conversation.resolved_position).where(Conversation.id == conversation_id)
    return (await session.execute(resolved)).scalar_one_or_none() or 0


async def answered_by_claude(
    session: AsyncSession, conversation_id: int, asked_at: datetime, returned_at: datetime | None
) -> int:
    """Up to where Claude is done. A stopped turn counts unless somebody asked again afterwards; that, and one that called
    people, does unless the conversation has come back since.

    `asked_at` alone does not tell: a job that a worker gave back keeps the time at which it was first asked for.
    """
    called_people = Turn.state == TurnState.HANDED_OVER
    asked_since = max(asked_at, returned_at or asked_at)
    is_done = or_(
        Turn.state == TurnState.ANSWERED,
        called_people if returned_at is None else and_(called_people, Turn.ended_at > returned_at),
        and_(Turn.state == TurnState.STOPPED, Turn.ended_at > asked_since),
    )
    newest = select(func.max(Turn.answers_position)).where(Turn.conversation_id == conversation_id, is_done)
    return (await session.execute(newest)).scalar_one() or 0


async def answered_by_people(session: AsyncSession, conversation_id: int) -> int:
    """The last thing a person said. Claude's own words do not count: they may be older than what waits."""
    said = select(func.max(Message.position)).where(
        Message.conversation_id == conversation_id,
        Message.direction == Direction.OUT,
        Message.author.in_((Author.USER, Author.PHONE)),
    )
    return (await session.execute(said)).scalar_one() or 0


async def restarts_since(session: AsyncSession, conversation_id: int, position: int) -> int:
    """How many turns were given up since then because the customer wrote more."""
    given_up = select(func.count()).where(
        Turn.conversation_id == conversation_id,
        Turn.state == TurnState.SUPERSEDED,
        Turn.answers_position > position,
    )
    return (await session.execute(given_up)).scalar_one()


async def waiting_texts(
    session: AsyncSession, conversation_id: int, waiting: Waiting, *, since: datetime | None = None
) -> Sequence[str]:
    """What waits for an answer, as far as it is words, written, chosen or spoken, in the order in which it came; of it what
    came after `since`."""
    texts = (
        select(func.coalesce(Transcript.text, Message.body))
        .select_from(Message)
        .outerjoin(Transcript, Transcript.message_id == Message.id)
        .where(
            *speaks(conversation_id),
            Message.position > waiting.answered_up_to,
            or_(and_(Message.type.in_(WRITTEN), Message.body != ""), Transcript.text != ""),
        )
        .order_by(Message.position)
    )
    if since is not None:
        texts = texts.where(Message.stored_at > since)
    return (await session.scalars(texts)).all()
