"""What WhatsApp reports of what we sent, many at once: kept, and the ticks moved by it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.boundaries import Boundary, passed
from app.conversations.models import Message
from app.db import alone_with, made, table_of
from app.live.events import Change, EventKind, announce
from app.outbox import troubles
from app.outbox.delivery import (
    KNOWN_STATUSES,
    DeliveryStatus,
    Report,
    after_failure,
    attempt_to_show,
    take,
)
from app.outbox.models import Delivery, DeliveryReport
from app.rows import ChangedRows, NewRows
from app.whatsapp.graph_errors import GraphError, Remedy

DELIVERIES, MESSAGES = table_of(Delivery), table_of(Message)

# Built once: every message that we send comes back with three of them.
NAMED_BY = (
    select(DELIVERIES)
    .where(
        or_(
            DELIVERIES.c.wamid.in_(bindparam("wamids", expanding=True)),
            DELIVERIES.c.opaque.in_(bindparam("opaques", expanding=True)),
        )
    )
    .order_by(DELIVERIES.c.id)  # locks are taken in this order
    .with_for_update(key_share=True)
)
TRIED = (
    select(*DELIVERIES.c["id", "message_id", "conversation_id", "status", "wamid"])
    .where(DELIVERIES.c.message_id.in_(bindparam("messages", expanding=True)))
    .order_by(DELIVERIES.c.id)
)
SHOWN = (
    select(MESSAGES.c.id)
    .where(MESSAGES.c.id.in_(bindparam("messages", expanding=True)))
    .order_by(MESSAGES.c.id)
    .with_for_update(key_share=True)
)
KEEPING = NewRows(
    table_of(DeliveryReport),
    (
        "delivery_id", "wamid", "opaque", "status", "participant",
        "reported_at", "error_code", "error_details", "pricing",
    ),
    unless=("wamid", "status", "participant"),
    returning=("wamid", "status", "participant"),
)  # fmt: skip
MOVED = (
    "status", "wamid", "error_code", "error_details", "sent_at", "delivered_at", "read_at",
    "next_try_at", "lease_token", "lease_until",
)  # fmt: skip
MOVING = ChangedRows(DELIVERIES, MOVED)
SHOWING = ChangedRows(MESSAGES, ("status", "wamid"), kept_unless_given=("wamid",))

moved_of = attrgetter(*MOVED)

Key = tuple[str, str, str]  # of a report: it is kept once


def key_of(reported: Report) -> Key:
    return reported.wamid, reported.status[:20], reported.participant


async def report_all(session: AsyncSession, reported: Sequence[Report]) -> None:
    """Keep reports once each and let them move their deliveries, in few statements; one without a delivery yet waits
    for it. In whatever order they come, the outcome is the same."""
    once = {key_of(one): one for one in reversed(reported)}  # of the same twice the first
    attempts = await attempts_named_by(session, list(once.values()))
    if unnamed := [one for key, one in once.items() if key not in attempts]:
        # Perhaps their acceptance is being recorded this moment, and not yet to be seen.
        await alone_with(session, {one.wamid for one in unnamed})
        attempts |= await attempts_named_by(session, unnamed)
    kept = await KEEPING.write(session, [row_of(once[key], attempts.get(key)) for key in sorted(once)])
    passed(Boundary.REPORT_KEPT)
    new = {(wamid, status, participant) for wamid, status, participant in kept}
    moved: dict[int, Delivery] = {}
    for key, one in reversed(once.items()):
        attempt = attempts.get(key)
        if key in new and attempt is not None and one.status in KNOWN_STATUSES:
            take(attempt, one)
            moved[attempt.id] = attempt
    await MOVING.write(session, [(id, *moved_of(moved[id])) for id in sorted(moved)])
    await show_all(session, {attempt.message_id for attempt in moved.values()})
    if moved:
        passed(Boundary.STATUS_RAISED)
    for attempt in moved.values():
        if attempt.status == DeliveryStatus.FAILED:
            await after_failure(session, attempt)
            await heed(session, attempt)


async def heed(session: AsyncSession, attempt: Delivery) -> None:
    """What WhatsApp reports later of one message may be true of the whole number."""
    error = GraphError(attempt.error_code, attempt.error_details or "")
    if error.remedy is Remedy.STOP_NUMBER:
        await troubles.stop(session, attempt.number_id, error, was_reported=True)


async def attempts_named_by(session: AsyncSession, reported: Sequence[Report]) -> dict[Key, Delivery]:
    """The attempt that each report speaks of, locked: by the wamid, or by our own mark when the send's answer was lost.

    They are copies outside of the session, one for each attempt.
    """
    asked = {
        "wamids": list({one.wamid for one in reported}),
        "opaques": list({one.opaque for one in reported if one.opaque}),
    }
    found = [made(Delivery, row) for row in (await session.execute(NAMED_BY, asked)).mappings()]
    by_wamid = {attempt.wamid: attempt for attempt in reversed(found)}
    by_opaque = {attempt.opaque: attempt for attempt in found}
    named = {key_of(one): by_wamid.get(one.wamid) or by_opaque.get(one.opaque or "") for one in reported}
    return {key: attempt for key, attempt in named.items() if attempt is not None}


def row_of(reported: Report, attempt: Delivery | None) -> Sequence[Any]:
    return (
        attempt.id if attempt else None,
        reported.wamid,
        reported.opaque,
        reported.status[:20],
        reported.participant,
        reported.at,
        reported.error_code,
        reported.error_details,
        reported.pricing or {},
    )


async def show_all(session: AsyncSession, message_ids: Collection[int]) -> None:
    """Give each of these messages the status of its furthest attempt that arrived, else of its newest one."""
    if not message_ids:
        return
    attempts = await attempts_at(session, message_ids)
    if any(len(tried) > 1 for tried in attempts.values()):  # another one may move in another transaction
        await session.execute(SHOWN, {"messages": sorted(attempts)})
        attempts = await attempts_at(session, message_ids)
    shown = {id: attempt_to_show(attempts[id]) for id in sorted(attempts)}
    await SHOWING.write(session, [(id, one.status, one.wamid) for id, one in shown.items()])
    for id, one in shown.items():
        announce(session, Change(EventKind.MESSAGE_CHANGED, one.conversation_id, id))


async def attempts_at(session: AsyncSession, message_ids: Collection[int]) -> dict[int, list[Any]]:
    """All attempts at each message as they are now, in the order they were made."""
    attempts = defaultdict(list)
    for row in await session.execute(TRIED, {"messages": sorted(message_ids)}):
        attempts[row.message_id].append(row)
    return attempts
