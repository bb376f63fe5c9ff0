"""Asking the search as its page does, on what came in through the doors."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.accounts.models import User
from app.contacts.models import Contact
from app.conversations.models import Conversation
from app.db import reading
from app.search import messages, people
from app.search.question import question_in
from tests.people import MARTA

ZONE = ZoneInfo("America/Sao_Paulo")


async def reader() -> User:
    async with reading() as session:
        return (await session.scalars(select(User).where(User.email == MARTA.email))).one()


async def said(q: str = "", *, within: int | None = None, **narrowed: str) -> list[str]:
    """The lines of the messages that are found, the newest first; what was asked for stands in brackets."""
    asked = question_in({"q": q, **narrowed})
    who = await reader()
    async with reading() as session:
        found = await messages.find(session, who, asked, ZONE, conversation_id=within)
    return [line_of(hit.pieces) for hit in found.hits]


def line_of(pieces: Any) -> str:
    return "".join(f"[{text}]" if is_found else text for text, is_found in pieces)


async def who(q: str) -> tuple[list[str], list[str]]:
    """The names in the conversations that are found, and those of contacts without one."""
    asking = await reader()
    async with reading() as session:
        found = await people.find(session, asking, q)
        names = {one.id: one.book_name or one.name for one in await session.scalars(select(Contact))}
        with_whom = {one.id: one.contact_id for one in await session.scalars(select(Conversation))}
    talks = [names[with_whom[conversation]] for conversation in found.conversation_ids]
    return talks, [names[contact] for contact in found.contact_ids]
