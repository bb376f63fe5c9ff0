"""Which conversations a list holds. The page asks by the same SQL as live news, which say what left and what came."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import BindParameter, ColumnElement, and_, func, not_, or_
from sqlalchemy.schema import Column

from app.attention.counting import has_unread
from app.conversations.marked import CONVERSATIONS, MARKS, is_archived
from app.conversations.models import Mode
from app.i18n import N_


class Show(StrEnum):
    """What a list is filtered by. What is archived is in that list and in no other."""

    ALL = "all"
    UNREAD = "unread"
    MINE = "mine"
    FREE = "free"  # nobody's: no attendant has it, Claude does not answer in it, and it is not resolved
    CLAUDE = "claude"
    FAVOURITES = "favourites"
    ARCHIVED = "archived"


WORDS: Mapping[Show, str] = {
    Show.ALL: N_("All chats"),
    Show.UNREAD: N_("Unread"),
    Show.MINE: N_("Mine"),
    Show.FREE: N_("Nobody's"),
    Show.CLAUDE: "Claude",
    Show.FAVOURITES: N_("Favourites"),
}


@dataclass(frozen=True)
class Filter:
    """The list that somebody looks at. `label`: of all in the list those that carry it."""

    show: Show = Show.ALL
    label: int | None = None

    @property
    def name(self) -> str:
        """As the page and the live request say it."""
        return self.show.value if self.label is None else f"{LABEL}{self.label}"

    @property
    def query(self) -> str:
        """What an address carries for it: "?show=mine", or "" for the list of all."""
        if self.label is not None:
            return f"?label={self.label}"
        return "" if self.show is Show.ALL else f"?show={self.show}"

    @classmethod
    def named(cls, name: str) -> "Filter | None":
        """None for what is no list of ours, such as what a search found."""
        if labelled := LABELLED.fullmatch(name):
            return cls(label=int(labelled[1]))
        return cls(Show(name)) if name in SHOWS else None

    @classmethod
    def asked(cls, query: Mapping[str, str]) -> "Filter":
        """From the query of an address; anything unknown is the list of all."""
        return cls.named(f"{LABEL}{query.get('label', '')}") or cls.named(query.get("show", "")) or cls()


LABEL, SHOWS = "label-", frozenset(Show)
LABELLED = re.compile(f"{LABEL}([1-9][0-9]{{0,17}})", re.ASCII)


def belonging(
    user_id: BindParameter[int] | Column[int], keeps_archived: BindParameter[bool] | Column[bool]
) -> Mapping[Show, ColumnElement[bool]]:
    """Which lists a conversation belongs to for this attendant, whose cursor and marks are joined."""
    archived = is_archived(keeps_archived)
    is_mine = and_(CONVERSATIONS.c.assignee_id.is_not(None), CONVERSATIONS.c.assignee_id == user_id)
    resolved = func.coalesce(CONVERSATIONS.c.resolved_position, -1)
    is_open = CONVERSATIONS.c.last_inbound_position > resolved
    has_no_one = and_(CONVERSATIONS.c.assignee_id.is_(None), CONVERSATIONS.c.mode != Mode.CLAUDE, is_open)
    within_the_list: dict[Show, ColumnElement[bool] | None] = {
        Show.ALL: None,
        Show.UNREAD: or_(has_unread(), MARKS.c.is_unread.is_(True)),
        Show.MINE: is_mine,
        Show.FREE: has_no_one,
        Show.CLAUDE: CONVERSATIONS.c.mode == Mode.CLAUDE,
        Show.FAVOURITES: MARKS.c.favourite_at.is_not(None),
    }
    here = not_(archived)
    shown = {show: here if rule is None else and_(here, rule) for show, rule in within_the_list.items()}
    return shown | {Show.ARCHIVED: archived}
