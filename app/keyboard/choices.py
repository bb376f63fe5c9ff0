"""Each attendant's own keys: what they chose for a command, else the table's."""

from collections.abc import Sequence
from typing import TypedDict

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.errors import Invalid
from app.i18n import N_, _
from app.keyboard.combinations import announced, canonical, types_something
from app.keyboard.commands import BY_NAME, COMMANDS, Command, Place
from app.live.events import Change, EventKind, announce

MOST_LETTERS = 60
# Browsers do these before a page hears of them, or nobody could do without them there.
KEPT_BY_BROWSERS = frozenset(
    [f"{held}+Key{key}" for held in ("Control", "Meta", "Control+Shift", "Shift+Meta") for key in "NTWQ"]
    + [f"{held}+Key{key}" for held in ("Control", "Meta") for key in "RLACVXZ"]
    + ["Control+Tab", "Control+Shift+Tab", "Alt+F4", "Meta+Tab", "F5", "F11", "F12"]
)


class Pressed(TypedDict):
    """What a page's handler knows of one command; `said` is for `aria-keyshortcuts`."""

    name: str
    place: str
    keys: Sequence[str]
    said: str


def keys_of(command: Command, user: User, *, on_mac: bool) -> tuple[str, ...]:
    """The combinations that press it; none where the attendant wants none."""
    own = None if command.is_fixed else user.shortcuts.get(command.name)
    if own is None:
        return command.defaults(on_mac=on_mac)
    return (own,) if own else ()


def pressed_by(user: User, *, on_mac: bool) -> list[Pressed]:
    """The whole table with this attendant's keys, in the table's order."""
    found = [(command, keys_of(command, user, on_mac=on_mac)) for command in COMMANDS]
    return [
        Pressed(
            name=command.name,
            place=command.place,
            keys=keys,
            said="" if command.place is Place.MOVE else " ".join(map(announced, keys)),
        )
        for command, keys in found
    ]


async def choose(session: AsyncSession, user: User, name: str, written: str, *, on_mac: bool) -> None:
    """Give a command the keys that were pressed or written; "" takes them away. Raises Invalid."""
    command = BY_NAME.get(name)
    if command is None or command.is_fixed:
        raise Invalid(N_("There is no such action."), field=name)
    combination = accepted(written, command, user, on_mac=on_mac) if written.strip() else ""
    keep(session, user, user.shortcuts | {name: combination})


async def reset(session: AsyncSession, user: User, name: str, *, on_mac: bool) -> None:
    """Back to the table's keys: one command, or with "" all. Raises Invalid where another has them by now."""
    if not name:
        return keep(session, user, {})
    command = BY_NAME.get(name)
    if command is None:
        raise Invalid(N_("There is no such action."), field=name)
    for combination in command.defaults(on_mac=on_mac):
        check_free(combination, command, user, on_mac=on_mac)
    keep(session, user, {one: keys for one, keys in user.shortcuts.items() if one != name})


def accepted(written: str, command: Command, user: User, *, on_mac: bool) -> str:
    combination = canonical(written) if len(written) <= MOST_LETTERS else None
    if combination is None:
        raise Invalid(N_("This is no combination of keys, such as Ctrl+Alt+Q."), field=command.name)
    if types_something(combination):
        raise Invalid(N_("Alone this key writes. Hold Ctrl, Alt or ⌘ with it."), field=command.name)
    if combination in KEPT_BY_BROWSERS:
        raise Invalid(N_("The browser keeps this combination for itself."), field=command.name)
    check_free(combination, command, user, on_mac=on_mac)
    return combination


def check_free(combination: str, wanted: Command, user: User, *, on_mac: bool) -> None:
    """Raises Invalid when other commands have it; Esc belongs to several."""
    for other in COMMANDS:
        if other is wanted or other.is_fixed or combination not in keys_of(other, user, on_mac=on_mac):
            continue
        told = _("“%(action)s” has this combination already. Choose another, or give that one another first.")
        raise Invalid(told % {"action": _(other.words)}, field=wanted.name)


def keep(session: AsyncSession, user: User, wanted: dict[str, str]) -> None:
    user.shortcuts = wanted
    announce(session, Change(EventKind.ATTENDANT_CHANGED, user_id=user.id))
