"""The customer sees blue ticks when an attendant has opened their message, where the number's setting says so."""

from sqlalchemy import select

from app.attention.reading import MARK_READ
from app.conversations.models import Conversation, Direction, Message
from app.db import reading
from app.jobs import Claim
from app.settings import Settings
from app.whatsapp.graph import Graph
from app.whatsapp.models import Number
from app.worker import Handler

__all__ = ["MARK_READ", "handler"]


def handler(settings: Settings, graph: Graph) -> Handler:
    """Works off `mark_read` jobs; the key is a conversation's id. Best effort: a refusal is not repeated."""

    async def tell(claim: Claim) -> None:
        async with reading() as session:
            newest = (
                select(Message.wamid, Number.phone_number_id)
                .join(Conversation, Conversation.id == Message.conversation_id)
                .join(Number, Number.id == Conversation.number_id)
                .where(
                    Message.conversation_id == int(claim.key),
                    Message.direction == Direction.IN,
                    Message.wamid.is_not(None),
                    Message.position > 0,  # of the past WhatsApp wants no news
                )
                .order_by(Message.position.desc())
                .limit(1)
            )
            row = (await session.execute(newest)).first()
        if row is not None and row.wamid:
            token = settings.whatsapp_access_token.get_secret_value()
            await graph.mark_read(
                phone_number_id=row.phone_number_id, access_token=token, wamid=row.wamid, typing=False
            )

    return tell
