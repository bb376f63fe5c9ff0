"""Who answers: take over from Claude, hand back, pause, switch off, resolve; and the button that stops a turn."""

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.conversations import blocking, handoff, resolving
from app.conversations.access import conversation_for, strict_id
from app.conversations.models import Conversation, Mode
from app.db import transaction
from app.errors import Invalid
from app.forms import text_field, whole_number
from app.i18n import N_
from app.pages.answers import changed
from app.settings import Settings
from app.templating import wants_fragment

USUAL_PAUSE_MINUTES = "60"


async def update(request: Request) -> Response:
    """`POST /c/{id}/mode` with `mode` = claude, person, paused (+ `minutes`) or off."""
    form = await request.form(max_files=0)
    conversation_id = strict_id(request.path_params["conversation_id"])
    async with transaction() as session:
        conversation = await conversation_for(session, request.state.user, conversation_id, locked=True)
        minutes = text_field(form, "minutes") or USUAL_PAUSE_MINUTES
        await switch(session, request, conversation, text_field(form, "mode"), minutes)
    return await answer(request, conversation_id)


async def switch(
    session: AsyncSession, request: Request, conversation: Conversation, mode: str, minutes: str
) -> None:
    settings: Settings = request.app.state.settings
    match mode:
        case Mode.PERSON:
            await handoff.take(session, conversation, request.state.user)
        case Mode.CLAUDE if settings.claude_answers:
            blocking.check(conversation)
            by = request.state.user
            await handoff.give_to_claude(session, conversation, settings.claude_wait_seconds, by=by)
        case Mode.CLAUDE:
            raise Invalid(N_("Claude is switched off in this installation."), field="mode")
        case Mode.PAUSED:
            span = whole_number(minutes, lowest=1, highest=handoff.LONGEST_PAUSE_MINUTES)
            if span is None:
                raise Invalid(N_("Pause Claude for 1 minute to 7 days."), field="minutes")
            await handoff.pause(session, conversation, span, request.state.user)
        case Mode.OFF:
            await handoff.switch_off(session, conversation, request.state.user)
        case _:
            raise Invalid(N_("Choose who answers: Claude, a person, paused or off."), field="mode")


async def resolve(request: Request) -> Response:
    """`POST /c/{id}/resolution`: what it was about is settled, as far as this attendant has read."""
    conversation_id = strict_id(request.path_params["conversation_id"])
    settings: Settings = request.app.state.settings
    wait = settings.claude_wait_seconds if settings.claude_answers else None
    async with transaction() as session:
        conversation = await conversation_for(session, request.state.user, conversation_id, locked=True)
        await resolving.resolve(session, conversation, request.state.user, wait)
    return await answer(request, conversation_id)


async def stop(request: Request) -> Response:
    """`POST /c/{id}/turn/stop`: end what Claude is writing; nothing of it is sent. The mode stays, and the page says so."""
    conversation_id = strict_id(request.path_params["conversation_id"])
    async with transaction() as session:
        conversation = await conversation_for(session, request.state.user, conversation_id, locked=True)
        await handoff.stop(session, conversation)
    return await answer(request, conversation_id)


async def answer(request: Request, conversation_id: int) -> Response:
    if not wants_fragment(request):
        return RedirectResponse(f"/c/{conversation_id}", status_code=303)
    return await changed(request, conversation_id)
