"""An answer of Claude's as it came to be: what it had read, and what it said; nothing that came later, and nobody's name."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.assistant.checks import HELD_FOR
from app.assistant.earlier import before_position
from app.assistant.history import LABELS, is_waiting, newest_messages, words_of
from app.assistant.models import ApiCall, Turn, TurnState
from app.contacts.models import Contact, Identity, IdentityKind
from app.conversations.access import can_see
from app.conversations.handoff_models import Closure, Handoff, ModeChange
from app.conversations.models import Author, Conversation, Direction, Message, Mode
from app.rehearsing.redacting import CUSTOMER, Redact, redaction
from app.rehearsing.rehearsal import Scene
from app.rehearsing.sides import Side, spent, tools_in
from app.rehearsing.spoken import Spoken
from app.transcribing.showing import said_aloud

ANSWERED = Turn.state.in_((TurnState.ANSWERED, TurnState.HANDED_OVER))
TELLS_OF_OTHERS = (
    "contacts",
    "location",
)  # kinds of messages that are somebody's name or address and nothing else


@dataclass(frozen=True)
class Remembered:
    """`asked`: what the customer had said; `was`: what came of it. All of it redacted by `redact`."""

    scene: Scene
    asked: str
    was: Side
    redact: Redact


async def newest_turns(session: AsyncSession, user: User, most: int) -> list[int]:
    """Claude's newest answers, hand-overs too, of conversations that this person may see: the newest first."""
    newest = select(Turn.id, Turn.conversation_id).where(ANSWERED).order_by(Turn.id.desc()).limit(most)
    return [row.id for row in await session.execute(newest) if can_see(user, row.conversation_id)]


async def remembered(session: AsyncSession, turn_id: int, zone: ZoneInfo) -> Remembered | None:
    """None when nothing is left of what it answered."""
    turn = await session.get(Turn, turn_id)
    if turn is None:
        return None
    conversation = await session.get_one(Conversation, turn.conversation_id)
    redact, is_named = await redaction_for(session, conversation.contact_id)
    returned_at = await returned_before(session, turn)
    resolved = await resolved_before(session, turn)
    answered = max(await answered_before(session, turn, returned_at), resolved or 0)
    messages = [
        message
        for message in await newest_messages(session, conversation.id, after=resolved, until=turn.started_at)
        if message.direction != Direction.IN or message.position <= turn.answers_position
    ]
    waits = [message for message in messages if is_waiting(message, answered)]
    if not waits:
        return None
    before = [message for message in messages if message not in waits]
    aloud = await said_aloud(session, messages)
    said = [spoken(message, redact, aloud.get(message.id, "")) for message in (*before, *waits)]
    scene = Scene(
        said,
        customer=CUSTOMER if is_named else "",
        at=turn.started_at,
        summary=redact(await before_position(session, conversation.id, resolved, zone)),
        has_come_back=returned_at is not None and min(one.stored_at for one in waits) < returned_at,
        has_passed_rules=True,
    )
    asked = "\n".join(one.text for one in said[len(before) :])
    return Remembered(scene, asked, await side_then(session, turn, redact), redact)


def spoken(message: Message, redact: Redact, aloud: str) -> Spoken:
    """With what is no text as its label. `aloud`: what a voice message says, if that is known."""
    kind = message.type if message.type in TELLS_OF_OTHERS else ""
    text = f"[{LABELS[kind]}]" if kind else redact(words_of(message, aloud))
    return Spoken(Author(message.author), text, message.stored_at)


async def redaction_for(session: AsyncSession, contact_id: int) -> tuple[Redact, bool]:
    """Also whether the customer has a name."""
    same = or_(Contact.id == contact_id, Contact.merged_into_id == contact_id)
    known = select(Contact.name, Contact.book_name, Contact.username).where(same)
    names = [name for row in await session.execute(known) for name in row if name]
    numbers = select(Identity.value).where(
        Identity.contact_id == contact_id, Identity.kind == IdentityKind.WA_ID
    )
    return redaction(names, (await session.scalars(numbers)).all()), bool(names)


async def returned_before(session: AsyncSession, turn: Turn) -> datetime | None:
    """When the conversation had last become Claude's again."""
    ours = ModeChange.conversation_id == turn.conversation_id, ModeChange.at <= turn.started_at
    back = select(func.max(ModeChange.at)).where(*ours, ModeChange.became == Mode.CLAUDE)
    found: datetime | None = await session.scalar(back)
    return found


async def resolved_before(session: AsyncSession, turn: Turn) -> int | None:
    ours = Closure.conversation_id == turn.conversation_id, Closure.at <= turn.started_at
    return await session.scalar(select(func.max(Closure.position)).where(*ours))


async def answered_before(session: AsyncSession, turn: Turn, returned_at: datetime | None) -> int:
    """Up to where there was nothing more to answer; as `waiting.unanswered` finds it, then."""
    called_people = Turn.state == TurnState.HANDED_OVER
    if returned_at is not None:
        called_people = and_(called_people, Turn.ended_at > returned_at)
    by_claude = select(func.max(Turn.answers_position)).where(
        Turn.conversation_id == turn.conversation_id,
        Turn.id < turn.id,
        or_(Turn.state == TurnState.ANSWERED, called_people),
    )
    by_people = select(func.max(Message.position)).where(
        Message.conversation_id == turn.conversation_id,
        Message.author.in_((Author.USER, Author.PHONE)),
        Message.stored_at <= turn.started_at,
    )
    return max(await session.scalar(by_claude) or 0, await session.scalar(by_people) or 0)


async def side_then(session: AsyncSession, turn: Turn, redact: Redact) -> Side:
    said = select(Message.body).where(Message.turn_id == turn.id, Message.author == Author.CLAUDE)
    bubbles = (await session.scalars(said.order_by(Message.position))).all()
    calls = (await session.scalars(select(ApiCall).where(ApiCall.turn_id == turn.id))).all()
    handoff = await session.scalar(
        select(Handoff).where(Handoff.turn_id == turn.id).order_by(Handoff.id).limit(1)
    )
    if turn.state != TurnState.HANDED_OVER:
        handoff = None  # a later one: it did not leave
    is_held = handoff is not None and handoff.reason in HELD_FOR
    words = handoff.suggestion if handoff is not None and is_held else "\n\n".join(bubbles)
    return Side(
        words=redact(words),
        reason=handoff.reason if handoff else None,
        summary=redact(handoff.summary) if handoff else "",
        is_held=is_held,
        tools=tools_in(turn.steps.get("tools", [])),
        model=turn.model,
        **spent(calls),  # type: ignore[arg-type]
    )
