"""What the customer sees of the desk: blue ticks and "typing…", where the number's setting says so. Best effort: a
refusal is not repeated."""

from typing import NamedTuple

from sqlalchemy import select

from app.attention.reading import MARK_READ
from app.attention.typing import SHOW_TYPING, is_still_seen
from app.conversations.models import Conversation, Direction, Message
from app.db import reading
from app.jobs import Claim
from app.settings import Settings
from app.whatsapp.graph import Graph
from app.whatsapp.models import MarksRead, Number
from app.worker import Handler

__all__ = ["MARK_READ", "SHOW_TYPING", "marking_read", "showing_typing"]


class Newest(NamedTuple):
    """The customer's newest message in a conversation, and the number of ours that it came to."""

    wamid: str
    phone_number_id: str


def marking_read(settings: Settings, graph: Graph) -> Handler:
    """Works off `mark_read` jobs; the key is a conversation's id."""

    async def mark(claim: Claim) -> None:
        await tell(settings, graph, int(claim.key), typing=False)

    return mark


def showing_typing(settings: Settings, graph: Graph) -> Handler:
    """Works off `show_typing` jobs; the key is a conversation's id."""

    async def show(claim: Claim) -> None:
        if is_still_seen(claim.payload):
            await tell(settings, graph, int(claim.key), typing=True)

    return show


async def tell(settings: Settings, graph: Graph, conversation_id: int, *, typing: bool) -> None:
    if (newest := await newest_in(conversation_id)) is not None:
        token = settings.whatsapp_access_token.get_secret_value()
        await graph.mark_read(
            phone_number_id=newest.phone_number_id, access_token=token, wamid=newest.wamid, typing=typing
        )


async def newest_in(conversation_id: int) -> Newest | None:
    """None where there is nothing to tell of: nothing of the past, and nothing at a number that never marks as read."""
    newest = (
        select(Message.wamid, Number.phone_number_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Number, Number.id == Conversation.number_id)
        .where(
            Message.conversation_id == conversation_id,
            Message.direction == Direction.IN,
            Message.wamid.is_not(None),
            Message.position > 0,  # of the past WhatsApp wants no news
            Number.marks_read != MarksRead.NEVER,  # chosen meanwhile
        )
        .order_by(Message.position.desc())
        .limit(1)
    )
    async with reading() as session:
        row = (await session.execute(newest)).first()
    return None if row is None or not row.wamid else Newest(row.wamid, row.phone_number_id)
