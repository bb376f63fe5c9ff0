"""What a form of the inbox answers htmx with: the same pieces that the stream sends, for those who asked."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.conversations import held_texts, listing, recalling, thread
from app.conversations.seen import seen_by
from app.db import reading
from app.live.ring import CURSOR, newest
from app.pages.lists import shown_beside
from app.templating import render


async def changed(
    request: Request,
    conversation_id: int,
    *,
    added: Sequence[int] = (),
    redrawn: int | None = None,
    recalled: int | None = None,
    compose_id: str | None = None,
    sheet: dict[str, Any] | None = None,
) -> Response:
    """The conversation's head and row, and the bubbles that were added, redrawn or taken back. `compose_id` is for the
    composer's next message, where this one was its own; `sheet` what the sheet's own part needs, where it stays open.

    The cursor tells the page whether newer news have been faster than this answer.
    """
    async with reading() as session:
        cursor = await newest(session)
        row = (await listing.rows_by_id(session, [conversation_id]))[conversation_id]
        seen = (await seen_by(session, request.state.user, [row.conversation]))[conversation_id]
        held = await held_texts.of(session, conversation_id)
        zone = request.app.state.settings.zone
        touched = [*added, *([redrawn] if redrawn is not None else [])]
        with_it = await recalling.gone_with(session, conversation_id, recalled, zone) if recalled else None
        pictures = [await thread.around(session, one, zone) for one in touched]
    chosen = shown_beside(request)
    return render(
        request,
        "conversations/_changed.html",
        headers={CURSOR: str(cursor)},
        row=row,
        seen=seen,
        chosen=chosen,
        gone=conversation_id,
        is_here=seen.is_in(chosen, is_open=True, label_ids=row.label_ids),
        held=held,
        pictures=pictures,
        is_added=bool(added),
        recalled=with_it,
        compose_id=compose_id,
        sheet=sheet,
        **(sheet or {}),
    )
