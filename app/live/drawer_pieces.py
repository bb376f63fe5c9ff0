"""What events change in the drawers of a conversation: who the customer is; its photos, links and documents."""

from typing import Any
from zoneinfo import ZoneInfo

from app.contacts import card
from app.contacts.card import Card
from app.conversations import shared
from app.conversations.thread import Bubble
from app.live.events import Event
from app.live.look import Look
from app.live.sheets import Sheets


async def shared_of(
    sheets: Sheets, look: Look, zone: ZoneInfo, event: Event, bubble: Bubble
) -> dict[str, Any] | None:
    """What `live/shared.html` needs; None for a message that is mere words."""
    message = bubble.message
    kinds = shared.kinds_of(message)
    if not kinds:
        return None

    is_gone = message.revoked_at is not None
    things = {kind: shared.thing_of(kind, message, bubble.media, zone) for kind in kinds if not is_gone}
    without = [kind for kind in kinds if things.get(kind) is None and shared.was_changed(message)]

    async def load() -> dict[str, Any]:
        session, conversation = await look.session(), message.conversation_id
        pages = [await shared.page(session, conversation, kind, zone) for kind in without]
        return {"strip": await shared.strip(session, conversation, zone), "pages": pages}

    added = {kind: thing for kind, thing in things.items() if thing}
    return {"message": message, "added": added} | await sheets.loaded(("shared", event.id), load)


async def card_of(sheets: Sheets, look: Look, event: Event) -> Card | None:
    """The contact that an event names."""

    async def load() -> Card | None:
        return await card.of(await look.session(), event.ref or 0)

    return await sheets.loaded(("card", event.id), load)
