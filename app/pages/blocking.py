"""Blocking a customer and unblocking them: the sheet that says what it means, and what WhatsApp made of it."""

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.conversations import blocking, listing, replying
from app.conversations.access import conversation_for, strict_id
from app.conversations.listing import Row
from app.db import reading, transaction
from app.errors import Invalid
from app.forms import text_field
from app.i18n import N_
from app.outbox.delivery import WINDOW_CLOSED
from app.pages.answers import changed
from app.pages.sheets import Sheet, drawn
from app.settings import Settings
from app.templating import render, wants_fragment
from app.whatsapp.graph import NotReached, NotSent, Unknown
from app.whatsapp.graph_errors import BLOCK_LIST_FULL, NOT_BLOCKED, OWN_NUMBER, Remedy

BLOCK = Sheet("conversations/_blocking.html", N_("Block this customer?"))
UNBLOCK = Sheet("conversations/_blocking.html", N_("Unblock this customer?"))
WISHES = {"on": True, "off": False}


@dataclass(frozen=True)
class Trouble:
    """Why it was not done, or may not have been, and what to do (English sentences)."""

    words: str
    hint: str
    status: int = 422


async def show(request: Request) -> Response:
    """`GET /c/{id}/blocking`: asks whether to block, or whom is blocked to unblock."""
    sheet, row = await asked(request)
    return drawn(request, sheet, row=row, trouble=None)


async def update(request: Request) -> Response:
    """`POST /c/{id}/blocking` with `blocked` = on or off. 422 with the sheet's form where WhatsApp refuses, 503 where it
    was not reached or nobody knows what it did. What is so already stays so, and asks nobody."""
    form = await request.form(max_files=0)
    conversation_id, user = strict_id(request.path_params["conversation_id"]), request.state.user
    try:
        async with reading() as session:
            conversation = await conversation_for(session, user, conversation_id)
            row = (await listing.rows_by_id(session, [conversation.id]))[conversation.id]
            wished = wish_in(form)
            address = await replying.address_of(session, conversation)
    except Invalid as fault:  # also a number that only receives, a contact without an address
        return await not_done(request, Trouble(fault.words, ""))
    if (conversation.blocked_at is not None) is not wished:
        settings: Settings = request.app.state.settings
        token = settings.whatsapp_access_token.get_secret_value()
        graph, number = request.app.state.graph, row.number.phone_number_id
        outcome = await blocking.ask(graph, number, token, address, blocked=wished)
        if outcome is not None:
            return await not_done(request, trouble_of(outcome, blocking_it=wished))
        async with transaction() as session:
            conversation = await conversation_for(session, user, conversation_id, locked=True)
            await blocking.note(session, conversation, blocked=wished, by=user)
    if not wants_fragment(request):
        return RedirectResponse(f"/c/{conversation_id}", status_code=303)
    return await changed(request, conversation_id)


def wish_in(form: FormData) -> bool:
    wished = WISHES.get(text_field(form, "blocked"))
    if wished is None:
        raise Invalid(N_("Say whether to block or to unblock."), field="blocked")
    return wished


async def asked(request: Request) -> tuple[Sheet, Row]:
    async with reading() as session:
        conversation_id = strict_id(request.path_params["conversation_id"])
        found = await conversation_for(session, request.state.user, conversation_id)
        row = (await listing.rows_by_id(session, [found.id]))[found.id]
    return UNBLOCK if row.conversation.blocked_at else BLOCK, row


async def not_done(request: Request, trouble: Trouble) -> Response:
    sheet, row = await asked(request)
    if wants_fragment(request):
        return render(request, sheet.template, status=trouble.status, row=row, trouble=trouble)
    return drawn(request, sheet, status=trouble.status, row=row, trouble=trouble)


def trouble_of(outcome: NotSent | NotReached | Unknown, *, blocking_it: bool) -> Trouble:
    """What to tell who asked for it: the table of codes speaks of messages, so only some of its words fit here."""
    match outcome:
        case NotReached():
            return Trouble(N_("WhatsApp could not be reached: nothing has changed."), AGAIN, 503)
        case Unknown():
            return Trouble(N_("WhatsApp did not say whether it was done."), TWICE, 503)
        case NotSent(error=error) if blocking_it and error.code == WINDOW_CLOSED:
            return Trouble(NOT_BLOCKED.words, NOT_BLOCKED.hint)
        case NotSent(error=error) if error.passes:
            return Trouble(N_("WhatsApp could not do this at the moment: nothing has changed."), AGAIN)
        case NotSent(error=error) if error.remedy is Remedy.STOP_NUMBER or error.meaning in FITTING:
            return Trouble(error.words, error.hint)
    return Trouble(N_("WhatsApp refused this: nothing has changed."), N_("Tell an admin."))


FITTING = (BLOCK_LIST_FULL, OWN_NUMBER)
AGAIN = N_("Try again in a moment.")
TWICE = N_("Try again: doing it twice does no harm.")
