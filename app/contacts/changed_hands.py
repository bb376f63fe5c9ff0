"""Numbers that have changed hands: a signed webhook names somebody by a business-scoped id and by a number that another
contact still holds."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.contacts.models import Identity, IdentityKind
from app.contacts.proof import NEVER_ANOTHERS, Known, contradict, current_ids

A_SECOND = timedelta(seconds=1)  # WhatsApp's times are whole seconds


async def former_holder(
    session: AsyncSession, claimed: Sequence[Known], holders: Mapping[Known, int], number: Known | None
) -> int | None:
    """The contact that holds this one of the claimed identities and is somebody else, None where nobody is.

    They hold nothing else that is claimed, and have current ids of a kind that is claimed, of which none is the same. A
    contact whose business-scoped id was never known contradicts nobody.
    """
    if number is None or number not in holders:
        return None
    holder = holders[number]
    others = {holders[one] for one in claimed if one != number and one in holders}
    claimed_ids = {one for one in claimed if one[0] in NEVER_ANOTHERS}
    if holder in others or not claimed_ids:
        return None
    ids = await current_ids(session, [holder, *others])
    theirs = claimed_ids.union(*(ids.get(one, set()) for one in others))
    return holder if contradict(theirs, ids.get(holder, set())) else None


async def give_up(session: AsyncSession, number: Known, at: datetime) -> bool:
    """Let go of a number that somebody else wrote from at `at`; False when its holder was seen with it since."""
    held = update(Identity).where(
        Identity.kind == number[0], Identity.value == number[1], Identity.first_seen_at < at + A_SECOND
    )
    gone = await session.execute(held.values(superseded_at=at).returning(Identity.id))
    return gone.first() is not None


async def given_up_since(session: AsyncSession, claimed: Sequence[Known], at: datetime) -> set[Known]:
    """Which of these were given up later than `at`, so that what was said at `at` is out of date."""
    gone = select(Identity.kind, Identity.value).where(
        Identity.value.in_([value for _, value in claimed]), Identity.superseded_at > at
    )
    found = {(IdentityKind(kind), value) for kind, value in await session.execute(gone)}
    return found & set(claimed)
