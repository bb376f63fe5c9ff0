"""For admins: what came from WhatsApp and could not be used, with its reason."""

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from app.accounts.permissions import Permission, require
from app.db import reading
from app.templating import render
from app.whatsapp.models import JournalEntry, SetAside

NEWEST = 100


async def show(request: Request) -> Response:
    """`GET /settings/journal`: the newest bodies and items that were set aside."""
    require(request.state.user, Permission.ADMINISTER)
    async with reading() as session:
        items = (await session.scalars(select(SetAside).order_by(SetAside.id.desc()).limit(NEWEST))).all()
        whole = select(JournalEntry.id, JournalEntry.received_at, JournalEntry.set_aside).where(
            JournalEntry.set_aside.is_not(None)
        )
        bodies = (await session.execute(whole.order_by(JournalEntry.id.desc()).limit(NEWEST))).all()
    return render(request, "accounts/journal.html", items=items, bodies=bodies)
