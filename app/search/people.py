"""Looking for people: by any of their names, and by any part of their phone number however it is grouped."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.contacts.models import Contact
from app.conversations.access import can_see
from app.conversations.models import Conversation
from app.db import table_of
from app.search import index
from app.search.contact_text import SHORTEST_END
from app.search.words import LONGEST_WORD, Term, Terms, asked_for, folded

CONTACTS, CONVERSATIONS = table_of(Contact), table_of(Conversation)
MOST = 20
MEANT_TO_BE_SEEN = (
    CONVERSATIONS.c.merged_into_id.is_(None),
    CONVERSATIONS.c.last_message_position.is_not(None),
)


@dataclass(frozen=True)
class People:
    """Conversations by whom they are with, the latest activity first; and contacts who have none yet, by id.

    `has_more`: there are more conversations than these.
    """

    conversation_ids: Sequence[int] = ()
    contact_ids: Sequence[int] = ()
    has_more: bool = False


async def find(session: AsyncSession, reader: User, asked: str) -> People:
    terms = terms_for(asked)
    if not terms:
        return People()
    conversations = (await session.scalars(conversations_with(session, terms))).all()
    shown = [one for one in conversations[:MOST] if can_see(reader, one)]
    contacts = (await session.scalars(contacts_without(session, terms))).all()
    return People(shown, contacts, has_more=len(conversations) > MOST)


def conversations_with(session: AsyncSession, terms: Terms) -> Select[Any]:
    matching = index.matching(session, CONTACTS, terms)
    theirs = select(CONVERSATIONS.c.id).join(matching, matching.c.id == CONVERSATIONS.c.contact_id)
    latest = theirs.order_by(CONVERSATIONS.c.last_activity_at.desc(), CONVERSATIONS.c.id.desc())
    return latest.where(*MEANT_TO_BE_SEEN).limit(MOST + 1)


def contacts_without(session: AsyncSession, terms: Terms) -> Select[Any]:
    """Those of the phone book who have not written, and to whom nobody has."""
    matching = index.matching(session, CONTACTS, terms)
    written = select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.contact_id == matching.c.id, *MEANT_TO_BE_SEEN)
    newest = select(matching.c.id).where(~written.exists()).order_by(matching.c.id.desc())
    return newest.limit(MOST)


def terms_for(asked: str) -> Terms:
    """A phone number is one word however it is grouped; anything else is as many as it has."""
    digits = digits_in(asked)
    return [[Term(digits, begins=True)]] if digits else [[term] for term in asked_for(asked)]


def digits_in(asked: str) -> str:
    """The digits of what looks like a phone number, "" for anything else. Zeros for a call's way lead nowhere here."""
    if any(sign.isalpha() for sign in asked):
        return ""
    digits = "".join(sign for sign in folded(asked) if sign.isascii() and sign.isdigit()).lstrip("0")
    return digits[:LONGEST_WORD] if len(digits) >= SHORTEST_END else ""
