"""The templates of one account or of all, by name."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations.models import Conversation
from app.errors import NotFound
from app.i18n import N_
from app.message_templates.models import APPROVED, Template
from app.whatsapp.models import Number

BY_NAME = (Template.name, Template.language, Template.id)


async def all_of(session: AsyncSession) -> Sequence[Template]:
    return (await session.scalars(select(Template).order_by(*BY_NAME))).all()


async def for_conversation(
    session: AsyncSession, conversation: Conversation, wanted: str = ""
) -> list[Template]:
    """The approved ones of its number's account; `wanted`: those whose name or text holds these words."""
    approved = select(Template).where(
        Template.business_account_id == account_of(conversation), Template.status == APPROVED
    )
    found = (await session.scalars(approved.order_by(*BY_NAME))).all()
    words = wanted.casefold().replace("_", " ").split()
    return [one for one in found if all(word in text_of(one) for word in words)]


def account_of(conversation: Conversation) -> object:
    number = select(Number.business_account_id).where(Number.id == conversation.number_id)
    return number.scalar_subquery()


def text_of(template: Template) -> str:
    parts = template.content.get("components", [])
    said = " ".join(str(one.get("text", "")) for one in parts if isinstance(one, dict))
    return f"{template.name.replace('_', ' ')} {said}".casefold()


async def one_for(session: AsyncSession, conversation: Conversation, template_id: int) -> Template:
    """Raises NotFound for one that another account has, or that is gone at Meta."""
    theirs = select(Template).where(
        Template.id == template_id, Template.business_account_id == account_of(conversation)
    )
    found = (await session.scalars(theirs)).one_or_none()
    if found is None:
        raise NotFound(N_("This template is not there any more."))
    return found
