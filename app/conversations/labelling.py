"""Labels: a name in a colour, put on conversations by whoever works there, seen by everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    String,
    cast,
    delete,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.accounts.permissions import Permission, require
from app.conversations import desk_notices
from app.conversations.desk_notices import Happening
from app.conversations.models import Conversation, ConversationLabel, Label
from app.db import alone_with, insert_if_new, table_of
from app.errors import Invalid, NotFound
from app.i18n import N_
from app.live.events import Change, EventKind, announce

COLOURS: dict[str, str] = {  # each with its English name; static/css/label.css mixes them
    "green": N_("Green"), "mint": N_("Mint"), "lime": N_("Lime"), "olive": N_("Olive"),
    "teal": N_("Teal"), "cyan": N_("Cyan"), "sky": N_("Sky blue"), "cobalt": N_("Blue"),
    "navy": N_("Navy"), "violet": N_("Violet"), "purple": N_("Purple"), "magenta": N_("Magenta"),
    "pink": N_("Pink"), "red": N_("Red"), "coral": N_("Coral"), "orange": N_("Orange"),
    "gold": N_("Gold"), "yellow": N_("Yellow"), "brown": N_("Brown"), "grey": N_("Grey"),
}  # fmt: skip
HEADING = N_("Labels")
LONGEST_NAME = 40
MOST = 200  # of all; more than anybody finds again
NAMING = "names of labels"  # who gives one is alone with it: two may want the same one

LABELS, ON = table_of(Label), table_of(ConversationLabel)
CONVERSATIONS = table_of(Conversation)


class NoSuchLabel(NotFound):
    words = N_("This label does not exist any more.")


@dataclass(frozen=True)
class ShownLabel:
    """A label as a row or a head shows it."""

    id: int
    name: str
    colour: str


async def all_labels(session: AsyncSession) -> list[ShownLabel]:
    """Every label, by name."""
    found = await session.execute(select(*LABELS.c["id", "name", "colour"]))
    return in_order(ShownLabel(*row) for row in found)


async def counts(session: AsyncSession) -> dict[int, int]:
    """On how many conversations each label stands, by its id; those on none are missing."""
    counted = (
        select(ON.c.label_id, func.count())
        .join_from(ON, CONVERSATIONS, ON.c.conversation_id == CONVERSATIONS.c.id)
        .where(CONVERSATIONS.c.merged_into_id.is_(None))
        .group_by(ON.c.label_id)
    )
    return {label_id: count for label_id, count in await session.execute(counted)}


async def create(session: AsyncSession, by: User, name: str, colour: str) -> int:
    """A new label's id. Raises NotAllowed, or Invalid with the field `name` or `colour`."""
    require(by, Permission.OVERSEE)
    await alone_with(session, [NAMING])
    if (await session.execute(select(func.count()).select_from(LABELS))).scalar_one() >= MOST:
        raise Invalid(N_("There are 200 labels already. Delete one first."), field="name")
    values = {"name": clean_name(name), "colour": clean_colour(colour)}
    label_id = await insert_if_new(session, Label, values, unique=["name"])
    if label_id is None:
        raise taken()
    announce(session, Change(EventKind.LABEL_CHANGED, ref=label_id))
    return label_id


async def change(session: AsyncSession, by: User, label_id: int, name: str, colour: str) -> None:
    """Another name or colour, everywhere at once. Raises as `create` does, and NoSuchLabel."""
    require(by, Permission.OVERSEE)
    name, colour = clean_name(name), clean_colour(colour)
    await alone_with(session, [NAMING])
    namesake = select(LABELS.c.id).where(LABELS.c.name == name, LABELS.c.id != label_id)
    if (await session.execute(namesake)).first() is not None:
        raise taken()
    changed = update(Label).where(Label.id == label_id).values(name=name, colour=colour)
    if (await session.execute(changed.returning(Label.id))).first() is None:
        raise NoSuchLabel
    announce(session, Change(EventKind.LABEL_CHANGED, ref=label_id))


async def remove(session: AsyncSession, by: User, label_id: int) -> None:
    """Delete a label, which leaves every conversation. Raises NotAllowed and NoSuchLabel."""
    require(by, Permission.OVERSEE)
    gone = delete(Label).where(Label.id == label_id).returning(Label.id)
    if (await session.execute(gone)).first() is None:
        raise NoSuchLabel
    announce(session, Change(EventKind.LABEL_CHANGED, ref=label_id))


async def put(session: AsyncSession, conversation: Conversation, label_id: int, by: User | None) -> None:
    """Put a label on a conversation, which is locked; again does nothing. `by` None: Claude. Raises NoSuchLabel."""
    name = await name_of(session, label_id)
    values = {"conversation_id": conversation.id, "label_id": label_id}
    if await insert_if_new(session, ConversationLabel, values, unique=list(values)) is not None:
        await tell(session, conversation, Happening.LABELLED, by, name)


async def take_off(session: AsyncSession, conversation: Conversation, label_id: int, by: User) -> None:
    """Take a label off again; one that is not on it does no harm. Raises NoSuchLabel."""
    name = await name_of(session, label_id)
    its = delete(ConversationLabel).where(ON.c.conversation_id == conversation.id, ON.c.label_id == label_id)
    if (await session.execute(its.returning(ON.c.label_id))).first() is not None:
        await tell(session, conversation, Happening.UNLABELLED, by, name)


async def tell(
    session: AsyncSession, conversation: Conversation, what: Happening, by: User | None, name: str
) -> None:
    await desk_notices.note(session, conversation, what, by=by, label=name)
    announce(session, Change(EventKind.CONVERSATION_CHANGED, conversation.id))


async def name_of(session: AsyncSession, label_id: int) -> str:
    named = select(Label.name).where(Label.id == label_id)
    name = (await session.execute(named)).scalar_one_or_none()
    if name is None:
        raise NoSuchLabel
    return name


def carries(label_id: Any) -> ColumnElement[bool]:
    """Whether a conversation of the query has this label: for the list's filter."""
    return exists().where(ON.c.conversation_id == CONVERSATIONS.c.id, ON.c.label_id == label_id)


# A row is one query, so its labels come in one text; no name holds these two.
BETWEEN, WITHIN = "\x1e", "\x1f"


def labels_of_row() -> ScalarSelect[Any]:
    """The labels of a conversation of the query as one text, for `read`."""
    parts = cast(LABELS.c.id, String) + literal(WITHIN) + LABELS.c.colour + literal(WITHIN) + LABELS.c.name
    joined = select(func.aggregate_strings(parts, BETWEEN)).select_from(ON.join(LABELS))
    return joined.where(ON.c.conversation_id == CONVERSATIONS.c.id).correlate(CONVERSATIONS).scalar_subquery()


def read(text: str | None) -> tuple[ShownLabel, ...]:
    """What `labels_of_row` gave, in the order in which labels are listed everywhere."""
    parts = (one.split(WITHIN, 2) for one in (text or "").split(BETWEEN) if one)
    return tuple(in_order(ShownLabel(int(label_id), name, colour) for label_id, colour, name in parts))


def in_order(labels: Any) -> list[ShownLabel]:
    return sorted(labels, key=lambda label: (label.name.casefold(), label.id))


def clean_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid(N_("Write a name."), field="name")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid(N_("This name is too long or has characters that cannot be shown."), field="name")
    return name


def clean_colour(colour: str) -> str:
    if colour not in COLOURS:
        raise Invalid(N_("Choose one of the colours."), field="colour")
    return colour


def taken() -> Invalid:
    return Invalid(N_("There is a label of this name already."), field="name")


def next_colour(labels: Sequence[ShownLabel]) -> str:
    """A colour that no label has, if there is one: what the form for a new one offers."""
    used = {label.colour for label in labels}
    return next((colour for colour in COLOURS if colour not in used), "green")
