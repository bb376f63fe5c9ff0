"""What must be true after every crash, read from the database and compared with what the outside world saw."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.orm import Session

from app import clock, models
from app.assistant.history import SAYS_NOTHING
from app.assistant.models import TurnState
from app.conversations.models import Author, Direction, Mode
from app.jobs import Job
from app.outbox.delivery import ARRIVED, DeliveryStatus
from app.outbox.models import Delivery

SWEEP = timedelta(seconds=2)
LATER = {
    "unconfirmed",
    "housekeeping",
    "sweep_media",
    "sync_templates",
    "return_to_claude",
}  # kinds of jobs that rightly wait


def engine_of(database_url: str) -> Engine:
    """A look at the database from outside; on SQLite one that never writes nor checkpoints."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return create_engine(f"sqlite:///file:{url.database}?mode=ro&uri=true")
    return create_engine(url)


def unfinished(database_url: str) -> list[str]:
    """What the program still has to do, in words; nothing once it has drained."""
    engine = engine_of(database_url)
    with Session(engine) as session:
        now = clock.now()
        queued = select(func.count()).select_from(Delivery).where(Delivery.status == DeliveryStatus.QUEUED)
        running = select(func.count()).select_from(models.Turn).where(models.Turn.state == TurnState.RUNNING)
        jobs = [job.kind for job in session.scalars(select(Job)) if job.kind not in LATER or job.run_at < now]
        left = {"deliveries": session.scalar(queued), "turns": session.scalar(running), "jobs": sorted(jobs)}
    engine.dispose()
    return [f"{name}: {what}" for name, what in left.items() if what]


@dataclass
class Findings:
    """`broken`: sentences, empty when all is well."""

    messages: int = 0
    sends: int = 0
    unknown: int = 0
    lost: int = 0
    duplicated: int = 0
    broken: list[str] = field(default_factory=list)

    def note(self, is_broken: object, sentence: str) -> None:
        if is_broken:
            self.broken.append(sentence)


@dataclass(frozen=True)
class Outside:
    """What happened as seen from outside: wamids that customers wrote, replies by compose_id, accepted sends in order."""

    inbound: set[str]
    replies: dict[str, str]
    sends: list[tuple[str, str]]  # (wamid, opaque)


def accepted_sends(send_log: Path) -> list[tuple[str, str]]:
    if not send_log.exists():
        return []
    sends = [json.loads(line) for line in send_log.read_text().splitlines()]
    return [(send["wamid"], send["opaque"]) for send in sends]


def examine(database_url: str, outside: Outside, *, claude: bool) -> Findings:
    found = Findings(sends=len(outside.sends))
    engine = engine_of(database_url)
    with Session(engine) as session:
        stored_once(session, outside, found)
        sent_once(session, outside, found)
        kept_in_order(session, outside, found)
        counted_rightly(session, found)
        nothing_is_stuck(session, found)
        if claude:
            nobody_waits(session, found)
        if session.get_bind().dialect.name == "sqlite":
            whole = session.execute(text("PRAGMA integrity_check")).scalar_one()
            found.note(whole != "ok", f"I8: integrity_check says {whole}")
            dangling = session.execute(text("PRAGMA foreign_key_check")).all()
            found.note(dangling, f"I8: {len(dangling)} references lead nowhere")
    engine.dispose()
    return found


def stored_once(session: Session, outside: Outside, found: Findings) -> None:
    """I1, I2: what was answered 200 is there, and there once; the same for an attendant's replies."""
    inbound = Counter(
        session.scalars(select(models.Message.wamid).where(models.Message.direction == Direction.IN))
    )
    replies = session.execute(
        select(models.Message.compose_id, models.Message.body).where(models.Message.compose_id.is_not(None))
    ).all()
    found.messages = inbound.total() + len(replies)
    lost = outside.inbound - inbound.keys()
    lost_replies = outside.replies.keys() - {compose_id for compose_id, _ in replies}
    doubled = [wamid for wamid, times in inbound.items() if times > 1]
    found.lost = len(lost) + len(lost_replies)
    found.duplicated += len(doubled)
    found.note(lost, f"I1: {len(lost)} inbound messages are lost")
    found.note(lost_replies, f"I1: {len(lost_replies)} replies are lost")
    found.note(doubled, f"I2: {len(doubled)} inbound messages are there twice")
    found.note(inbound.keys() - outside.inbound, "I1: messages nobody wrote")
    changed = [body for compose_id, body in replies if outside.replies.get(compose_id or "") != body]
    found.note(changed, f"I1: {len(changed)} replies have another text")
    aside = session.scalar(select(func.count()).select_from(models.SetAside))
    found.note(aside, f"I1: {aside} items were set aside")


def sent_once(session: Session, outside: Outside, found: Findings) -> None:
    """I3: exactly one send of what arrived, none of what failed, never two."""
    sends = Counter(opaque for _, opaque in outside.sends)
    deliveries = session.scalars(select(Delivery)).all()
    per_message = Counter(delivery.message_id for delivery in deliveries)
    found.unknown = sum(delivery.status == DeliveryStatus.UNKNOWN for delivery in deliveries)
    twice = [opaque for opaque, times in sends.items() if times > 1]
    twice += [str(message) for message, attempts in per_message.items() if attempts > 1]  # nobody pressed
    found.duplicated += len(twice)
    found.note(twice, f"I3: {len(twice)} messages were sent twice")
    found.note(sends.keys() - {delivery.opaque for delivery in deliveries}, "I3: a send without its delivery")
    for delivery in deliveries:
        times = sends[delivery.opaque]
        has_arrived = delivery.status in ARRIVED
        found.note(
            has_arrived and times != 1, f"I3: delivery {delivery.id} is {delivery.status}, sent {times} times"
        )
        has_failed = delivery.status == DeliveryStatus.FAILED
        found.note(has_failed and times, f"I3: delivery {delivery.id} failed and was sent")
        found.note(delivery.status == DeliveryStatus.QUEUED, f"I9: delivery {delivery.id} is still queued")
    outbound = select(models.Message).where(
        models.Message.direction == Direction.OUT, models.Message.author != Author.PHONE
    )
    for message in session.scalars(outbound):
        found.note(message.id not in per_message, f"I3: message {message.id} has no delivery")


def kept_in_order(session: Session, outside: Outside, found: Findings) -> None:
    """I10: per conversation, sends left in the order in which they were queued."""
    delivery_of = {one.opaque: one for one in session.scalars(select(Delivery))}
    left: dict[int, list[int]] = defaultdict(list)
    for _, opaque in outside.sends:
        if delivery := delivery_of.get(opaque):
            left[delivery.conversation_id].append(delivery.id)
    for conversation, order in left.items():
        found.note(order != sorted(order), f"I10: conversation {conversation} left as {order}")


def counted_rightly(session: Session, found: Findings) -> None:
    """I6: counters, cursors and the last message are what the messages say."""
    cursors = session.scalars(select(models.ReadCursor)).all()
    for conversation in session.scalars(select(models.Conversation)):
        theirs = select(models.Message).where(models.Message.conversation_id == conversation.id)
        messages = sorted(session.scalars(theirs), key=lambda one: one.position)
        inbound = [message.position for message in messages if message.direction == Direction.IN]
        # a notice stands in the list only where nothing else was said
        last = max(messages, key=lambda one: (one.direction != Direction.SYSTEM, one.sent_at, one.position))
        counted = (len(inbound), max(inbound, default=0), messages[-1].position, last.position)
        stored = (
            conversation.inbound_count,
            conversation.last_inbound_position,
            conversation.last_position,
            conversation.last_message_position,
        )
        found.note(counted != stored, f"I6: conversation {conversation.id} counts {stored}, has {counted}")
        for cursor in cursors:
            if cursor.conversation_id == conversation.id:
                seen = sum(position <= cursor.position for position in inbound)
                found.note(
                    seen != cursor.inbound_seen, f"I6: a cursor of conversation {conversation.id} is wrong"
                )


def nothing_is_stuck(session: Session, found: Findings) -> None:
    """I9: no lease outlives its time, nothing waits without a time."""
    now = clock.now()
    for delivery in session.scalars(select(Delivery).where(Delivery.lease_until.is_not(None))):
        found.note(True, f"I9: delivery {delivery.id} is {delivery.status} and still leased")
    for job in session.scalars(select(Job)):
        is_stale = job.lease_until is not None and job.lease_until < now - SWEEP
        found.note(is_stale, f"I9: job {job.kind} has a stale lease")
        found.note(job.kind not in LATER, f"I9: job {job.kind} is left, {job.tries} tries, {job.error}")


def nobody_waits(session: Session, found: Findings) -> None:
    """I4: whatever Claude was to answer was answered by somebody, or is handed to people."""
    for conversation in session.scalars(select(models.Conversation)):
        if conversation.mode != Mode.CLAUDE:
            found.note(not people_know(session, conversation.id), f"I4: nobody was told of {conversation.id}")
            continue
        done = (TurnState.ANSWERED, TurnState.HANDED_OVER)
        turns = session.scalars(
            select(models.Turn).where(
                models.Turn.conversation_id == conversation.id, models.Turn.state.in_(done)
            )
        ).all()
        up_to = [turn.answers_position for turn in turns]
        found.note(len(up_to) != len(set(up_to)), f"I4: conversation {conversation.id} was answered twice")
        asks = select(models.Message.position).where(
            models.Message.conversation_id == conversation.id,
            models.Message.direction == Direction.IN,
            models.Message.type.not_in(SAYS_NOTHING),
            models.Message.revoked_at.is_(None),  # what was taken back waits for nothing
        )
        waiting = [position for position in session.scalars(asks) if position > max(up_to, default=0)]
        found.note(
            waiting, f"I4: conversation {conversation.id} waits for an answer to {len(waiting)} messages"
        )


def people_know(session: Session, conversation_id: int) -> bool:
    """Why a conversation left Claude: a hand-over that calls people, or an attendant who answered by himself."""
    handed = select(models.Handoff.id).where(models.Handoff.conversation_id == conversation_id)
    answered = select(models.Message.id).where(
        models.Message.conversation_id == conversation_id, models.Message.author == Author.USER
    )
    return any(session.scalars(why.limit(1)).first() is not None for why in (handed, answered))


def as_a_page_should_show(database_url: str, email: str) -> tuple[dict[int, str], dict[int, int]]:
    """The status of each outbound message, and this attendant's unread messages by conversation."""
    engine = engine_of(database_url)
    with Session(engine) as session:
        outbound = select(models.Message).where(models.Message.direction == Direction.OUT)
        statuses = {message.id: message.status or "" for message in session.scalars(outbound)}
        user = select(models.User.id).where(models.User.email == email)
        read = select(models.ReadCursor).where(models.ReadCursor.user_id == user.scalar_subquery())
        cursors = {cursor.conversation_id: cursor.position for cursor in session.scalars(read)}
        unread = dict.fromkeys(session.scalars(select(models.Conversation.id)), 0)
        for message in session.scalars(
            select(models.Message).where(models.Message.direction == Direction.IN)
        ):
            unread[message.conversation_id] += message.position > cursors.get(message.conversation_id, 0)
    engine.dispose()
    return statuses, unread
