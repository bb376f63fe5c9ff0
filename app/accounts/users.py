"""The people who sign in: making them, and finding them."""

from contextlib import suppress

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts import passwords
from app.accounts.models import Role, User
from app.attention.reading import start_with_nothing_unread
from app.db import insert_if_new
from app.errors import Invalid
from app.i18n import N_
from app.settings import Settings

LONGEST_EMAIL = 254
LONGEST_NAME = 120


class EmailTaken(Invalid):
    code = "email-taken"
    words = N_("Somebody already signs in with this e-mail.")

    def __init__(self) -> None:
        super().__init__(field="email")


async def create_user(session: AsyncSession, *, email: str, name: str, role: str, password: str) -> User:
    """A new person, for whom everything said so far counts as read.

    Raises EmailTaken, or Invalid with the field `email`, `name`, `role` or `password`.
    """
    email = clean_email(email)
    values = {"email": email, "name": clean_name(name), "role": clean_role(role), "created_at": clock.now()}
    passwords.check_new(password, email=email)
    values["password_hash"] = await passwords.hashed(password)
    user_id = await insert_if_new(session, User, values, unique=["email"])
    if user_id is None:
        raise EmailTaken()
    await start_with_nothing_unread(session, user_id)
    return await session.get_one(User, user_id)


async def any_user_exists(session: AsyncSession) -> bool:
    return (await session.execute(select(User.id).limit(1))).first() is not None


async def by_email(session: AsyncSession, email: str) -> User | None:
    """The person with this e-mail, in whatever case it was typed; also one who was disabled."""
    return (
        await session.execute(select(User).where(User.email == email.strip().lower()))
    ).scalar_one_or_none()


async def ensure_admin(session: AsyncSession, settings: Settings) -> User | None:
    """The first admin, from ADMIN_EMAIL and ADMIN_PASSWORD; None when not set or somebody exists already."""
    if not settings.admin_email or await any_user_exists(session):
        return None
    with suppress(EmailTaken):  # another process that starts at the same moment was quicker
        return await create_user(
            session,
            email=settings.admin_email,
            name=settings.admin_email.partition("@")[0],
            role=Role.ADMIN,
            password=settings.admin_password.get_secret_value(),
        )
    return None


def clean_email(email: str) -> str:
    """Lower case, without spaces around it; raises Invalid for what cannot be an address."""
    email = email.strip().lower()
    before, at, after = email.rpartition("@")
    if not (before and at and after) or "@" in before or len(email) > LONGEST_EMAIL or not is_one_word(email):
        raise Invalid(N_("This is not an e-mail address."), field="email")
    return email


def is_one_word(text: str) -> bool:
    return text.isprintable() and " " not in text


def clean_name(name: str) -> str:
    """Without spaces around it; raises Invalid for an empty, overlong or unprintable one."""
    name = name.strip()
    if not name:
        raise Invalid(N_("Write a name."), field="name")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid(N_("This name is too long or has characters that cannot be shown."), field="name")
    return name


def clean_role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise Invalid(N_("The role is attendant, supervisor or admin."), field="role") from None


async def keep_hash(session: AsyncSession, user_id: int, password_hash: str) -> None:
    """Store the same password hashed with today's costs; the sessions live on."""
    await session.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))
