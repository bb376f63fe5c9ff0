"""An attendant's favourite messages, from every conversation."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.conversations import listing
from app.conversations.access import can_see
from app.conversations.listing import Row
from app.conversations.message_marks import shown_to
from app.conversations.models import Direction, Message, StarredMessage
from app.conversations.quotes import Quote, author_names

PAGE = 50


@dataclass(frozen=True)
class Favourites:
    """Newest star first, each with its conversation. `next`: how many to skip for those after, None at the end."""

    found: Sequence[tuple[Row, Quote]]
    next: int | None


async def page(session: AsyncSession, user: User, skip: int = 0) -> Favourites:
    """Fifty of them."""
    theirs = (
        select(Message)
        .join(StarredMessage, StarredMessage.message_id == Message.id)
        .where(StarredMessage.user_id == user.id, Message.revoked_at.is_(None), shown_to(user.id))
        .order_by(StarredMessage.marked_at.desc(), Message.id.desc())
    )
    messages = (await session.scalars(theirs.offset(skip).limit(PAGE + 1))).all()
    names = await author_names(session, messages)
    rows = await listing.rows_by_id(session, list({message.conversation_id for message in messages}))
    found = [
        (row, Quote(one, row.name if one.direction == Direction.IN else names.get(one.user_id)))
        for one in messages[:PAGE]
        if can_see(user, one.conversation_id) and (row := rows.get(one.conversation_id)) is not None
    ]
    return Favourites(found, skip + PAGE if len(messages) > PAGE else None)
