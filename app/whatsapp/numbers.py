"""The business's numbers: the first one from the environment, others as webhooks show them."""

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.db import insert_if_new, made, table_of
from app.settings import Settings
from app.whatsapp.items import NumberRef
from app.whatsapp.models import Number

SIMULATED_PHONE_NUMBER_ID = "100000000000001"
SIMULATED_BUSINESS_ACCOUNT_ID = "200000000000001"

NUMBERS = table_of(Number)
NAMED = select(NUMBERS).where(NUMBERS.c.phone_number_id == bindparam("phone_number_id"))


async def ensure_first(session: AsyncSession, settings: Settings) -> None:
    """The number that the environment names exists and may send."""
    phone_number_id = settings.whatsapp_phone_number_id
    if not phone_number_id:
        return
    number = await named(session, NumberRef(phone_number_id, "", settings.whatsapp_business_account_id))
    await session.execute(update(Number).where(Number.id == number.id).values(is_receive_only=False))


async def named(session: AsyncSession, ref: NumberRef) -> Number:
    """The number a webhook speaks of. One that nobody set up appears by itself and only receives."""
    values = {
        "phone_number_id": ref.phone_number_id,
        "display_phone_number": ref.display_phone_number,
        "business_account_id": ref.business_account_id,
        "is_receive_only": True,
        "marks_read": "open",
        "created_at": clock.now(),
    }
    named_so = {"phone_number_id": ref.phone_number_id}
    row = (await session.execute(NAMED, named_so)).mappings().one_or_none()
    if row is None:
        await insert_if_new(session, Number, values, unique=["phone_number_id"])
        row = (await session.execute(NAMED, named_so)).mappings().one()
    told = {name: values[name] for name in ("display_phone_number", "business_account_id")}
    new = {name: value for name, value in told.items() if value and row[name] != value}
    if new:
        await session.execute(update(Number).where(Number.id == row["id"]).values(new))
    return made(Number, {**row, **new})
