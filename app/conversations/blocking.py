"""A customer who is blocked: WhatsApp passes on nothing that they write to this number, and takes nothing for them.

WhatsApp is asked first and what it did is noted afterwards, for only then it is true. Where the program dies in between, the
next message to the customer is refused with a code of its own, which brings it here.
"""

import asyncio
import logging

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.accounts.models import User
from app.assistant.waiting import locked
from app.conversations import desk_notices, handoff
from app.conversations.desk_notices import Happening
from app.conversations.handoff import ModeReason
from app.conversations.models import Conversation
from app.db import transaction
from app.errors import Invalid
from app.i18n import N_
from app.jobs import Claim
from app.live.events import Change, EventKind, announce
from app.outbox import delivery
from app.whatsapp.block_list import names_on, plain
from app.whatsapp.graph import Answered, Graph, NotReached, NotSent, Unknown
from app.whatsapp.lenient import text_at

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 20.0  # somebody looks at a sheet meanwhile
PER_PAGE, MOST_PAGES = 1000, 64  # WhatsApp blocks 64,000 at most


class Blocked(Invalid):
    words = N_("This customer is blocked. Unblock them first.")


def check(conversation: Conversation) -> None:
    """Raises Blocked when WhatsApp would take nothing for this customer."""
    if conversation.blocked_at is not None:
        raise Blocked(field="text")


async def ask(
    graph: Graph, phone_number_id: str, access_token: str, user: str, *, blocked: bool
) -> NotSent | NotReached | Unknown | None:
    """Have WhatsApp block or unblock this customer (a wa_id or BSUID). None when it did; no transaction may be open.

    Where its answer is lost its list is asked, and believed when it agrees: when not, the request may still arrive. So it is
    when nobody can be unblocked, who may have been unblocked elsewhere.
    """
    to_whom = {"phone_number_id": phone_number_id, "access_token": access_token, "user": user}
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            outcome = await graph.set_blocked(**to_whom, blocked=blocked)
    except TimeoutError:
        outcome = Unknown("no answer in time")
    in_doubt = isinstance(outcome, Unknown) or (isinstance(outcome, NotSent) and not blocked)
    if in_doubt and await is_listed(graph, **to_whom) is blocked:
        return None
    if outcome is not None:
        told = outcome.error.code if isinstance(outcome, NotSent) else outcome.reason
        log.warning("a customer was not blocked or unblocked", extra={"reason": told, "blocked": blocked})
    return outcome


async def is_listed(graph: Graph, phone_number_id: str, access_token: str, user: str) -> bool | None:
    """Whether the number's list of blocked customers has this one; None when it could not be read to its end."""
    after: dict[str, str] = {}
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            for _ in range(MOST_PAGES):
                page = await graph.read(
                    object_id=phone_number_id,
                    access_token=access_token,
                    edge="block_users",
                    page={"limit": str(PER_PAGE)} | after,
                )
                if not isinstance(page, Answered) or page.error:
                    return None
                if plain(user) in names_on(page.document):
                    return True
                after = {"after": text_at(page.document, "paging", "cursors", "after")}
                if not after["after"] or not text_at(page.document, "paging", "next"):
                    return False
    except TimeoutError:
        pass
    return None


async def note(session: AsyncSession, conversation: Conversation, *, blocked: bool, by: User | None) -> None:
    """What WhatsApp did is so here, too; again it changes nothing. `by` None: somebody did it elsewhere. `conversation` is
    locked.

    A person has the conversation of who is blocked, so Claude is silent; what waits to be sent fails and says why.
    """
    if (conversation.blocked_at is not None) is blocked:
        return
    changed = update(Conversation).where(Conversation.id == conversation.id)
    await session.execute(changed.values(blocked_at=clock.now() if blocked else None))
    if blocked:
        await handoff.to_people(session, conversation, by=by, reason=ModeReason.BLOCKED)
        await delivery.refuse_waiting(session, conversation.id)
    await session.refresh(conversation)
    what = Happening.BLOCKED if blocked else Happening.UNBLOCKED
    await desk_notices.note(session, conversation, what, by=by)
    announce(session, Change(EventKind.CONVERSATION_CHANGED, conversation.id))


async def found_out(claim: Claim) -> None:
    """Works off `found_blocked` jobs: WhatsApp refused a message, for the business has blocked its customer."""
    async with transaction() as session:
        conversation = await locked(session, int(claim.key))
        if conversation is not None:
            await note(session, conversation, blocked=True, by=None)
        await jobs.finish(session, claim)
