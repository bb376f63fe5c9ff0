"""What tells of one customer alone is taken out of what becomes an article: names, numbers, addresses, orders."""

import re
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.conversations.models import Conversation, Message
from app.rehearsing.redacting import Redact, pattern_of
from app.rehearsing.remembering import redaction_for

ORDER, ATTENDANT = "[número]", "[atendente]"
ORDERS = re.compile(
    r"(\b(?:pedidos?|compras?|protocolos?|rastreios?|rastreamento|notas? fiscal|nf-?e?|ordem|order|ticket|chamado)"
    r"(?:\s+(?:de\s+)?(?:n[uú]mero|numero|c[oó]digo|number|n[.º°o]*))?[\s:.]*)#?(?=[\w-]*\d{4})[\w-]+"
    r"|#\d{3,}",
    re.IGNORECASE,
)


async def stripping_for(session: AsyncSession, conversation_id: int) -> Redact:
    """For the texts of one conversation, and what is made of them."""
    conversation = await session.get_one(Conversation, conversation_id)
    redact, _is_named = await redaction_for(session, conversation.contact_id)
    wrote = select(User.name).join(Message, Message.user_id == User.id).distinct()
    colleagues = await session.scalars(wrote.where(Message.conversation_id == conversation_id))
    return stripping(redact, colleagues.all())


def stripping(redact: Redact, colleagues: Iterable[str] = ()) -> Redact:
    named = pattern_of(colleagues)

    def strip(text: str) -> str:
        text = ORDERS.sub(lambda found: f"{found[1] or ''}{ORDER}", redact(text))
        return named.sub(ATTENDANT, text) if named else text

    return strip
