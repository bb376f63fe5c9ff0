"""What hangs on a conversation or a contact, in whichever table, and goes with it when two become one.

Rows with an id of their own are moved and noted, so that they can be put back. Rows that only link (a pace, a label on
a conversation) are copied; the original stays where it was, seen by nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    UniqueConstraint,
    and_,
    case,
    exists,
    insert,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import Column

from app.contacts.models import MergedRow
from app.db import Base, table_of

MERGED_ROWS = table_of(MergedRow)

# What a merge treats in a way of its own, and what tells of the past as it was.
APART = {
    "conversation", "read_cursor", "draft", "live_event", "contact_merge", "merged_row", "possible_duplicate",
    "writer", "mention",
}  # fmt: skip
# Columns that are positions of a conversation.
COUNTED = {
    "message": "position",
    "turn": "answers_position",
    "closure": "position",
    "consultation": "read_up_to",
}


@dataclass(frozen=True)
class Move:
    """From one parent to another; the ids of both, and how far positions move: those above zero, those below."""

    merge_id: int
    was: int
    to: int
    above: int = 0
    below: int = 0


@dataclass(frozen=True)
class Belonging:
    """A table whose rows hang on a parent by the column `owner`. `counted`: its column that is a position, if any."""

    table: Table
    owner: Column[Any]
    counted: Column[Any] | None

    def goes(self, move: Move) -> ColumnElement[bool]:
        """Which rows go: those of the old parent, unless the new one has its own of that kind already."""
        other = self.table.alias("other")
        mine = self.owner == move.was
        taken = (
            exists().where(
                other.c[self.owner.name] == move.to,
                *(other.c[name] == self.table.c[name] for name in names if name != self.owner.name),
            )
            for names in self.keys()
        )
        return and_(mine, *(~one for one in taken))

    def keys(self) -> Iterator[list[str]]:
        """The unique keys that the owner is part of. Positions are moved out of each other's way."""
        unique = (one for one in self.table.constraints if isinstance(one, UniqueConstraint))
        for key in (self.table.primary_key, *unique):
            names = [column.name for column in key.columns]
            if self.owner.name in names and (self.counted is None or self.counted.name not in names):
                yield names


def hanging_on(parent: str) -> list[Belonging]:
    """All tables that hang on this one, in the order of their names, so that everybody locks alike."""
    import app.models  # noqa: F401  (all tables; some of them know us)

    found = []
    for name, table in sorted(Base.metadata.tables.items()):
        owners = [
            column
            for column in table.columns
            if any(key.column.table.name == parent for key in column.foreign_keys)
        ]
        if name not in APART and owners:
            counted = table.c[COUNTED[name]] if name in COUNTED else None
            found.append(Belonging(table, owners[0], counted))
    return found


async def move_all(session: AsyncSession, parent: str, move: Move) -> None:
    """Everything that hangs on one parent goes to the other."""
    for one in hanging_on(parent):
        if "id" in one.table.columns:
            await note(session, one.table, one.goes(move), move, one.counted)
            await carry(session, one, move)
        else:
            await copy(session, one, move)


async def note_all(session: AsyncSession, parent: str, move: Move) -> None:
    """Write down what hangs on one parent and stays there, so that `carry_rest` can tell what came since."""
    for one in hanging_on(parent):
        if "id" in one.table.columns:
            await note(session, one.table, one.owner == move.was, move)


async def carry_rest(session: AsyncSession, parent: str, move: Move) -> None:
    """What hangs on one parent and was not written down goes to the other, as it is."""
    for one in hanging_on(parent):
        if "id" in one.table.columns:
            rest = (one.owner == move.was, one.table.c.id.not_in(noted(one.table, move)))
            await session.execute(update(one.table).where(*rest).values({one.owner: move.to}))


async def note(
    session: AsyncSession,
    table: Table,
    which: ColumnElement[bool],
    move: Move,
    counted: Column[Any] | None = None,
) -> None:
    """Write down which rows of a table a merge moves."""
    told: list[Any] = [literal(move.merge_id), literal(table.name), table.c.id, literal(move.was)]
    rows = select(*told, null() if counted is None else counted).where(which)
    names = ["merge_id", "table_name", "row_id", "was", "position"]
    await session.execute(insert(MERGED_ROWS).from_select(names, rows))


async def carry(session: AsyncSession, one: Belonging, move: Move) -> None:
    values: dict[Any, Any] = {one.owner: move.to}
    if one.counted is not None:
        values[one.counted] = case(
            (one.counted > 0, one.counted + move.above), else_=one.counted + move.below
        )
    await session.execute(
        update(one.table)
        .where(one.owner == move.was, one.table.c.id.in_(noted(one.table, move)))
        .values(values)
    )


async def copy(session: AsyncSession, one: Belonging, move: Move) -> None:
    columns: list[Any] = [literal(move.to) if column is one.owner else column for column in one.table.columns]
    rows = select(*columns).where(one.goes(move))
    await session.execute(insert(one.table).from_select([column.name for column in one.table.columns], rows))


async def put_back(session: AsyncSession, parent: str, move: Move) -> None:
    """What a merge moved goes back, each with the position that it had, unless it has gone elsewhere since."""
    for one in hanging_on(parent):
        if "id" not in one.table.columns:
            continue
        values: dict[Any, Any] = {one.owner: move.was}
        if one.counted is not None:
            position = noted(one.table, move, MERGED_ROWS.c.position)
            values[one.counted] = position.where(MERGED_ROWS.c.row_id == one.table.c.id).scalar_subquery()
        mine = update(one.table).where(one.owner == move.to, one.table.c.id.in_(noted(one.table, move)))
        await session.execute(mine.values(values))


def noted(table: Table, move: Move, column: Column[Any] = MERGED_ROWS.c.row_id) -> Any:
    """What was written down of the rows that this merge moved from there."""
    return select(column).where(
        MERGED_ROWS.c.merge_id == move.merge_id,
        MERGED_ROWS.c.table_name == table.name,
        MERGED_ROWS.c.was == move.was,
    )
