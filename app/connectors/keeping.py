"""Connectors are made, changed, allowed and taken away by admins."""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.connectors import arguments, headers
from app.connectors.arguments import Argument
from app.connectors.asking import Outside
from app.connectors.filling import CUSTOMER, PLACEHOLDER, names_in
from app.connectors.headers import Secrets
from app.connectors.models import Connector, Method
from app.db import alone_with
from app.errors import Invalid, NotFound
from app.i18n import N_
from app.media.guard import WrongAddress, parsed

MOST = 20
USUAL_TIMEOUT, LONGEST_TIMEOUT = 5, 20  # seconds
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
TAKEN = {"handoff", "opening_hours", "search_knowledge", "set_label"}  # tools of our own
ORIGIN = re.compile(r"https?://[^/?#{}\s]+(?=/|\Z)")
LONGEST_URL, LONGEST_BODY, LONGEST_DESCRIPTION, LONGEST_PICKS = 1000, 4000, 1000, 500
PICK = re.compile(r"[^\s.,]+(?:\.[^\s.,]+){0,7}")

NOT_THERE = N_("This connector does not exist any more.")
NO_NAME = N_("A name is lower case letters, digits and _, such as order_status.")
NAME_TAKEN = N_("Another tool has this name. Choose another one.")
NO_DESCRIPTION = N_("Tell Claude in at most 1000 characters what this does and when to use it.")
NO_METHOD = N_("Choose one of these.")
NO_URL = N_("An address begins with https:// and a name, such as https://shop.example/orders/{{order}}.")
NO_BODY = N_('The body is JSON, with placeholders inside of texts: {"order": "{{order}}"}. GET has none.')
UNKNOWN_NAME = N_("A placeholder in double braces is neither an argument nor one of the customer's.")
UNUSED_NAME = N_("An argument is used neither in the address nor in the body.")
NO_TIMEOUT = N_("A whole number of seconds from 1 to 20.")
NO_PICKS = N_("Fields with commas between, such as status, items.name.")
TOO_MANY = N_("There are 20 connectors already. Remove one first.")


@dataclass(frozen=True)
class Wanted:
    """What a form asks for. `new_headers`: lines that come to those that are kept; `without`: names of those that go."""

    name: str
    description: str
    method: str
    url: str
    body: str
    new_headers: str
    without: Collection[str]
    arguments: Sequence[Argument]
    picks: str
    timeout_seconds: int | None
    changes: bool


async def all_of_them(session: AsyncSession) -> Sequence[Connector]:
    return (await session.scalars(select(Connector).order_by(Connector.name))).all()


async def in_use(session: AsyncSession) -> Sequence[Connector]:
    """Those that Claude may use, in an order that stays."""
    on = select(Connector).where(Connector.is_on).order_by(Connector.name)
    return (await session.scalars(on)).all()


async def of_id(session: AsyncSession, connector_id: int) -> Connector:
    """Raises NotFound."""
    found = await session.get(Connector, connector_id)
    if found is None:
        raise NotFound(NOT_THERE)
    return found


async def create(
    session: AsyncSession, wanted: Wanted, by: User, outside: Outside, secrets: Secrets
) -> Connector:
    """Raises Invalid, beside the field that is wrong. What changes something is off until somebody allows it."""
    if ((await session.scalar(select(func.count()).select_from(Connector))) or 0) >= MOST:
        raise Invalid(TOO_MANY, field="name")
    connector = Connector(headers_sealed="", is_on=not wanted.changes, changes=wanted.changes)
    await put(session, connector, wanted, by, outside, secrets)
    session.add(connector)
    await session.flush()
    return connector


async def change(
    session: AsyncSession, connector_id: int, wanted: Wanted, by: User, outside: Outside, secrets: Secrets
) -> None:
    """Raises NotFound, and Invalid as `create` does."""
    await put(session, await of_id(session, connector_id), wanted, by, outside, secrets)


async def put(
    session: AsyncSession,
    connector: Connector,
    wanted: Wanted,
    by: User,
    outside: Outside,
    secrets: Secrets,
) -> None:
    check(wanted, outside)
    name = await free_name(session, wanted.name, connector.id)
    connector.headers_sealed = resealed(connector.headers_sealed, wanted, secrets)
    if wanted.changes and not connector.changes:
        connector.is_on = False
    connector.name, connector.description = name, wanted.description
    connector.method, connector.url, connector.body = wanted.method, wanted.url, wanted.body
    connector.arguments, connector.picks = arguments.kept(wanted.arguments), wanted.picks
    connector.timeout_seconds, connector.changes = wanted.timeout_seconds or USUAL_TIMEOUT, wanted.changes
    connector.changed_at, connector.changed_by_id = clock.now(), by.id


def check(wanted: Wanted, outside: Outside) -> None:
    """Raises Invalid."""
    if not wanted.description or len(wanted.description) > LONGEST_DESCRIPTION:
        raise Invalid(NO_DESCRIPTION, field="description")
    if wanted.method not in set(Method):
        raise Invalid(NO_METHOD, field="method")
    if not is_address(wanted.url, outside):
        raise Invalid(NO_URL, field="url")
    if not is_body(wanted):
        raise Invalid(NO_BODY, field="body")
    given = {one.name for one in arguments.checked(wanted.arguments)}
    if not names_in(wanted.url) <= given | set(CUSTOMER):
        raise Invalid(UNKNOWN_NAME, field="url")
    if not names_in(wanted.body) <= given | set(CUSTOMER):
        raise Invalid(UNKNOWN_NAME, field="body")
    if not given <= names_in(wanted.url) | names_in(wanted.body):
        raise Invalid(UNUSED_NAME, field="arguments")
    if wanted.timeout_seconds is None or not 1 <= wanted.timeout_seconds <= LONGEST_TIMEOUT:
        raise Invalid(NO_TIMEOUT, field="timeout_seconds")
    picks = [one.strip() for one in wanted.picks.split(",")] if wanted.picks else []
    if len(wanted.picks) > LONGEST_PICKS or not all(map(PICK.fullmatch, picks)):
        raise Invalid(NO_PICKS, field="picks")


def is_address(url: str, outside: Outside) -> bool:
    """Where it leads is the admin's alone to say: no placeholder stands before the path."""
    origin = ORIGIN.match(url)
    if origin is None or len(url) > LONGEST_URL or "#" in url:
        return False
    try:
        address = parsed(PLACEHOLDER.sub("x", url))
    except WrongAddress:
        return False
    return "{" not in address.target and (address.scheme == "https" or outside.trusts(address))


def is_body(wanted: Wanted) -> bool:
    if not wanted.body:
        return True
    try:
        json.loads(wanted.body)
    except (ValueError, RecursionError):
        return False
    return wanted.method != Method.GET and len(wanted.body) <= LONGEST_BODY


async def free_name(session: AsyncSession, name: str, own_id: int | None) -> str:
    if not NAME.fullmatch(name):
        raise Invalid(NO_NAME, field="name")
    await alone_with(session, ["names of connectors"])  # two may want the same one
    others = select(Connector.id).where(Connector.name == name, Connector.id != (own_id or 0))
    if name in TAKEN or (await session.execute(others)).first() is not None:
        raise Invalid(NAME_TAKEN, field="name")
    return name


def resealed(sealed: str, wanted: Wanted, secrets: Secrets) -> str:
    """What cannot be opened any more is gone."""
    try:
        kept = headers.opened(sealed, secrets)
    except headers.Unopenable:
        kept = {}
    kept = {name: value for name, value in kept.items() if name not in wanted.without}
    return headers.sealed(headers.together(kept, headers.in_lines(wanted.new_headers)), secrets)


async def switch(session: AsyncSession, connector_id: int, *, is_on: bool, by: User) -> None:
    """Whether Claude may use it. Raises NotFound."""
    connector = await of_id(session, connector_id)
    connector.is_on, connector.changed_at, connector.changed_by_id = is_on, clock.now(), by.id


async def remove(session: AsyncSession, connector_id: int) -> None:
    """Raises NotFound."""
    await session.delete(await of_id(session, connector_id))
