"""Why a message did not surely arrive, as its bubble says it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.conversations.models import Direction, Message
from app.i18n import N_
from app.outbox.delivery import DROPPED, FILE_IS_LOST, DeliveryStatus, attempt_to_show
from app.outbox.models import Delivery
from app.outbox.queue import UNCONFIRMED_AFTER
from app.whatsapp.graph_errors import GraphError, Help


@dataclass(frozen=True)
class Problem:
    """Why a message did not surely arrive, in words (English source sentences), and which button helps."""

    words: str
    hint: str
    help: Help = Help.RETRY


async def problems_of(session: AsyncSession, messages: Sequence[Message]) -> dict[int, Problem]:
    """What is wrong with the messages that failed or are in doubt, by message id."""
    doubtful = [
        message.id
        for message in messages
        if message.direction == Direction.OUT
        and message.status in (DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN)
    ]
    if not doubtful:
        return {}
    attempts: dict[int, list[Delivery]] = {}
    tried = select(Delivery).where(Delivery.message_id.in_(doubtful)).order_by(Delivery.id)
    for attempt in await session.scalars(tried):
        attempts.setdefault(attempt.message_id, []).append(attempt)
    shown = {message_id: attempt_to_show(made) for message_id, made in attempts.items()}
    problems = {message_id: problem_of(attempt) for message_id, attempt in shown.items()}
    return {message_id: problem for message_id, problem in problems.items() if problem is not None}


def problem_of(attempt: Delivery) -> Problem | None:
    """In words; None while an unknown send may still be settled by itself."""
    if attempt.status == DeliveryStatus.UNKNOWN:
        if (
            attempt.unknown_at is not None
            and clock.now() - attempt.unknown_at < UNCONFIRMED_AFTER - timedelta(seconds=1)
        ):
            return None
        words = N_("WhatsApp did not confirm this message. It may have arrived, or not.")
        return Problem(words, N_("Ask the customer, or send it again."))
    if attempt.error_details == DROPPED:
        words = N_("Not sent, because the part of the answer before it did not arrive.")
        return Problem(words, N_("Answer yourself, or try again."))
    if attempt.error_details == FILE_IS_LOST:
        return Problem(
            N_("The file of this message is missing on the server."), N_("Attach it to a new message.")
        )
    if attempt.error_code is None and attempt.wamid is None:
        return Problem(
            N_("WhatsApp could not be reached for an hour."), N_("Check the connection and try again.")
        )
    error = GraphError(attempt.error_code, attempt.error_details or "")
    if error.passes:  # its words are for who still waits, and this one does not
        return Problem(N_("WhatsApp did not take this message in time."), N_("Try again."))
    return Problem(error.words, error.hint, error.help)
