"""Reading a page of a site in by its address, and reading it again."""

import asyncio

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.permissions import Permission, require
from app.db import reading, transaction
from app.errors import Invalid
from app.forms import text_field
from app.knowledge import articles, importing
from app.knowledge.models import Source
from app.knowledge.sites import Sites, address_of, differences
from app.pages import knowledge_import
from app.pages.knowledge import PAGE, id_in
from app.pages.knowledge_form import Typed, form_for
from app.pages.knowledge_import import Outcome


async def create(request: Request) -> Response:
    """`POST /knowledge/site-pages` with `address`: a draft of what the page says, or 422 with why not."""
    require(request.state.user, Permission.OVERSEE)
    async with request.form(max_files=0) as form:
        typed = text_field(form, "address")
    try:
        address = address_of(typed)
        found = await sites_of(request).read(address)
    except Invalid as fault:
        return knowledge_import.page(request, fault=fault, address=typed)
    outcome = Outcome(address)
    async with transaction() as session:
        await importing.keep(session, Source.SITE, address, [found], request.state.user, outcome.kept)
    return knowledge_import.page(request, [outcome])


async def read_again(request: Request) -> Response:
    """`POST /knowledge/{id}/rereading`: the form with what the page says now and what is different; nothing is saved."""
    require(request.state.user, Permission.OVERSEE)
    async with reading() as session:
        article = await articles.of_id(session, id_in(request))
    try:
        if article.source != Source.SITE:
            raise Invalid
        found = await sites_of(request).read(address_of(article.source_name))
    except Invalid as fault:
        told = Invalid(fault.words)
        return form_for(request, article, Typed(article.title, article.body, articles.version(article)), told)
    if found.body.strip() == article.body:
        return RedirectResponse(f"{PAGE}/{article.id}?page=same", 303)
    changes = await asyncio.to_thread(differences, article.body, found.body)
    typed = Typed(article.title, found.body, articles.version(article))
    return form_for(request, article, typed, changes=changes)


def sites_of(request: Request) -> Sites:
    found: Sites = request.app.state.sites
    return found
