"""The ledger: one row for each call of the Messages API, whatever it was for and however it ended."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant.calls import Call
from app.assistant.models import ApiCall, ModelPrice, Purpose
from app.assistant.prices import cost_of, priced_as, valid_at


async def book(
    session: AsyncSession,
    calls: Sequence[Call],
    *,
    purpose: Purpose,
    conversation_id: int | None = None,
    turn_id: int | None = None,
    user_id: int | None = None,
) -> list[ApiCall]:
    """Write the calls down with what they cost by the prices of when they began; the new rows.

    Belongs into the transaction that keeps what came of them. `user_id`: who asked, when it was no customer.
    """
    if not calls:
        return []
    prices = await valid_at(session, max(call.began_at for call in calls), {call.model for call in calls})
    rows = [row_of(call, prices.get(priced_as(call.model))) for call in calls]
    for row in rows:
        row.purpose, row.conversation_id, row.turn_id, row.user_id = (
            purpose,
            conversation_id,
            turn_id,
            user_id,
        )
    session.add_all(rows)
    await session.flush()
    return rows


def row_of(call: Call, price: ModelPrice | None) -> ApiCall:
    return ApiCall(
        provider=call.provider,
        model=call.model[:120],
        began_at=call.began_at,
        request_id=call.request_id[:80] if call.request_id else None,
        **asdict(call.usage),
        cost_microusd=cost_of(call.usage, price) if price else None,
        price_id=price.id if price else None,
        latency_ms=call.latency_ms,
        first_token_ms=call.first_token_ms,
        stop_reason=call.stop_reason[:40] if call.stop_reason else None,
        failure=call.failure,
    )
