"""The knowledge base: the list of articles, one to read, and what becomes of it."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.permissions import Permission, may, require
from app.conversations.access import strict_id
from app.db import reading, transaction
from app.forms import is_on, text_field, whole_number
from app.knowledge import articles, importing, listing
from app.templating import render

PAGE = "/knowledge"
MOST_AT_ONCE, AT_ONCE = 2000, 100  # articles that one button, and one transaction, does something to


async def index(request: Request) -> Response:
    """`GET /knowledge?q=…&show=drafts&from=100`; `?removed=ID` offers to bring that one back."""
    user, asked = request.state.user, request.query_params.get("q", "").strip()
    beginning = whole_number(request.query_params.get("from", "0"), lowest=0, highest=10**9) or 0
    only_drafts = request.query_params.get("show") == "drafts"
    oversees = may(user, Permission.OVERSEE)
    async with reading() as session:
        page = await listing.page(session, user, asked, beginning, only_drafts=only_drafts)
        removed = await listing.removed(session) if oversees else []
    just_removed = [one for one in removed if str(one.id) == request.query_params.get("removed")]
    return render(
        request,
        "knowledge/index.html",
        page=page,
        asked=asked,
        only_drafts=only_drafts,
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
        earlier = None if article.is_published else await importing.earlier_of(session, article)
    oversees = may(user, Permission.OVERSEE)
    return render(
        request,
        "knowledge/article.html",
        article=article,
        writer=writer,
        passages=passages,
        earlier=earlier,
        is_same=request.query_params.get("page") == "same",
        oversees=oversees,
    )


async def publish(request: Request) -> Response:
    """`POST /knowledge/publications` with `articles` and `on`: published, or without `on` drafts again."""
    require(request.state.user, Permission.OVERSEE)
    async with request.form(max_files=0) as form:
        chosen, on = ids_of(form), is_on(form, "on")
    for some in batches(chosen):
        async with transaction() as session:
            await articles.publish(session, some, request.state.user, is_published=on)
    return back_to(chosen)


async def replace(request: Request) -> Response:
    """`POST /knowledge/replacements` with `articles`: each takes the place of the earlier one of the same source."""
    require(request.state.user, Permission.OVERSEE)
    async with request.form(max_files=0) as form:
        chosen = ids_of(form)
    standing: list[int] = []
    for some in batches(chosen):
        async with transaction() as session:
            standing += await importing.replace(session, some, request.state.user)
    return back_to(standing)


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


def ids_of(form: FormData) -> list[int]:
    """Of one field, separated by commas. Raises NotFound for what is none."""
    return [strict_id(one) for one in text_field(form, "articles").split(",")[:MOST_AT_ONCE]]


def batches(article_ids: list[int]) -> list[list[int]]:
    """One transaction's worth each: others write too."""
    return [article_ids[beginning : beginning + AT_ONCE] for beginning in range(0, len(article_ids), AT_ONCE)]


def back_to(article_ids: list[int]) -> Response:
    return RedirectResponse(f"{PAGE}/{article_ids[0]}" if len(article_ids) == 1 else PAGE, 303)


def id_in(request: Request) -> int:
    return strict_id(request.path_params["article_id"])
