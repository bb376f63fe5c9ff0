"""For admins: every webhook as it came, what of it was set aside, and the buttons to process that again."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts.permissions import Permission, require
from app.conversations.access import strict_id
from app.db import reading
from app.errors import Invalid, NotFound
from app.forms import text_field, whole_number
from app.i18n import N_
from app.pages import journal_words as words
from app.templating import render
from app.whatsapp import journal, refiling
from app.whatsapp.models import JournalEntry
from app.whatsapp.refiling import Outcome

LARGEST = 10**18 - 1
NOT_THERE = N_("This webhook is not in the journal. After 30 days they are deleted.")


async def show(request: Request) -> Response:
    """`GET /settings/journal`: the newest webhooks. `show=set-aside`: those with something to process again."""
    require(request.state.user, Permission.ADMINISTER)
    only_waiting = request.query_params.get("show") == "set-aside"
    before = number_in(request, "before")
    async with reading() as session:
        found = await journal.page(session, before=before, only_waiting=only_waiting)
        waiting = await journal.how_many_wait(session)
        silence = await journal.silence(session)
        last = await journal.last_received_at(session)
    return render(
        request,
        "accounts/journal.html",
        page=found,
        only_waiting=only_waiting,
        is_first_page=before is None,
        waiting=waiting,
        silence=silence,
        last_received_at=last,
        outcome=outcome_in(request),
        words=words,
    )


async def entry(request: Request) -> Response:
    """`GET /settings/journal/{id}`: one webhook, its raw body and what of it was set aside."""
    require(request.state.user, Permission.ADMINISTER)
    async with reading() as session:
        found = await session.get(JournalEntry, strict_id(request.path_params["journal_id"]))
        if found is None:
            raise NotFound(NOT_THERE)
        items = await journal.items_set_aside(session, found.id)
    body = journal.readable(found.body)
    return render(
        request,
        "accounts/journal_entry.html",
        entry=found,
        size=len(found.body),
        kinds=journal.kinds_in(found.body, found.received_at),
        items=items,
        waiting=sum(item.settled_at is None for item in items),
        body=body[: journal.LONGEST_SHOWN],
        is_cut=len(body) > journal.LONGEST_SHOWN,
        outcome=outcome_in(request),
        words=words,
    )


async def process_again(request: Request) -> Response:
    """`POST /settings/journal/tries`: field `item` or `entry`, or neither for everything that waits; 303 to where it shows."""
    require(request.state.user, Permission.ADMINISTER)
    form = await request.form()
    item_id, journal_id = id_in(form, "item"), id_in(form, "entry")
    filing = request.app.state.intake.filing
    outcome = await refiling.process_again(filing, journal_id=journal_id, item_id=item_id)
    place = f"/{journal_id}" if journal_id is not None else ""
    shown = "" if place else "show=set-aside&"
    return RedirectResponse(
        f"/settings/journal{place}?{shown}done={outcome.done}&failed={outcome.failed}", 303
    )


def id_in(form: FormData, name: str) -> int | None:
    """None when the field is absent; raises Invalid for what is no id, so that a typo never means everything."""
    if name not in form:
        return None
    found = whole_number(text_field(form, name), lowest=1, highest=LARGEST)
    if found is None:
        raise Invalid(field=name)
    return found


def number_in(request: Request, name: str) -> int | None:
    return whole_number(request.query_params.get(name, ""), lowest=0, highest=LARGEST)


def outcome_in(request: Request) -> Outcome | None:
    """What the button that was just pressed has done, as its redirect says."""
    done, failed = number_in(request, "done"), number_in(request, "failed")
    return None if done is None or failed is None else Outcome(done, failed)
