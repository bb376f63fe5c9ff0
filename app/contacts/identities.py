"""Recognising who wrote: by the business-scoped id first, then by the number; a name proves nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.contacts import changed_hands, duplicates, merging, proof
from app.contacts.models import Contact, DuplicateReason, Identity, IdentityKind
from app.contacts.proof import Known
from app.conversations.models import Conversation
from app.db import Overtaken, insert_if_new, table_of
from app.live.events import Change, EventKind, announce
from app.search import contact_text
from app.whatsapp.items import Sender

LONGEST_NAME, LONGEST_USERNAME = 512, 128

IDENTITIES, CONTACTS = table_of(Identity), table_of(Contact)

# Who is known by one of these. A number that somebody gave up may be another person's by now and identifies nobody;
# a business-scoped id is never given to another. Built once: every message asks it.
HOLDERS = (
    select(
        *IDENTITIES.c["kind", "value"],
        *CONTACTS.c["id", "name", "username", "merged_into_id"],
    )
    .join(CONTACTS, CONTACTS.c.id == IDENTITIES.c.contact_id)
    .where(
        IDENTITIES.c.kind.in_(bindparam("kinds", expanding=True)),  # SQLite finds no index for pairs
        IDENTITIES.c.value.in_(bindparam("values", expanding=True)),
        or_(IDENTITIES.c.superseded_at.is_(None), IDENTITIES.c.kind != IdentityKind.WA_ID),
    )
)


@dataclass(frozen=True)
class Holder:
    """A contact that somebody was recognised as."""

    id: int
    name: str
    username: str | None


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody whom a webhook names, when we heard of it, and when it was so by WhatsApp's clock (None: just then)."""

    sender: Sender
    now: datetime
    at: datetime | None = None

    @property
    def since(self) -> datetime:
        return min(self.at or self.now, self.now)


def identities_of(sender: Sender) -> list[Known]:
    """What a webhook proves about its sender, the surest first."""
    claimed = (
        (IdentityKind.BSUID, sender.bsuid),
        (IdentityKind.PARENT_BSUID, sender.parent_bsuid),
        (IdentityKind.WA_ID, sender.wa_id),
    )
    return [(kind, value) for kind, value in claimed if value]


async def resolve(session: AsyncSession, senders: Sequence[Named]) -> list[int]:
    """The id of each contact who wrote, new if nobody knows them; raises ValueError when one has no identity.

    `senders` are in the order in which they wrote. Contacts that one of them proves to be one person are merged.
    """
    claims = [identities_of(one.sender) for one in senders]
    if not all(claims):
        raise ValueError("the sender has no identity")
    everything = [one for claimed in claims for one in claimed]
    holders = await holders_of(session, everything)
    contacts: dict[int, int] = {}
    merged = False
    for place in sorted(
        range(len(senders)), key=lambda place: claims[place][0]
    ):  # everybody locks in this order
        one, claimed = senders[place], claims[place]
        known = holders.get(claimed[0])
        if known is None or not is_known_by(known, claimed, holders) or looks_new(known, one.sender):
            are_one = await proof.unite(session, claimed, holding(await holders_of(session, claimed)))
            contacts[place] = await meet(session, one, claimed)
            holders |= await holders_of(session, everything if are_one else claimed)
            merged = merged or are_one
        else:
            contacts[place] = known.id
    become = await merging.survivors(session, set(contacts.values())) if merged else {}
    return [become.get(contacts[place], contacts[place]) for place in range(len(senders))]


def is_known_by(known: Holder, claimed: Sequence[Known], holders: dict[Known, Holder]) -> bool:
    """Whether all of these identities are this contact's."""
    return all(one in holders and holders[one].id == known.id for one in claimed)


def holding(holders: dict[Known, Holder]) -> dict[Known, int]:
    return {one: holder.id for one, holder in holders.items()}


def looks_new(known: Holder, sender: Sender) -> bool:
    """Whether a sender comes with another name than the contact has."""
    name, username = sender.profile_name[:LONGEST_NAME], sender.username[:LONGEST_USERNAME]
    return (name or known.name, username or known.username) != (known.name, known.username)


async def meet(session: AsyncSession, one: Named, claimed: Sequence[Known]) -> int:
    """The contact of a sender whom we do not know like this: new, or with another name or address than before.

    Raises Overtaken when another transaction has just made the contact of a new sender.
    """
    holders = await holders_of(session, claimed)
    number = number_in(claimed)
    former = await changed_hands.former_holder(session, claimed, holding(holders), number)
    if former is not None and number is not None:
        del holders[number]
        if not await changed_hands.give_up(session, number, one.since):  # by now it is the other's
            claimed, former = [other for other in claimed if other != number], None
    known = next((holders[claim] for claim in claimed if claim in holders), None)
    if known is None:
        contact_id = await begin(session, one.sender, claimed, one.now)
    else:
        contact_id = known.id
        await keep_looks(session, known, one, [claim for claim in claimed if claim not in holders])
    if former is not None:
        await announce_contact(session, former)
        await duplicates.suspect(session, former, contact_id, DuplicateReason.TAKEN_NUMBER)
    if number in claimed and number not in holders:
        await duplicates.suspect_spelling(session, contact_id, one.sender.wa_id)
    return contact_id


def number_in(claimed: Sequence[Known]) -> Known | None:
    return next((one for one in claimed if one[0] == IdentityKind.WA_ID), None)


async def keep_looks(session: AsyncSession, known: Holder, one: Named, unheard: Sequence[Known]) -> None:
    """A contact whom we know comes with a new name, or with identities that we have not heard."""
    if not looks_new(known, one.sender) and not unheard:
        return
    name, username = one.sender.profile_name[:LONGEST_NAME], one.sender.username[:LONGEST_USERNAME]
    looks = {"name": name or known.name, "username": username or known.username}
    await session.execute(update(Contact).where(Contact.id == known.id).values(**looks))
    await learn(session, known.id, unheard, one.now)
    await announce_contact(session, known.id)


async def begin(session: AsyncSession, sender: Sender, claimed: Sequence[Known], now: datetime) -> int:
    name, username = sender.profile_name[:LONGEST_NAME], sender.username[:LONGEST_USERNAME]
    numbers = [value for kind, value in claimed if kind == IdentityKind.WA_ID]
    contact = Contact(name=name, username=username or None, created_at=now)
    contact.search_text = contact_text.text_of((name, username), numbers)
    session.add(contact)
    await session.flush()
    if not await learn(session, contact.id, claimed, now):
        raise Overtaken
    return contact.id


async def announce_contact(session: AsyncSession, contact_id: int) -> None:
    """A name or an address changed: whatever shows it is drawn again, and search finds it."""
    await contact_text.read_again(session, [contact_id])
    theirs = select(Conversation.id).where(Conversation.contact_id == contact_id)
    for conversation_id in (await session.scalars(theirs)).all():
        announce(session, Change(EventKind.CONVERSATION_CHANGED, conversation_id, contact_id))


async def holders_of(session: AsyncSession, claimed: Sequence[Known]) -> dict[Known, Holder]:
    """Who holds each of these identities; those that nobody holds are missing."""
    asked = {
        "kinds": list({str(kind) for kind, _ in claimed}),
        "values": list({value for _, value in claimed}),
    }
    found = (await session.execute(HOLDERS, asked)).all()
    merged = {
        row.id for row in found if row.merged_into_id is not None
    }  # learnt while another one merged them
    become = await merging.survivors(session, merged) if merged else {}
    holders = {
        (IdentityKind(row.kind), row.value): Holder(become.get(row.id, row.id), row.name, row.username)
        for row in found
    }
    return {one: holders[one] for one in claimed if one in holders}


async def find(session: AsyncSession, claimed: Sequence[Known]) -> int | None:
    """Whoever holds the first of these identities that anybody holds."""
    holders = await holders_of(session, claimed) if claimed else {}
    return next((holders[one].id for one in claimed if one in holders), None)


async def learn(session: AsyncSession, contact_id: int, claimed: Iterable[Known], now: datetime) -> bool:
    """Keep identities that were new or given up; one that another contact holds stays there. Whether none did."""
    all_learnt = True
    for kind, value in claimed:
        given_up = update(Identity).where(
            Identity.kind == kind, Identity.value == value, Identity.superseded_at.is_not(None)
        )
        taken = given_up.values(contact_id=contact_id, superseded_at=None, first_seen_at=now)
        if (await session.execute(taken.returning(Identity.id))).first() is not None:
            continue
        values = {"contact_id": contact_id, "kind": kind, "value": value, "first_seen_at": now}
        is_new = await insert_if_new(session, Identity, values, unique=["kind", "value"])
        all_learnt = all_learnt and is_new is not None
    return all_learnt


async def change(
    session: AsyncSession, old: list[Known], new: list[Known], now: datetime, at: datetime | None = None
) -> int:
    """WhatsApp says that a customer changed number or id at `at`: one contact under both, whoever held them, and new if
    nobody did, since what they wrote before may come later. What was given up again since stays given up."""
    at, claimed = min(at or now, now), [*old, *new]
    holders = await holders_of(session, claimed)
    if await proof.unite(session, claimed, holding(holders)):
        holders = await holders_of(session, claimed)
    out_of_date = await changed_hands.given_up_since(session, new, at)
    number = number_in(new)
    former = await changed_hands.former_holder(session, claimed, holding(holders), number)
    if former is not None and number is not None:
        del holders[number]
        if not await changed_hands.give_up(session, number, at):
            out_of_date.add(number)
    known = next((holders[one] for one in claimed if one in holders), None)
    contact_id = known.id if known else await begin(session, Sender(), claimed, now)
    await learn(
        session, contact_id, [one for one in claimed if one not in holders and one not in out_of_date], now
    )
    changed = {kind for kind, value in new if (kind, value) not in out_of_date}
    for kind, value in old:
        if (kind, value) not in new and kind in changed:
            gone = update(Identity).where(
                Identity.kind == kind, Identity.value == value, Identity.contact_id == contact_id
            )
            await session.execute(gone.values(superseded_at=at))
    await announce_contact(session, contact_id)
    others = {holder.id for holder in holders.values()} | ({former} if former is not None else set())
    for other in sorted(others - {contact_id}):
        await duplicates.suspect(session, contact_id, other, DuplicateReason.CHANGED_NUMBER)
    return contact_id


async def recipient_of(session: AsyncSession, contact_id: int) -> Known | None:
    """How to address a contact: the number while we know it (that keeps it known), else the business-scoped id."""
    current = select(Identity.kind, Identity.value).where(
        Identity.contact_id == contact_id, Identity.superseded_at.is_(None)
    )
    known = {kind: value for kind, value in await session.execute(current.order_by(Identity.id))}
    for kind in (IdentityKind.WA_ID, IdentityKind.BSUID, IdentityKind.PARENT_BSUID):
        if kind in known:
            return kind, known[kind]
    return None
