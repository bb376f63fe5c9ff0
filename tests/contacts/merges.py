"""What the tests of merging see: contacts as they are kept, and a person of many names."""

from sqlalchemy import select

from app.contacts.models import Contact, ContactMerge, Identity
from app.conversations.models import Conversation
from app.db import reading
from tests.actors import Browser, WhatsApp
from tests.people import Customer
from tests.whatsapp.bodies import written


async def threads(marta: Browser) -> dict[int, list[str]]:
    """What stands in each conversation of the list, by its id."""
    return {row.id: [bubble.text for bubble in await marta.bubbles(row.id)] for row in await marta.rows()}


async def hears(whatsapp: WhatsApp, wamid: str, body: str, sender: Customer, **more: object) -> None:
    assert await whatsapp.posts(written(wamid, body, sender, **more)) == 200


async def contacts() -> list[int]:
    """Those that stand for themselves and are known by something."""
    known = select(Contact.id).where(
        Contact.merged_into_id.is_(None), Contact.id.in_(select(Identity.contact_id))
    )
    async with reading() as session:
        return list((await session.scalars(known.order_by(Contact.id))).all())


async def contact_of(conversation: int) -> int:
    async with reading() as session:
        return (await session.get_one(Conversation, conversation)).contact_id


async def only_merge() -> ContactMerge:
    async with reading() as session:
        return (await session.scalars(select(ContactMerge))).one()


async def newest_merge() -> ContactMerge:
    async with reading() as session:
        return (await session.scalars(select(ContactMerge).order_by(ContactMerge.id.desc()).limit(1))).one()
