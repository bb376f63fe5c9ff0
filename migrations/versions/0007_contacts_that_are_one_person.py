"""Contacts that are one person

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql, sqlite

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)
Json = postgresql.JSONB().with_variant(sqlite.JSON(), "sqlite")


def foreign_key(table: str, column: str, parent: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{parent}")
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.add_column("contact", sa.Column("book_name", sa.String(length=512), nullable=True))
    op.add_column("contact", sa.Column("book_name_at", Moment, nullable=True))
    op.add_column("contact", sa.Column("merged_into_id", Id, nullable=True))
    op.add_column("conversation", sa.Column("merged_into_id", Id, nullable=True))
    op.create_table(
        "contact_merge",
        sa.Column("id", Id, nullable=False),
        sa.Column("survivor_id", Id, nullable=False),
        sa.Column("vanished_id", Id, nullable=False),
        sa.Column("by_id", Id, nullable=True),
        sa.Column("merged_at", Moment, nullable=False),
        sa.Column("undone_at", Moment, nullable=True),
        sa.Column("taken", Json, nullable=False),
        foreign_key("contact_merge", "survivor_id", "contact"),
        foreign_key("contact_merge", "vanished_id", "contact"),
        foreign_key("contact_merge", "by_id", "user", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_merge")),
    )
    op.create_index(op.f("ix_contact_merge_survivor_id"), "contact_merge", ["survivor_id"])
    op.create_index(op.f("ix_contact_merge_vanished_id"), "contact_merge", ["vanished_id"])
    op.create_table(
        "merged_row",
        sa.Column("merge_id", Id, autoincrement=False, nullable=False),
        sa.Column("table_name", sa.String(length=64), nullable=False),
        sa.Column("row_id", Id, autoincrement=False, nullable=False),
        sa.Column("was", Id, nullable=False),
        sa.Column("position", Id, nullable=True),
        foreign_key("merged_row", "merge_id", "contact_merge"),
        sa.PrimaryKeyConstraint("merge_id", "table_name", "row_id", name=op.f("pk_merged_row")),
    )
    op.create_table(
        "possible_duplicate",
        sa.Column("id", Id, nullable=False),
        sa.Column("first_id", Id, nullable=False),
        sa.Column("second_id", Id, nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("noticed_at", Moment, nullable=False),
        sa.Column("dismissed_at", Moment, nullable=True),
        foreign_key("possible_duplicate", "first_id", "contact"),
        foreign_key("possible_duplicate", "second_id", "contact"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_possible_duplicate")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_possible_duplicate_first_id_second_id")),
    )
    op.create_index("ix_possible_duplicate_second", "possible_duplicate", ["second_id"])


def downgrade() -> None:
    op.drop_table("possible_duplicate")
    op.drop_table("merged_row")
    op.drop_table("contact_merge")
    op.drop_column("conversation", "merged_into_id")
    op.drop_column("contact", "merged_into_id")
    op.drop_column("contact", "book_name_at")
    op.drop_column("contact", "book_name")
