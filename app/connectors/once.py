"""What changes something out there is done once, whatever becomes of the turn that wanted it.

The key is made of the conversation, what of it is answered, the connector and what Claude told it. So a fresh attempt, a
turn that begins anew because the customer wrote more, and a worker that takes over a dead one's job mean the same act.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.connectors.asking import Failure, Outcome
from app.connectors.models import Connector, ConnectorCall
from app.db import insert_if_new


def key_of(conversation_id: int, answered_up_to: int, connector_id: int, given: Mapping[str, Any]) -> str:
    act = json.dumps([conversation_id, answered_up_to, connector_id, given], sort_keys=True)
    return hashlib.sha256(act.encode()).hexdigest()


async def begin(session: AsyncSession, key: str, connector: Connector, conversation_id: int) -> bool:
    """False when this was begun before."""
    values = {
        "key": key,
        "connector_id": connector.id,
        "conversation_id": conversation_id,
        "began_at": clock.now(),
    }
    return await insert_if_new(session, ConnectorCall, values, unique=["key"]) is not None


async def known(session: AsyncSession, key: str) -> Outcome | None:
    """What came of it, None while nobody knows."""
    call = (await session.scalars(select(ConnectorCall).where(ConnectorCall.key == key))).one()
    if call.said is None:
        return None
    return Outcome(call.status, call.said, Failure(call.failure) if call.failure else None)


async def note(session: AsyncSession, key: str, outcome: Outcome) -> None:
    noted = update(ConnectorCall).where(ConnectorCall.key == key)
    await session.execute(
        noted.values(
            status=outcome.status, said=outcome.said, failure=outcome.failure and str(outcome.failure)
        )
    )
