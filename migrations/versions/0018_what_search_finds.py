"""What search finds

Revision ID: 0018
Revises: 0017
"""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql, sqlite

from app.conversations.models import Message
from app.db import UtcDateTime, made
from app.search import contact_text, message_text

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLES = ("message", "contact")
BATCH = 1000
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = postgresql.JSONB().with_variant(sqlite.JSON(), "sqlite")

# As they are at this revision, whatever becomes of the models.
MESSAGE = sa.table(
    "message",
    *(sa.column(name, Id) for name in ("id", "conversation_id", "user_id")),
    *(sa.column(name, sa.String) for name in ("direction", "author", "type", "body", "search_text")),
    *(sa.column(name, Json) for name in ("content", "beside")),
    *(sa.column(name, UtcDateTime()) for name in ("sent_at", "revoked_at")),
)
CONTACT = sa.table(
    "contact",
    *(sa.column(name, Id) for name in ("id", "merged_into_id")),
    *(sa.column(name, sa.String) for name in ("name", "book_name", "username", "search_text")),
)
IDENTITY = sa.table(
    "identity",
    sa.column("contact_id", Id),
    *(sa.column(name, sa.String) for name in ("kind", "value")),
    sa.column("superseded_at", UtcDateTime()),
)


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("search_text", sa.Text(), nullable=True))
    fill(MESSAGE, words_of_messages)
    fill(CONTACT, words_of_contacts)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        (list_words_on_sqlite if is_sqlite else list_words_on_postgres)(table)
        unread = sa.text("search_text IS NULL")
        op.create_index(
            f"ix_{table}_search_unread", table, ["id"], sqlite_where=unread, postgresql_where=unread
        )


def fill(table: Any, words: Any) -> None:
    """Write down what the rows that are there are found by, a batch at a time."""
    connection, last = op.get_bind(), 0
    own = [column for column in table.c if column.name != "search_text"]
    change = (
        sa.update(table).where(table.c.id == sa.bindparam("row")).values(search_text=sa.bindparam("words"))
    )
    while True:
        some = sa.select(*own).where(table.c.id > last).order_by(table.c.id).limit(BATCH)
        rows = connection.execute(some).mappings().all()
        if not rows:
            return
        last = rows[-1]["id"]
        connection.execute(change, [{"row": one, "words": text} for one, text in words(rows)])


def words_of_messages(rows: Any) -> list[tuple[int, str]]:
    return [(row["id"], message_text.text_of(made(Message, row))) for row in rows]


def words_of_contacts(rows: Any) -> list[tuple[int, str]]:
    held = sa.select(IDENTITY.c.contact_id, IDENTITY.c.value).where(
        IDENTITY.c.contact_id.in_([row["id"] for row in rows]),
        IDENTITY.c.kind == "wa_id",
        IDENTITY.c.superseded_at.is_(None),
    )
    numbers = defaultdict(list)
    for contact_id, wa_id in op.get_bind().execute(held):
        numbers[contact_id].append(wa_id)
    return [
        (
            row["id"],
            ""
            if row["merged_into_id"] is not None
            else contact_text.text_of((row["name"], row["book_name"], row["username"]), numbers[row["id"]]),
        )
        for row in rows
    ]


def list_words_on_sqlite(table: str) -> None:
    """Only which row has which word (`detail=none`), without the text, split at spaces (`ascii`)."""
    words = f"{table}_search"
    add = f"INSERT INTO {words} (rowid, search_text) VALUES (new.id, new.search_text);"  # noqa: S608 (names of ours)
    drop = (
        f"INSERT INTO {words} ({words}, rowid, search_text)"  # noqa: S608
        " VALUES ('delete', old.id, old.search_text);"
    )
    op.execute(
        f"CREATE VIRTUAL TABLE {words} USING fts5 (search_text, content='{table}', content_rowid='id',"
        " tokenize='ascii', detail=none, columnsize=0, prefix='1 2')"
    )
    op.execute(f"INSERT INTO {words} ({words}) VALUES ('rebuild')")  # noqa: S608
    op.execute(f"CREATE TRIGGER {words}_added AFTER INSERT ON {table} BEGIN {add} END")
    op.execute(f"CREATE TRIGGER {words}_gone AFTER DELETE ON {table} BEGIN {drop} END")
    op.execute(
        f"CREATE TRIGGER {words}_changed AFTER UPDATE OF search_text ON {table}"
        f" WHEN old.search_text IS NOT new.search_text BEGIN {drop} {add} END"
    )


def list_words_on_postgres(table: str) -> None:
    words = "array_to_tsvector(string_to_array(search_text, ' '))"
    op.execute(f"CREATE INDEX {table}_search ON {table} USING gin ({words})")


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in TABLES:
        op.drop_index(f"ix_{table}_search_unread", table)
        if is_sqlite:
            for when in ("added", "gone", "changed"):
                op.execute(f"DROP TRIGGER {table}_search_{when}")
        op.execute(f"DROP {'TABLE' if is_sqlite else 'INDEX'} {table}_search")
        op.drop_column(table, "search_text")
