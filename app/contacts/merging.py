"""Two contacts become one person, and two again when that was wrong. Locks are taken in the order of the ids,
conversations before contacts."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.contacts import duplicates
from app.contacts.models import Contact, ContactMerge
from app.conversations import belongings, handing, joining
from app.conversations.belongings import MERGED_ROWS, Move
from app.conversations.models import Conversation
from app.errors import Conflict, NotFound
from app.i18n import N_
from app.live.events import Change, EventKind, announce
from app.search import contact_text

NAMES = {
    "name": "",
    "username": None,
    "book_name": None,
}  # of a contact, each with what it is when there is none


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
        survivor_id=survivor_id,
        vanished_id=vanished_id,
        by_id=by.id if by else None,
        merged_at=clock.now(),
        taken=take_names(survivor, vanished),
    )
    session.add(noted)
    vanished.merged_into_id = survivor_id
    await session.flush()
    await belongings.move_all(session, "contact", Move(noted.id, vanished_id, survivor_id))
    await merge_conversations(session, noted)
    await duplicates.pass_on(session, vanished_id, survivor_id)
    await contact_text.read_again(session, (survivor_id, vanished_id))
    return noted


def take_names(survivor: Contact, vanished: Contact) -> dict[str, str]:
    """Call the one as the other was called where it has no name of that kind; which it has taken."""
    taken: dict[str, str] = {
        kind: getattr(vanished, kind)
        for kind in NAMES
        if getattr(vanished, kind) and not getattr(survivor, kind)
    }
    for kind, name in taken.items():
        setattr(survivor, kind, name)
    if "book_name" in taken:
        survivor.book_name_at = vanished.book_name_at
    return taken


def give_names_back(survivor: Contact, taken: dict[str, str]) -> None:
    """Those that nothing has changed since."""
    for kind, name in taken.items():
        if getattr(survivor, kind) == name:
            setattr(survivor, kind, NAMES[kind])


async def merge_conversations(session: AsyncSession, noted: ContactMerge) -> None:
    """At a number where both have one they become one; where only the later contact has one it changes hands."""
    theirs = await conversations_of(session, (noted.survivor_id, noted.vanished_id))
    kept = {one.number_id: one for one in theirs if one.contact_id == noted.survivor_id}
    for vanishing in (one for one in theirs if one.contact_id == noted.vanished_id):
        if vanishing.number_id in kept:
            await joining.join(session, noted.id, vanishing, kept[vanishing.number_id])
        else:
            await handing.hand(session, noted.id, vanishing, noted.survivor_id)
    for staying in kept.values():
        announce(session, Change(EventKind.CONVERSATION_CHANGED, staying.id, noted.survivor_id))


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
    later = select(ContactMerge.id).where(
        ContactMerge.survivor_id == noted.survivor_id,
        ContactMerge.id > noted.id,
        ContactMerge.undone_at.is_(None),
    )
    if (await session.execute(later.limit(1))).first() is not None:
        raise NotAsItWas
    noted.undone_at, vanished.merged_into_id = clock.now(), None
    give_names_back(survivor, noted.taken)
    await session.flush()
    await belongings.put_back(session, "contact", Move(noted.id, noted.vanished_id, noted.survivor_id))
    await part_conversations(session, noted)
    await contact_text.read_again(session, (noted.survivor_id, noted.vanished_id))
    return noted


async def part_conversations(session: AsyncSession, noted: ContactMerge) -> None:
    theirs = await conversations_of(session, (noted.survivor_id, noted.vanished_id), merged=True)
    handed = select(MERGED_ROWS.c.row_id).where(
        MERGED_ROWS.c.merge_id == noted.id, MERGED_ROWS.c.table_name == "conversation"
    )
    given = set((await session.scalars(handed)).all())
    for one in theirs:
        if one.id in given and one.contact_id == noted.survivor_id:
            await handing.hand_back(session, noted.id, one, noted.vanished_id)
    gone = [one for one in theirs if one.contact_id == noted.vanished_id and one.merged_into_id is not None]
    into = {one.id: one for one in await named(session, {one.merged_into_id or 0 for one in gone})}
    for one in gone:  # wherever it has gone: its contact is one again, and must find it
        await joining.part(session, noted.id, one, into[one.merged_into_id or 0])
    for one in theirs:
        announce(session, Change(EventKind.CONVERSATION_CHANGED, one.id, one.contact_id))


async def named(session: AsyncSession, ids: Collection[int]) -> list[Conversation]:
    """These conversations, locked."""
    wanted = select(Conversation).where(Conversation.id.in_(ids)).order_by(Conversation.id)
    locking = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return list((await session.scalars(locking)).all())


async def locked(session: AsyncSession, ids: Collection[int]) -> list[Contact]:
    """Contacts that nobody changes, and to which nobody hangs anything new, until the transaction ends.

    Their conversations first: who answers in one holds it, and asks for its contact then.
    """
    await conversations_of(session, ids, merged=True)
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
