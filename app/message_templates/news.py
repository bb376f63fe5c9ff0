"""What Meta's webhooks tell of templates: a new status, quality or category at once, everything else by asking."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.message_templates import syncing
from app.message_templates.models import Template
from app.whatsapp.items import TemplateNews
from app.whatsapp.lenient import text_at


async def take(session: AsyncSession, item: TemplateNews) -> None:
    """Note what is new of one template, and have the account's list looked at."""
    account, value = item.number.business_account_id, item.value
    if changed := changes_in(item):
        theirs = update(Template).where(
            Template.business_account_id == account,
            Template.template_id == text_at(value, "message_template_id"),
        )
        await session.execute(theirs.values(**changed))
    if account in await syncing.accounts(session):
        await syncing.ask(session, account)


def changes_in(item: TemplateNews) -> dict[str, Any]:
    value = item.value
    match item.field:
        case "message_template_status_update" if status := text_at(value, "event"):
            reason = text_at(value, "reason")
            reason = "" if reason.upper() == "NONE" else reason
            return {"status": status.upper()[:40], "status_reason": reason[:200]}
        case "message_template_quality_update" if quality := text_at(value, "new_quality_score"):
            return {"quality": quality.upper()[:20]}
        case "template_category_update" if category := text_at(value, "new_category"):
            return {"category": category.upper()[:40]}
    return {}
