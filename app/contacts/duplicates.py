"""Contacts that may be one person: noticed here, decided by people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app import clock
from app.contacts.models import (
    Contact,
    ContactMerge,
    DuplicateReason,
    Identity,
    IdentityKind,
    PossibleDuplicate,
)
from app.contacts.spelling import other_spelling
from app.conversations.models import Conversation
from app.db import insert_if_new
from app.live.events import Change, EventKind, announce


@dataclass(frozen=True)
class Suspicion:
    """Another contact who may be the same person."""

    contact: Contact
    reason: DuplicateReason


async def suspect(session: AsyncSession, one: int, other: int, reason: DuplicateReason) -> None:
    """Ask people whether two contacts are one person, unless they were asked already or have made them two again."""
    first, second = sorted((one, other))
    if first == second or await were_parted(session, first, second):
        return
    values = {"first_id": first, "second_id": second, "reason": reason, "noticed_at": clock.now()}
    if await insert_if_new(session, PossibleDuplicate, values, unique=["first_id", "second_id"]) is not None:
        await announce_heads(session, (first, second))


async def were_parted(session: AsyncSession, first: int, second: int) -> bool:
    merges = select(ContactMerge.id).where(
        ContactMerge.survivor_id == first, ContactMerge.vanished_id == second
    )
    return (await session.execute(merges)).first() is not None


async def suspect_numbers(
    session: AsyncSession, contact_id: int, wa_ids: Iterable[str], reason: DuplicateReason
) -> None:
    """Ask about everybody who holds one of these numbers."""
    holding = select(Identity.contact_id).where(
        Identity.kind == IdentityKind.WA_ID,
        Identity.value.in_(list(wa_ids)),
        Identity.superseded_at.is_(None),
    )
    for other in (await session.scalars(holding.order_by(Identity.id))).all():
        await suspect(session, contact_id, other, reason)


async def suspect_spelling(session: AsyncSession, contact_id: int, wa_id: str | None) -> None:
    """Ask about whoever has this number but for a digit that WhatsApp sometimes leaves out."""
    if wa_id and (other := other_spelling(wa_id)):
        await suspect_numbers(session, contact_id, [other], DuplicateReason.SAME_NUMBER)


async def suspicions(session: AsyncSession, contact_id: int) -> Sequence[Suspicion]:
    """Who may be the same person as this one, those asked about first."""
    other = aliased(Contact)
    pair = PossibleDuplicate
    asked = (
        select(other, pair.reason)
        .join(pair, or_(pair.first_id == other.id, pair.second_id == other.id))
        .where(
            or_(pair.first_id == contact_id, pair.second_id == contact_id),
            other.id != contact_id,
            other.merged_into_id.is_(None),
            pair.dismissed_at.is_(None),
        )
        .order_by(pair.id)
    )
    return [Suspicion(contact, DuplicateReason(reason)) for contact, reason in await session.execute(asked)]


async def dismiss(session: AsyncSession, one: int, other: int) -> None:
    """A person says that they are two."""
    first, second = sorted((one, other))
    pair = update(PossibleDuplicate).where(
        PossibleDuplicate.first_id == first, PossibleDuplicate.second_id == second
    )
    await session.execute(pair.values(dismissed_at=clock.now()))
    await announce_heads(session, (first, second))


async def pass_on(session: AsyncSession, vanished_id: int, survivor_id: int) -> None:
    """What was asked about a contact that has become another is asked about that one."""
    pair = PossibleDuplicate
    asked = update(pair).where(
        or_(pair.first_id == vanished_id, pair.second_id == vanished_id), pair.dismissed_at.is_(None)
    )
    settled = asked.values(dismissed_at=clock.now()).returning(pair.first_id, pair.second_id, pair.reason)
    for first, second, reason in (await session.execute(settled)).all():
        other = second if first == vanished_id else first
        await suspect(session, survivor_id, other, DuplicateReason(reason))


async def announce_heads(session: AsyncSession, contact_ids: Sequence[int]) -> None:
    theirs = select(Conversation.id, Conversation.contact_id).where(
        Conversation.contact_id.in_(contact_ids), Conversation.merged_into_id.is_(None)
    )
    for conversation_id, contact_id in (await session.execute(theirs.order_by(Conversation.id))).all():
        announce(session, Change(EventKind.CONVERSATION_CHANGED, conversation_id, contact_id))
