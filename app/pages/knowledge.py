"""The knowledge base: the list of articles, one to read, and what becomes of it."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.permissions import Permission, may, require
from app.conversations.access import strict_id
from app.db import reading, transaction
from app.forms import is_on, text_field, whole_number
from app.knowledge import articles, listing
from app.templating import render

PAGE = "/knowledge"
MOST_AT_ONCE = 5000


async def index(request: Request) -> Response:
    """`GET /knowledge?q=…&from=100`; `?removed=ID` offers to bring that one back."""
    user, asked = request.state.user, request.query_params.get("q", "").strip()
    beginning = whole_number(request.query_params.get("from", "0"), lowest=0, highest=10**9) or 0
    oversees = may(user, Permission.OVERSEE)
    async with reading() as session:
        page = await listing.page(session, user, asked, beginning)
        removed = await listing.removed(session) if oversees else []
    just_removed = [one for one in removed if str(one.id) == request.query_params.get("removed")]
    return render(
        request,
        "knowledge/index.html",
        page=page,
        asked=asked,
        oversees=oversees,
        removed=removed,
        just_removed=just_removed,
    )


async def show(request: Request) -> Response:
    """`GET /knowledge/{id}`: the article, and the passages that Claude finds it by."""
    user = request.state.user
    async with reading() as session:
        article = await listing.article_for(session, user, id_in(request))
        writer = await listing.writer_of(session, article)
        passages = await listing.passages_of(session, article)
    oversees = may(user, Permission.OVERSEE)
    return render(
        request,
        "knowledge/article.html",
        article=article,
        writer=writer,
        passages=passages,
        oversees=oversees,
    )


async def publish(request: Request) -> Response:
    """`POST /knowledge/publications` with `article` (several) and `on`: published, or without `on` drafts again."""
    require(request.state.user, Permission.OVERSEE)
    async with request.form(max_files=0, max_fields=MOST_AT_ONCE) as form:
        chosen = [strict_id(str(one)) for one in form.getlist("article")]
        on, back = is_on(form, "on"), text_field(form, "back")
    async with transaction() as session:
        await articles.publish(session, chosen, request.state.user, is_published=on)
    only = f"{PAGE}/{chosen[0]}" if len(chosen) == 1 and back != "list" else PAGE
    return RedirectResponse(only, 303)


async def remove(request: Request) -> Response:
    """`POST /knowledge/{id}/removal`: the list offers to undo it."""
    require(request.state.user, Permission.OVERSEE)
    article_id = id_in(request)
    async with transaction() as session:
        await articles.remove(session, article_id)
    return RedirectResponse(f"{PAGE}?removed={article_id}", 303)


async def bring_back(request: Request) -> Response:
    """`POST /knowledge/{id}/return`: as it was before it was deleted."""
    require(request.state.user, Permission.OVERSEE)
    async with transaction() as session:
        article = await articles.bring_back(session, id_in(request))
    return RedirectResponse(f"{PAGE}/{article.id}", 303)


def id_in(request: Request) -> int:
    return strict_id(request.path_params["article_id"])
