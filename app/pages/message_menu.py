"""What can be done with one message: its menu, a quote of it for the composer, our emoji on it."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.assistant import verdicts
from app.conversations import about, reacting
from app.conversations.access import conversation_for, strict_id
from app.conversations.quotes import quotes_of
from app.db import reading, transaction
from app.forms import text_field
from app.pages.answers import changed
from app.templating import render, wants_fragment


async def show(request: Request) -> Response:
    """`GET /c/{id}/messages/{message_id}/menu`."""
    async with reading() as session:
        conversation = await conversation_for(session, request.state.user, ids(request)[0])
        menu = await about.menu_of(session, request.state.user, conversation, ids(request)[1])
        verdict = await verdicts.verdict_of(session, menu.message.id, request.state.user.id)
    may_judge = verdicts.may_be_judged(menu.message)
    return render(request, "messages/_menu.html", may_judge=may_judge, verdict=verdict, **menu.__dict__)


async def quote(request: Request) -> Response:
    """`GET /c/{id}/messages/{message_id}/quote`: what stands above the composer's text from then on."""
    async with reading() as session:
        conversation = await conversation_for(session, request.state.user, ids(request)[0])
        message = await about.message_in(session, conversation, ids(request)[1])
        [quoted] = await quotes_of(session, [message])
    return render(request, "conversations/_quote.html", quoted=quoted)


async def react(request: Request) -> Response:
    """`POST /c/{id}/messages/{message_id}/reaction`: field `emoji`, "" takes it back."""
    form = await request.form(max_files=0)
    conversation_id, message_id = ids(request)
    async with transaction() as session:
        conversation = await conversation_for(session, request.state.user, conversation_id)
        await reacting.react(session, conversation, message_id, text_field(form, "emoji").strip())
    if not wants_fragment(request):
        return RedirectResponse(f"/c/{conversation_id}", status_code=303)
    return await changed(request, conversation_id, redrawn=message_id)


def ids(request: Request) -> tuple[int, int]:
    path = request.path_params
    return strict_id(path["conversation_id"]), strict_id(path["message_id"])
