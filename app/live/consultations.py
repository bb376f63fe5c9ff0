"""What Claude writes for attendants, each of whom sees their own."""

from collections.abc import Sequence
from typing import NamedTuple

from app.accounts.models import User
from app.chats.reading import Exchange, exchange_with
from app.consulting.showing import Shown, shown_in
from app.live.events import Event
from app.live.look import Look
from app.live.redraw import Redraw, View
from app.live.sheets import Sheets


class Card(NamedTuple):
    """What stands above one conversation's text box; `shown` None: nothing, any more."""

    event: Event
    conversation_id: int
    shown: Shown | None


async def cards_for(
    sheets: Sheets, look: Look, redraw: Redraw, view: View, users: Sequence[User]
) -> dict[int, tuple[Card, ...]]:
    """By reader, those that look different now."""
    cards: dict[int, tuple[Card, ...]] = {user.id: () for user in users}
    for conversation, event in redraw.helped.items():
        if conversation in view.open_ids:
            shown = await shown_by_attendant(sheets, look, event, conversation)
            for user in users:
                if user.id in shown or conversation in redraw.asked:
                    cards[user.id] += (Card(event, conversation, shown.get(user.id)),)
    return cards


async def shown_by_attendant(
    sheets: Sheets, look: Look, event: Event, conversation_id: int
) -> dict[int, Shown]:
    async def load() -> dict[int, Shown]:
        return await shown_in(await look.session(), conversation_id)

    return await sheets.loaded(("consultations", event.id), load)


async def exchange_of(sheets: Sheets, look: Look, event: Event) -> Exchange | None:
    """The question of a chat whose answer changed."""

    async def load() -> Exchange | None:
        return await exchange_with(await look.session(), event.ref or 0)

    return await sheets.loaded(("exchange", event.id), load)
