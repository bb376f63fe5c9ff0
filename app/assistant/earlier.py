"""What was before the last time somebody resolved the conversation, in the few words that Claude still reads of it."""

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.conversations.handoff_models import Closure
from app.conversations.models import Conversation, ConversationLabel, Label

NOTHING = "O que veio antes não está aqui."


async def before(session: AsyncSession, conversation: Conversation, zone: ZoneInfo) -> str:
    """Claude's own summary, else when it was, who saw to it and the labels that it got; "" when nothing was before."""
    return await before_position(session, conversation.id, conversation.resolved_position, zone)


async def before_position(
    session: AsyncSession, conversation_id: int, position: int | None, zone: ZoneInfo
) -> str:
    """The same of what was resolved up to there."""
    if position is None:
        return ""
    of_it = Closure.conversation_id == conversation_id, Closure.position == position
    newest = select(Closure, User.name).outerjoin(User, User.id == Closure.by_id).where(*of_it)
    found = (await session.execute(newest.order_by(Closure.id.desc()).limit(1))).first()
    if found is None:
        return NOTHING
    closure, name = found
    by = f" por {name}" if name else ""
    told = f"Houve um atendimento antes, encerrado em {closure.at.astimezone(zone):%d/%m/%Y}{by}."
    if closure.summary:
        return f"{told}\nResumo dele: {closure.summary}"
    labels = (
        select(Label.name)
        .join(ConversationLabel, ConversationLabel.label_id == Label.id)
        .where(ConversationLabel.conversation_id == conversation_id)
        .order_by(Label.name)
    )
    names = ", ".join((await session.scalars(labels)).all())
    return f"{told}\nEtiquetas: {names}." if names else told
