"""An attendant's own chats with Claude: the list, one of them, asking, other answers, the name and the model, deleting."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app import clock
from app.assistant.choices import chosen
from app.assistant.models import Purpose
from app.chats import chatting
from app.chats import reading as chats
from app.chats.models import Chat
from app.consulting import asking
from app.conversations.access import strict_id
from app.db import reading, transaction
from app.errors import Invalid, NotFound
from app.forms import text_field
from app.i18n import N_
from app.live.ring import newest
from app.pages.claude import offered
from app.pages.consultations import check_willing
from app.templating import render, wants_fragment

QUICK = (
    (N_("Draft a message to a customer"), N_("Draft a message to a customer about:")),
    (N_("Check the knowledge base"), N_("What does our knowledge base say about:")),
    (N_("Summarise a text"), N_("Summarise this text:")),
    (N_("Explain it simply"), N_("Explain in simple words:")),
)


async def index(request: Request) -> Response:
    """`GET /assistant`: the chats, those with the words of `?q=`, and the first question of a new one."""
    return await page(request, None)


async def show(request: Request) -> Response:
    """`GET /assistant/{id}`; `?version=` an answer that is read instead of the newest of its question."""
    return await page(request, strict_id(request.path_params["chat_id"]))


async def begin(request: Request) -> Response:
    """`POST /assistant` with `text`: 303 to the new chat."""
    form = await request.form(max_files=0)
    text = text_field(form, "text")
    try:
        async with transaction() as session:
            await check_willing(session, request)
            chat = await chatting.begin(session, request.state.user, text)
    except Invalid as fault:
        return await page(request, None, fault, text)
    return RedirectResponse(f"/assistant/{chat.id}", 303)


async def ask(request: Request) -> Response:
    """`POST /assistant/{id}` with `text`."""
    text = text_field(await request.form(max_files=0), "text")
    try:
        return await change(request, lambda session, chat: chatting.ask(session, chat, text), costs=True)
    except Invalid as fault:
        if wants_fragment(request):
            raise
        return await page(request, strict_id(request.path_params["chat_id"]), fault, text)


async def again(request: Request) -> Response:
    """`POST /assistant/{id}/questions/{question_id}/answers`: one more version."""
    question = strict_id(request.path_params["question_id"])
    return await change(
        request, lambda session, chat: chatting.ask_again(session, chat, question), costs=True
    )


async def stop(request: Request) -> Response:
    """`POST /assistant/{id}/answers/{answer_id}/stop`: what was written until then stays."""
    answer = strict_id(request.path_params["answer_id"])

    async def act(session: AsyncSession, chat: Chat) -> None:
        await asking.stop(session, answer, request.state.user)

    return await change(request, act)


async def change(
    request: Request, act: Callable[[AsyncSession, Chat], Awaitable[None]], *, costs: bool = False
) -> Response:
    """For htmx nothing: what changed comes by the live way, to every tab alike."""
    chat_id = strict_id(request.path_params["chat_id"])
    async with transaction() as session:
        if costs:
            await check_willing(session, request)
        await act(session, await chatting.chat_for(session, request.state.user, chat_id))
    return (
        Response(status_code=204)
        if wants_fragment(request)
        else RedirectResponse(f"/assistant/{chat_id}", 303)
    )


async def edit(request: Request) -> Response:
    """`GET /assistant/{id}/edit`: its name, its model, and deleting it."""
    return await form_of(request)


async def update(request: Request) -> Response:
    """`POST /assistant/{id}/edit` with `title` and `model`."""
    form = await request.form(max_files=0)
    chat_id = strict_id(request.path_params["chat_id"])
    try:
        async with transaction() as session:
            chat = await chatting.chat_for(session, request.state.user, chat_id)
            chatting.change(chat, text_field(form, "title"), text_field(form, "model"))
    except Invalid as fault:
        return await form_of(request, fault, text_field(form, "title"))
    return RedirectResponse(f"/assistant/{chat_id}", 303)


async def delete(request: Request) -> Response:
    """`POST /assistant/{id}/deletion`: the list, which offers to bring it back."""
    chat_id = strict_id(request.path_params["chat_id"])
    async with transaction() as session:
        chatting.delete(await chatting.chat_for(session, request.state.user, chat_id))
    return RedirectResponse(f"/assistant?deleted={chat_id}", 303)


async def bring_back(request: Request) -> Response:
    """`POST /assistant/{id}/restoration`"""
    chat_id = strict_id(request.path_params["chat_id"])
    async with transaction() as session:
        chatting.bring_back(await chatting.chat_for(session, request.state.user, chat_id, deleted=True))
    return RedirectResponse(f"/assistant/{chat_id}", 303)


async def page(
    request: Request, chat_id: int | None, fault: Invalid | None = None, given: str = ""
) -> Response:
    user, asked = request.state.user, request.query_params.get("q", "")
    shown: dict[str, Any] = {"chat": None, "exchanges": (), "quick": QUICK, "asked": asked, "given": given}
    async with reading() as session:
        shown["cursor"] = await newest(session)  # before what is read, so that nothing is missed
        if chat_id is not None:
            shown["chat"] = chat = await chatting.chat_for(session, user, chat_id)
            shown["exchanges"] = await chats.exchanges_of(session, chat, version_in(request))
        shown["chats"] = await chats.chats_of(session, user, asked)
        choice = await chosen(session, Purpose.PANE, request.app.state.claude)
    shown["model"] = shown["chat"].model if shown["chat"] and shown["chat"].model else choice.model
    shown["deleted"] = id_in(request, "deleted")
    zone = request.app.state.settings.zone
    status = fault.status if fault else 200
    told = shown | {"error": fault.words if fault else None, "today": clock.today(zone), "now": clock.now()}
    return render(request, "chats/chat.html", status=status, **told)


def version_in(request: Request) -> int | None:
    return id_in(request, "version")


def id_in(request: Request, name: str) -> int | None:
    try:
        return strict_id(request.query_params.get(name, ""))
    except NotFound:
        return None


async def form_of(request: Request, fault: Invalid | None = None, title: str = "") -> Response:
    async with reading() as session:
        chat = await chatting.chat_for(session, request.state.user, strict_id(request.path_params["chat_id"]))
        choice = await chosen(session, Purpose.PANE, request.app.state.claude)
    models, _missing = await offered(request.app.state.claude)
    known = [(model.id, model.name) for model in models]
    if chat.model and chat.model not in dict(known):
        known.append((chat.model, chat.model))
    return render(
        request,
        "chats/edit.html",
        status=fault.status if fault else 200,
        chat=chat,
        title_given=title or chat.title,
        error=fault.words if fault else None,
        models=known,
        usual=choice.model,
    )
