"""Which contacts a signed webhook proves to be one person: it names somebody by several identities at once."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.contacts import merging
from app.contacts.models import Identity, IdentityKind

Known = tuple[IdentityKind, str]
NEVER_ANOTHERS = (IdentityKind.BSUID, IdentityKind.PARENT_BSUID)  # a number may be given to somebody else


async def unite(session: AsyncSession, claimed: Sequence[Known], holders: Mapping[Known, int]) -> bool:
    """Merge the contacts that hold these identities of one person; whether any were.

    Who holds only the number is somebody else when a business-scoped id of theirs says so: then the number has changed
    hands. Those whom a person has made two again stay two.
    """
    whose = sorted({holders[one] for one in claimed if one in holders})
    if len(whose) < 2:
        return False
    equal = await one_person(session, claimed, holders, whose)
    apart = await merging.kept_apart(session, equal)
    if len(equal) < 2 or any(frozenset(pair) in apart for pair in combinations(equal, 2)):
        return False
    first, *others = sorted(equal)
    for other in others:
        await merging.merge(session, first, other, by=None)
    return True


async def one_person(
    session: AsyncSession, claimed: Sequence[Known], holders: Mapping[Known, int], whose: Sequence[int]
) -> set[int]:
    ids = await current_ids(session, whose)
    sure = {holders[one] for one in claimed if one in holders and one[0] in NEVER_ANOTHERS}
    theirs = {one for one in claimed if one[0] in NEVER_ANOTHERS}.union(
        *(ids.get(one, set()) for one in sure)
    )
    return sure | {one for one in whose if not contradict(theirs, ids.get(one, set()))}


def contradict(some: set[Known], others: set[Known]) -> bool:
    """Whether two sets of ids belong to different people: both have one of a kind, and none is the same."""
    for kind in NEVER_ANOTHERS:
        mine = {one for one in some if one[0] == kind}
        yours = {one for one in others if one[0] == kind}
        if mine and yours and not mine & yours:
            return True
    return False


async def current_ids(session: AsyncSession, contact_ids: Sequence[int]) -> dict[int, set[Known]]:
    """The ids that are never another's, by contact."""
    current = select(Identity.contact_id, Identity.kind, Identity.value).where(
        Identity.contact_id.in_(contact_ids),
        Identity.kind.in_(NEVER_ANOTHERS),
        Identity.superseded_at.is_(None),
    )
    found: dict[int, set[Known]] = {}
    for contact_id, kind, value in await session.execute(current):
        found.setdefault(contact_id, set()).add((IdentityKind(kind), value))
    return found
