"""Sheets: a list over the page that is searched as one types, or a page of its own where there is no script."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.i18n import _
from app.templating import render, wants_fragment


@dataclass(frozen=True)
class Sheet:
    """`template` stands below the heading, an English sentence; it gets what is drawn, and `is_sheet`."""

    template: str
    heading: str


def drawn(request: Request, sheet: Sheet, *, status: int = 200, **shown: Any) -> Response:
    """For htmx what stands in `#sheet`, else the page. `shown` has the conversation's `row`."""
    is_sheet = wants_fragment(request)
    around = "conversations/_sheet.html" if is_sheet else "conversations/sheet.html"
    told = shown | {"heading": _(sheet.heading), "sheet": sheet.template, "is_sheet": is_sheet}
    return render(request, around, status=status, **told)
