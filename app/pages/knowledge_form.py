"""The form in which an article is written: new, changed, looked at before it is saved, overtaken by somebody else."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.models import User
from app.accounts.permissions import Permission, require
from app.conversations.access import strict_id
from app.db import reading, transaction
from app.errors import AppError, Invalid, NotFound
from app.forms import is_on, text_field
from app.i18n import N_, _
from app.knowledge import articles, gaps, listing
from app.knowledge.articles import Overtaken, Wanted
from app.knowledge.models import GapMark, KnowledgeArticle, Source
from app.pages.knowledge import PAGE, id_in
from app.proposing import deciding
from app.templating import render, wants_fragment

GONE = N_("Somebody deleted this article meanwhile. What you wrote stands below: saving it makes a new one.")


@dataclass(frozen=True)
class Typed:
    """What stands in the form. `version`: of the article as its writer had it before them, "" for a new one; `handoff`: the
    id of the hand-over that it answers, "" for none."""

    title: str = ""
    body: str = ""
    version: str = ""
    handoff: str = ""

    @classmethod
    def of(cls, form: FormData) -> "Typed":
        fields = ("title", "body", "version", "handoff")
        return cls(*(text_field(form, name).replace("\r\n", "\n") for name in fields))


async def new(request: Request) -> Response:
    """`GET /knowledge/new`; with `?handoff=` the form begins with what Claude proposes there, else with what was asked and
    what a person answered."""
    require(request.state.user, Permission.OVERSEE)
    handoff = request.query_params.get("handoff", "")
    if not handoff:
        return form_for(request, None, Typed())
    async with reading() as session:
        gap = await gaps.gap_for(session, request.state.user, strict_id(handoff))
        proposed = await deciding.open_one(session, gap.handoff_id)
    if proposed is not None and proposed.outcome in deciding.WRITES:
        return form_for(
            request, None, Typed(proposed.proposal.title, proposed.proposal.body, handoff=handoff)
        )
    title = " ".join((gap.asked or gap.summary).split())[: articles.LONGEST_TITLE]
    return form_for(request, None, Typed(title, gap.answered, handoff=handoff))


async def edit(request: Request) -> Response:
    """`GET /knowledge/{id}/edit`; with `?handoff=` what Claude proposes there to add stands below already."""
    require(request.state.user, Permission.OVERSEE)
    handoff = request.query_params.get("handoff", "")
    async with reading() as session:
        article = await articles.of_id(session, id_in(request))
        wanted = Wanted(article.title, article.body)
        if handoff:
            gap = await gaps.gap_for(session, request.state.user, strict_id(handoff))
            proposed = await deciding.open_one(session, gap.handoff_id)
            if proposed is not None and proposed.amends(article):
                wanted = deciding.amended(article, proposed.proposal)
    typed = Typed(wanted.title, wanted.body, articles.version(article), handoff)
    return form_for(request, article, typed)


async def create(request: Request) -> Response:
    """`POST /knowledge` with `title`, `body` and, to publish it, `publish`: 303, or 422 with the form."""
    require(request.state.user, Permission.OVERSEE)
    async with request.form(max_files=0) as form:
        typed, publishes = Typed.of(form), is_on(form, "publish")
    try:
        async with transaction() as session:
            source = Source.ANSWER if typed.handoff else Source.WRITTEN
            wanted = Wanted(typed.title, typed.body, publishes, source)
            article = await articles.create(session, wanted, request.state.user)
            await settle(session, request.state.user, typed, article)
    except Invalid as fault:
        return form_for(request, None, typed, fault)
    except NotFound as gone:  # the question is; what was written of it is not lost
        return form_for(request, None, replace(typed, handoff=""), gone)
    return RedirectResponse(f"{PAGE}/{article.id}", 303)


async def update(request: Request) -> Response:
    """`POST /knowledge/{id}`, as above, with `version`: 409 with both texts when somebody else was faster."""
    require(request.state.user, Permission.OVERSEE)
    async with request.form(max_files=0) as form:
        typed, publishes = Typed.of(form), is_on(form, "publish")
    try:
        async with transaction() as session:
            article = await articles.of_id(session, id_in(request), locked=True)
            wanted = Wanted(typed.title, typed.body, publishes or article.is_published)
            await articles.change(session, article.id, wanted, request.state.user, seen=typed.version)
            await settle(session, request.state.user, typed, article)
    except Invalid as fault:
        async with reading() as session:
            article = await articles.of_id(session, id_in(request))
        return form_for(request, article, typed, fault)
    except Overtaken as fault:
        return await overtaken(request, typed, fault)
    except NotFound as gone:
        return form_for(request, None, typed, NotFound(GONE) if typed.body.strip() else gone)
    return RedirectResponse(f"{PAGE}/{article.id}", 303)


async def settle(session: AsyncSession, by: User, typed: Typed, article: KnowledgeArticle) -> None:
    """The question that the article answers, if any, needs nothing more. Raises NotFound."""
    if typed.handoff:
        handoff_id = strict_id(typed.handoff)
        await gaps.settle(session, by, handoff_id, GapMark.WRITTEN)
        await deciding.note_written(session, by, handoff_id, article)


async def preview(request: Request) -> Response:
    """`POST /knowledge/preview`: how it will look, as a piece of the page or, without htmx, in the whole form."""
    require(request.state.user, Permission.OVERSEE)
    async with request.form(max_files=0) as form:
        typed, article_id = Typed.of(form), text_field(form, "article")
    if wants_fragment(request):
        return render(request, "knowledge/_preview.html", title=typed.title, body=typed.body)
    async with reading() as session:
        article = await articles.of_id(session, strict_id(article_id)) if article_id else None
    return form_for(request, article, typed, shows_preview=True)


async def overtaken(request: Request, typed: Typed, fault: Overtaken) -> Response:
    """Their text and ours beside each other; saving once more puts ours in its place, knowingly."""
    async with reading() as session:
        article = await articles.of_id(session, id_in(request))
        writer = await listing.writer_of(session, article)
    mine = replace(typed, version=articles.version(article))
    return form_for(request, article, mine, fault, theirs=article, writer=writer)


def form_for(
    request: Request,
    article: KnowledgeArticle | None,
    typed: Typed,
    fault: AppError | None = None,
    **more: Any,
) -> Response:
    errors = {str(fault.field): _(fault.words)} if fault and fault.field else {}
    told = _(fault.words) if fault and not fault.field else ""
    context = {"theirs": None, "writer": "", "shows_preview": False, "changes": ()} | more
    return render(
        request,
        "knowledge/form.html",
        status=fault.status if fault else 200,
        article=article,
        typed=typed,
        errors=errors,
        told=told,
        **context,
    )
