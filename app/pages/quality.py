"""How well Claude does, for supervisors and admins."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from app import clock
from app.accounts.models import User
from app.accounts.permissions import Permission, may, require
from app.db import reading
from app.forms import whole_number
from app.months import begin_of
from app.quality import sums
from app.templating import render

SPANS = (7, 30, 90)  # days; today is the last of them


async def show(request: Request) -> Response:
    """`GET /claude/quality?days=30`; seven days for anything that is not offered."""
    user: User = request.state.user
    require(user, Permission.OVERSEE)
    asked = whole_number(request.query_params.get("days", ""), lowest=1, highest=SPANS[-1])
    days = asked if asked in SPANS else SPANS[0]
    zone = request.app.state.settings.zone
    begins_at = begin_of(clock.today(zone) - timedelta(days=days - 1), zone)
    async with reading() as session:
        found = await sums.since(session, user, begins_at)
    administers = may(user, Permission.ADMINISTER)
    return render(
        request, "claude/quality.html", quality=found, days=days, spans=SPANS, administers=administers
    )
