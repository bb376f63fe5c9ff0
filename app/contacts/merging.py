"""Two contacts become one person, and two again when that was wrong. Locks are taken in the order of the ids."""

from collections.abc import Collection

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.contacts import duplicates
from app.contacts.models import Contact, ContactMerge
from app.conversations import belongings, joining
from app.conversations.belongings import MERGED_ROWS, Move
from app.conversations.models import Conversation
from app.errors import Conflict, NotFound
from app.i18n import N_
from app.live.events import Change, EventKind, announce


class NotAsItWas(Conflict):
    """A merge, or its undoing, that something else has overtaken."""

    code = "not-as-it-was"
    words = N_("Somebody has changed these contacts meanwhile. Look at them again.")


async def merge(session: AsyncSession, one: int, other: int, *, by: User | None) -> ContactMerge:
    """Make one contact of two: of the later one everything goes to the earlier one, the threads of each number become
    one. `by` None: WhatsApp has proved it. Raises NotAsItWas when they are one already, or one of them is gone."""
    survivor_id, vanished_id = sorted((one, other))
    contacts = await locked(session, (survivor_id, vanished_id))
    if len(contacts) != 2 or any(contact.merged_into_id is not None for contact in contacts):
        raise NotAsItWas
    survivor, vanished = contacts
    noted = ContactMerge(
        survivor_id=survivor_id, vanished_id=vanished_id, by_id=by.id if by else None, merged_at=clock.now()
    )
    session.add(noted)
    survivor.name = survivor.name or vanished.name
    survivor.username = survivor.username or vanished.username
    survivor.book_name = survivor.book_name or vanished.book_name
    vanished.merged_into_id = survivor_id
    await session.flush()
    await belongings.move_all(session, "contact", Move(noted.id, vanished_id, survivor_id))
    await merge_conversations(session, noted)
    await duplicates.pass_on(session, vanished_id, survivor_id)
    return noted


async def merge_conversations(session: AsyncSession, noted: ContactMerge) -> None:
    """At a number where both have one they become one; where only the later contact has one it changes hands."""
    theirs = await conversations_of(session, (noted.survivor_id, noted.vanished_id))
    kept = {one.number_id: one for one in theirs if one.contact_id == noted.survivor_id}
    for vanishing in (one for one in theirs if one.contact_id == noted.vanished_id):
        if vanishing.number_id in kept:
            await joining.join(session, noted.id, vanishing, kept[vanishing.number_id])
        else:
            await hand(session, noted, vanishing)
    for staying in kept.values():
        announce(session, Change(EventKind.CONVERSATION_CHANGED, staying.id))


async def hand(session: AsyncSession, noted: ContactMerge, conversation: Conversation) -> None:
    row = {
        "merge_id": noted.id,
        "table_name": "conversation",
        "row_id": conversation.id,
        "was": noted.vanished_id,
    }
    await session.execute(insert(MERGED_ROWS).values(**row))
    conversation.contact_id = noted.survivor_id
    await session.flush()
    announce(session, Change(EventKind.CONVERSATION_CHANGED, conversation.id))


async def undo(session: AsyncSession, contact_id: int, merge_id: int) -> ContactMerge:
    """Make them two again: what was moved goes back, what came since stays with the one that survived.

    They stay two, whatever WhatsApp proves later. Raises NotFound, and NotAsItWas when a later merge stands on this one.
    """
    asked = select(ContactMerge).where(ContactMerge.id == merge_id, ContactMerge.survivor_id == contact_id)
    noted = (await session.scalars(asked)).one_or_none()
    if noted is None:
        raise NotFound
    survivor, vanished = await locked(session, (noted.survivor_id, noted.vanished_id))
    await session.refresh(noted)
    if noted.undone_at is not None or survivor.merged_into_id is not None or vanished.merged_into_id is None:
        raise NotAsItWas
    noted.undone_at, vanished.merged_into_id = clock.now(), None
    await session.flush()
    await belongings.put_back(session, "contact", Move(noted.id, noted.vanished_id, noted.survivor_id))
    await part_conversations(session, noted)
    return noted


async def part_conversations(session: AsyncSession, noted: ContactMerge) -> None:
    handed = select(MERGED_ROWS.c.row_id).where(
        MERGED_ROWS.c.merge_id == noted.id, MERGED_ROWS.c.table_name == "conversation"
    )
    for conversation_id in (await session.scalars(handed)).all():
        mine = (Conversation.id == conversation_id, Conversation.contact_id == noted.survivor_id)
        back = (
            update(Conversation).where(*mine).values(contact_id=noted.vanished_id).returning(Conversation.id)
        )
        if (await session.execute(back)).first() is not None:
            announce(session, Change(EventKind.CONVERSATION_CHANGED, conversation_id))
    theirs = await conversations_of(session, (noted.survivor_id, noted.vanished_id), merged=True)
    by_id = {one.id: one for one in theirs}
    for one in theirs:
        if one.contact_id == noted.vanished_id and one.merged_into_id in by_id:
            await joining.part(session, noted.id, one, by_id[one.merged_into_id])
    for one in theirs:
        announce(session, Change(EventKind.CONVERSATION_CHANGED, one.id))


async def locked(session: AsyncSession, ids: Collection[int]) -> list[Contact]:
    """Contacts that nobody changes, and to which nobody hangs anything new, until the transaction ends."""
    wanted = select(Contact).where(Contact.id.in_(ids)).order_by(Contact.id).with_for_update()
    return list((await session.scalars(wanted.execution_options(populate_existing=True))).all())


async def conversations_of(
    session: AsyncSession, contact_ids: Collection[int], *, merged: bool = False
) -> list[Conversation]:
    """Theirs, locked; those that have vanished only where `merged` says so."""
    wanted = select(Conversation).where(Conversation.contact_id.in_(contact_ids))
    if not merged:
        wanted = wanted.where(Conversation.merged_into_id.is_(None))
    wanted = wanted.order_by(Conversation.id).with_for_update(key_share=True)
    return list((await session.scalars(wanted.execution_options(populate_existing=True))).all())


async def kept_apart(session: AsyncSession, ids: Collection[int]) -> set[frozenset[int]]:
    """Pairs among these contacts that a person has made two again."""
    undone = select(ContactMerge.survivor_id, ContactMerge.vanished_id).where(
        ContactMerge.undone_at.is_not(None),
        ContactMerge.survivor_id.in_(ids),
        ContactMerge.vanished_id.in_(ids),
    )
    return {frozenset(pair) for pair in await session.execute(undone)}


async def survivors(session: AsyncSession, ids: Collection[int]) -> dict[int, int]:
    """Which contact each of these has become; those that are themselves are missing."""
    become: dict[int, int] = {}
    ahead = set(ids)
    while ahead:
        merged = select(Contact.id, Contact.merged_into_id).where(
            Contact.id.in_(ahead), Contact.merged_into_id.is_not(None)
        )
        found = {one: into for one, into in await session.execute(merged) if into is not None}
        become |= found
        ahead = set(found.values())
    return {one: last_of(become, one) for one in ids if one in become}


def last_of(become: dict[int, int], one: int) -> int:
    while one in become:
        one = become[one]
    return one
