"""What became of one message: who wrote it, when each thing happened, and each attempt to bring it to WhatsApp."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations.about import message_in
from app.conversations.models import Conversation, Direction, Message
from app.conversations.problems import Problem, problem_of
from app.conversations.quotes import Quote, quotes_of
from app.i18n import N_
from app.outbox.delivery import DeliveryStatus, attempt_to_show, attempts_at
from app.outbox.models import Delivery, DeliveryReport

Times = Sequence[tuple[str, datetime | None]]


@dataclass(frozen=True)
class Attempt:
    """`times`: pairs of an English word and a moment, in the order things happened. `wire_tries`: requests to Graph."""

    times: Times
    wire_tries: int
    problem: Problem | None


@dataclass(frozen=True)
class Info:
    """`times`: the furthest first, as WhatsApp shows them; None for what has not happened. `attempts`: where there was
    more than one, oldest first."""

    quote: Quote
    times: Times
    attempts: Sequence[Attempt]


async def info_of(session: AsyncSession, conversation: Conversation, message_id: int) -> Info:
    """Raises NotFound."""
    message = await message_in(session, conversation, message_id)
    [quote] = await quotes_of(session, [message])
    if message.direction != Direction.OUT:
        return Info(quote, [(N_("Received"), message.stored_at), (N_("Written"), message.sent_at)], [])
    attempts = await attempts_at(session, message.id)
    if not attempts:  # what the phone sent: WhatsApp reports nothing of it to us
        return Info(quote, [(N_("Sent"), message.sent_at)], [])
    times = await times_of(session, message, attempt_to_show(attempts))
    several = [attempt_of(one) for one in attempts] if len(attempts) > 1 else []
    return Info(quote, times, several)


async def times_of(session: AsyncSession, message: Message, shown: Delivery) -> Times:
    """`read_at` is also set by "played": then it may never have been read without."""
    times = [
        (N_("Read"), shown.read_at),
        (N_("Delivered"), shown.delivered_at),
        (N_("Sent"), shown.sent_at),
    ]
    if message.type != "audio":
        return times
    heard = select(func.min(DeliveryReport.reported_at)).where(
        DeliveryReport.delivery_id == shown.id, DeliveryReport.status == DeliveryStatus.PLAYED
    )
    return [(N_("Played"), (await session.execute(heard)).scalar_one()), *times]


def attempt_of(delivery: Delivery) -> Attempt:
    happened = [
        (N_("Written"), delivery.created_at),
        (N_("Sent"), delivery.sent_at),
        (N_("Delivered"), delivery.delivered_at),
        (N_("Read"), delivery.read_at),
    ]
    failed = delivery.status in (DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN)
    times = [(word, moment) for word, moment in happened if moment is not None]
    return Attempt(times, delivery.tries, problem_of(delivery) if failed else None)
