"""Who may do what: the one table that every door asks."""

from enum import StrEnum

from app.accounts.models import Role, User
from app.errors import NotAllowed


class Permission(StrEnum):
    ANSWER = "answer"  # read and answer conversations
    OVERSEE = "oversee"  # what concerns the whole team: templates, what Claude knows
    ADMINISTER = "administer"  # the settings of the whole installation


ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.ATTENDANT: frozenset({Permission.ANSWER}),
    Role.SUPERVISOR: frozenset({Permission.ANSWER, Permission.OVERSEE}),
    Role.ADMIN: frozenset(Permission),
}


def may(user: User, permission: Permission) -> bool:
    return permission in ALLOWED[Role(user.role)]


def require(user: User, permission: Permission) -> None:
    """Raises NotAllowed when this person's role does not include it."""
    if not may(user, permission):
        raise NotAllowed()
