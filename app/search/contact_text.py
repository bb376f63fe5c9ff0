"""What a contact is found by: every name, and every end of the phone number, with and without Brazil's ninth digit."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.contacts.models import Contact, Identity, IdentityKind
from app.contacts.spelling import other_spelling
from app.search.words import kept, words_in

SHORTEST_END = 3  # digits


def text_of(names: Iterable[str | None], wa_ids: Iterable[str]) -> str:
    """The words of the names, and the digits from each place of the numbers on: whatever part of a number is asked for,
    one of these begins with it."""
    words = words_in(*(name for name in names if name))
    return kept(dict.fromkeys([*words, *(end for wa_id in wa_ids for end in ends_of(wa_id))]))


def ends_of(wa_id: str) -> list[str]:
    spellings = [wa_id, other_spelling(wa_id) or ""]
    return [one[start:] for one in spellings for start in range(len(one) - SHORTEST_END + 1)]


async def read_again(session: AsyncSession, contact_ids: Sequence[int]) -> None:
    """Write down anew what these contacts are found by: a name or a number of theirs has changed."""
    known: dict[int, list[str]] = {contact_id: [] for contact_id in contact_ids}
    numbers = select(Identity.contact_id, Identity.value).where(
        Identity.contact_id.in_(known),
        Identity.kind == IdentityKind.WA_ID,
        Identity.superseded_at.is_(None),
    )
    for contact_id, wa_id in await session.execute(numbers):
        known[contact_id].append(wa_id)
    names = select(Contact.id, Contact.name, Contact.book_name, Contact.username, Contact.merged_into_id)
    for contact_id, *theirs, merged in (await session.execute(names.where(Contact.id.in_(known)))).all():
        found_by = text_of(theirs, known[contact_id]) if merged is None else ""
        changed = update(Contact).where(Contact.id == contact_id).values(search_text=found_by)
        await session.execute(changed, execution_options={"synchronize_session": False})


async def read_what_is_left(session: AsyncSession, most: int) -> int:
    """The same for contacts of a program that knew no search; how many there were."""
    left = select(Contact.id).where(Contact.search_text.is_(None)).order_by(Contact.id).limit(most)
    ids = (await session.scalars(left)).all()
    await read_again(session, ids)
    return len(ids)
