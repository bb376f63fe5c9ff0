"""What a browser asks for when it comes to listen."""

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request

from app.accounts.sign_in import is_signed_in
from app.db import reading
from app.live.redraw import Reader, parse_topics


@dataclass(frozen=True)
class Asked:
    """`cursor` None (absent or unreadable): the page must be fetched anew. `day` None: the browser did not say."""

    cursor: int | None
    day: date | None
    reader: Reader
    sign_in_id: int

    async def is_still_signed_in(self) -> bool:
        async with reading() as session:
            return await is_signed_in(session, self.sign_in_id)

    @classmethod
    def of(cls, request: Request) -> "Asked | None":
        """None without a session."""
        user = getattr(request.state, "user", None)
        if user is None:
            return None
        cursors = [number(request.query_params.get("c")), number(request.headers.get("last-event-id"))]
        known = [cursor for cursor in cursors if cursor is not None]
        reader = parse_topics(request.query_params.get("t", ""), user)
        return cls(
            max(known, default=None), day_of(request.query_params.get("d")), reader, request.state.sign_in_id
        )


def number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None


def day_of(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
