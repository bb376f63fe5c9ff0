"""A conversation's messages: others than the last on demand, a new one by the composer, another try for one that failed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from app.consulting import using
from app.conversations import about, drafts, opening, recalling, replying, service_window, thread_pages
from app.conversations.access import conversation_for, strict_id
from app.conversations.models import Conversation
from app.conversations.ordering import parse_key, sort_key
from app.conversations.outgoing import Outgoing
from app.conversations.quotes import Quote, quotes_of
from app.conversations.thread_pages import ThreadPage
from app.db import reading, transaction
from app.errors import AppError, Conflict, Invalid, NotFound
from app.forms import text_field, whole_number
from app.live.ring import CURSOR, newest
from app.pages.answers import changed
from app.pages.composed import MOST_FILES, SPECIAL, quick_reply, quoted, what_to_send
from app.pages.inbox import place_asked_for
from app.quick_replies import managing
from app.quick_replies.models import QuickReply
from app.templating import render, wants_fragment


async def show(request: Request) -> Response:
    """`GET /c/{id}/messages`: the thread from the first unread message to its end; `?at=ID` round a message;
    `?before=KEY` and `?after=KEY` the fifty bubbles above and below."""
    asked, user, zone = request.query_params, request.state.user, request.app.state.settings.zone
    before, after = parse_key(asked.get("before", "")), parse_key(asked.get("after", ""))
    async with reading() as session:
        found = await conversation_for(session, user, strict_id(request.path_params["conversation_id"]))
        cursor = await newest(session)
        shown: dict[str, Any] = {"conversation": found}
        page: ThreadPage | None = None
        if before:
            page = await thread_pages.page_before(session, found.id, zone, before)
        elif after:
            page = await thread_pages.page_after(session, found.id, zone, after)
        if page is not None:
            shown["thread"] = await thread_pages.as_seen_by(session, user.id, page)
        else:
            shown["shown"] = await opening.thread_for(session, user, found, zone, place_asked_for(request))
    template = "_older" if before else "_newer" if after else "_elsewhere"
    return render(request, f"conversations/{template}.html", headers={CURSOR: str(cursor)}, **shown)


async def unread_bar(request: Request) -> Response:
    """`GET /c/{id}/unread-bar?after=POSITION`: the bar above what came after this position; 204 for nothing."""
    after = whole_number(request.query_params.get("after", ""), lowest=0, highest=10**12)
    async with reading() as session:
        found = await conversation_for(
            session, request.state.user, strict_id(request.path_params["conversation_id"])
        )
        first, unread = await opening.unread_since(session, found, after or 0)
    if first is None:
        return Response(status_code=204)
    key = sort_key(first.sent_at, first.position - 1)  # above the message itself
    shown: dict[str, Any] = {"conversation_id": found.id, "key": key, "unread": unread}
    return render(request, "conversations/_unread_bar_anew.html", **shown)


async def create(request: Request) -> Response:
    """`POST /c/{id}/messages`: send what the composer holds. 422 with the composer, its text kept; 409: a used compose_id."""
    async with request.form(max_files=MOST_FILES) as form:
        conversation_id = strict_id(request.path_params["conversation_id"])
        try:
            await may_write(request, conversation_id, with_files=bool(form.getlist("files")))
            compose_id, reply_to = text_field(form, "compose_id"), quoted(form)
            whole = await what_to_send(form, request.app.state.store)
            if await request.is_disconnected():  # cancelled while its files were looked at
                raise ClientDisconnect
            sent = await store(request, conversation_id, whole, compose_id, reply_to, quick_reply(form))
        except (Invalid, Conflict) as refusal:
            return await refused(request, conversation_id, form, refusal)
    if not wants_fragment(request):
        return RedirectResponse(f"/c/{conversation_id}", status_code=303)
    is_composers = not (
        form.get("kind") or form.getlist("files")
    )  # the others leave what is typed there alone
    fresh = str(uuid4()) if is_composers else None
    return await changed(request, conversation_id, added=sent, compose_id=fresh)


async def may_write(request: Request, conversation_id: int, *, with_files: bool) -> None:
    """Asked before a file is looked at; and again where it counts, in the transaction that sends. Raises WindowClosed."""
    async with reading() as session:
        conversation = await conversation_for(session, request.state.user, conversation_id)
    if with_files:
        service_window.check(conversation, "document")


async def store(
    request: Request,
    conversation_id: int,
    whole: Sequence[Outgoing],
    compose_id: str,
    reply_to: int | None,
    reply_id: int | None,
) -> list[int]:
    """Every message of one form, all or none; their ids. The first one carries the quote. `reply_id`: the quick reply
    that it was written with."""
    async with transaction() as session:
        conversation = await conversation_for(session, request.state.user, conversation_id)
        if reply_id is not None:
            await managing.note_use(session, reply_id)
            await drafts.forget(session, request.state.user.id, conversation_id)
        sent = [
            await replying.reply(
                session,
                conversation,
                request.state.user,
                what,
                composed_as(compose_id, place),
                reply_to=reply_to if place == 0 else None,
            )
            for place, what in enumerate(whole)
        ]
        await using.note_sent(session, request.state.user, sent[0])
        return [message.id for message in sent]


def composed_as(compose_id: str, place: int) -> str:
    """The form's own id for its first message, one drawn from it for each other: the same form gives the same messages."""
    return compose_id if place == 0 or not compose_id else str(uuid5(UUID(compose_id), str(place)))


async def refused(request: Request, conversation_id: int, form: FormData, refusal: AppError) -> Response:
    """The form again, the sentence beside the field and nothing typed lost."""
    async with reading() as session:
        conversation = await conversation_for(session, request.state.user, conversation_id)
        quote = await quoted_again(session, conversation, form)
        reply = await session.get(QuickReply, quick_reply(form) or 0)
    kind = text_field(form, "kind")
    template = "conversations/_kind.html" if kind in SPECIAL else "conversations/_composer.html"
    return render(
        request,
        template if wants_fragment(request) else "conversations/refused.html",
        status=refusal.status,
        conversation=conversation,
        draft=text_field(form, "text"),
        kind=kind,
        given=form,
        quoted=quote,
        chosen=reply,
        compose_id=str(uuid4()),
        error=refusal.words,
    )


async def quoted_again(session: AsyncSession, conversation: Conversation, form: FormData) -> Quote | None:
    """The quote that the refused form carried, unless it was the quote that was refused."""
    try:
        reply_to = quoted(form)
        if reply_to is None:
            return None
        message = await about.message_in(session, conversation, reply_to)
    except AppError:
        return None
    return (await quotes_of(session, [message]))[0]


async def kind(request: Request) -> Response:
    """`GET /c/{id}/composer/{kind}`: the form for a place, a contact, buttons, a list or a link."""
    kind = request.path_params["kind"]
    if kind not in SPECIAL:
        raise NotFound
    async with reading() as session:
        found = await conversation_for(
            session, request.state.user, strict_id(request.path_params["conversation_id"])
        )
    context = {"conversation": found, "kind": kind, "compose_id": str(uuid4()), "given": {}, "error": None}
    return render(request, "conversations/_kind.html", **context)


async def send_again(request: Request) -> Response:
    """`POST /c/{id}/messages/{message_id}/attempts`: a new attempt of a bubble that failed or is in doubt."""
    conversation_id = strict_id(request.path_params["conversation_id"])
    async with transaction() as session:
        conversation = await conversation_for(session, request.state.user, conversation_id)
        message = await replying.send_again(
            session, conversation, strict_id(request.path_params["message_id"])
        )
    if not wants_fragment(request):
        return RedirectResponse(f"/c/{conversation_id}", status_code=303)
    return await changed(request, conversation_id, redrawn=message.id)


async def recall(request: Request) -> Response:
    """`POST /c/{id}/messages/{message_id}/recall`: take back what is still held here; the text is a draft again."""
    conversation_id = strict_id(request.path_params["conversation_id"])
    message_id = strict_id(request.path_params["message_id"])
    async with transaction() as session:
        user = request.state.user
        conversation = await conversation_for(session, user, conversation_id)
        below = await recalling.recall(session, conversation, message_id, by=user)
    if not wants_fragment(request):
        return RedirectResponse(f"/c/{conversation_id}", status_code=303)
    return await changed(request, conversation_id, recalled=message_id, redrawn=below)
