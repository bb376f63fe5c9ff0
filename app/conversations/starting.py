"""A conversation that the business begins: with a phone number, and a template as its first message."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.contacts import identities, naming, phone_book
from app.contacts.identities import Named
from app.contacts.models import IdentityKind
from app.contacts.phones import wa_id_of
from app.conversations import receiving
from app.conversations.models import Conversation
from app.errors import Invalid
from app.i18n import N_
from app.whatsapp.items import Sender
from app.whatsapp.models import Number


async def start(session: AsyncSession, number_id: int | None, phone: str, name: str) -> Conversation:
    """The conversation with whoever has this phone, new unless there is one; nobody is told before a message leaves.

    `number_id` None: the business's first number that can send. Raises Invalid beside `phone` or `number`.
    """
    wa_id = wa_id_of(phone)
    number = await number_to_send_from(session, number_id)
    now = clock.now()
    contact_id = await identities.find(session, [(IdentityKind.WA_ID, wa_id)])
    if contact_id is None:
        contact_id = (await identities.resolve(session, [Named(Sender(wa_id=wa_id), now)]))[0]
        if called := naming.cleaned(name):
            await phone_book.call(session, contact_id, called, now)
    await receiving.begin(session, number, contact_id, now, claude_answers=False)
    theirs = select(Conversation).where(
        Conversation.number_id == number.id, Conversation.contact_id == contact_id
    )
    return (await session.scalars(theirs)).one()


async def number_to_send_from(session: AsyncSession, number_id: int | None) -> Number:
    can_send = select(Number).where(Number.is_receive_only.is_(False)).order_by(Number.id)
    if number_id is not None:
        can_send = can_send.where(Number.id == number_id)
    number = (await session.scalars(can_send.limit(1))).one_or_none()
    if number is None:
        raise Invalid(N_("No number of yours can send yet. An admin has to connect one."), field="number")
    return number


async def numbers_that_send(session: AsyncSession) -> list[Number]:
    can_send = select(Number).where(Number.is_receive_only.is_(False)).order_by(Number.id)
    return list((await session.scalars(can_send)).all())
