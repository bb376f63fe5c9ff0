"""What WhatsApp itself tells about a customer: a row across the thread, said by nobody, unread by nobody."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.contacts import identities
from app.contacts.identities import Named
from app.conversations.known import known_of
from app.conversations.models import Author, Direction
from app.conversations.ordering import Place, store_all, time_of
from app.conversations.receiving import begin, places_of
from app.live.events import Change, EventKind, announce
from app.whatsapp import items
from app.whatsapp.models import Number


async def note_notice(
    session: AsyncSession, number: Number, item: items.Notice, now: datetime, *, claude_answers: bool
) -> None:
    """A notice about who wrote it, whose conversation begins where it is the first that we hear of them."""
    if await known_of(session, [(number.id, item.wamid)]):
        return
    contact_id = (await identities.resolve(session, [Named(item.sender, now, item.sent_at)]))[0]
    await begin(session, number, contact_id, now, claude_answers=claude_answers)
    await note(session, number, contact_id, item, now)


async def note(
    session: AsyncSession,
    number: Number,
    contact_id: int,
    item: items.Notice | items.IdentityChange,
    now: datetime,
) -> None:
    """In the conversation of a contact at a number, if there is one."""
    for place in (await places_of(session, [(number.id, contact_id)])).values():
        [message] = await store_all(session, Direction.SYSTEM, [(place, columns_of(place, item, now))])
        announce(session, Change(EventKind.MESSAGE_ADDED, place.id, message.id))


def columns_of(place: Place, item: items.Notice | items.IdentityChange, now: datetime) -> dict[str, object]:
    content = item.content if isinstance(item, items.Notice) else {"type": item.kind, "wa_id": item.new.wa_id}
    return {
        "conversation_id": place.id,
        "number_id": place.number_id,
        "author": Author.CONTACT,
        "type": "system",
        "body": item.body,
        "content": content,
        "wamid": item.wamid,
        "sent_at": time_of(item.sent_at, now, place.last_activity_at),
        "stored_at": now,
    }
