"""Quick replies

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql, sqlite

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)
Json = postgresql.JSONB().with_variant(sqlite.JSON(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "quick_reply",
        sa.Column("id", Id, nullable=False),
        sa.Column("shortcut", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("stored_as", sa.String(length=64), nullable=True),
        sa.Column("file", Json, nullable=False),
        sa.Column("times_used", Id, nullable=False),
        sa.Column("used_at", Moment, nullable=True),
        sa.Column("changed_at", Moment, nullable=False),
        sa.Column("changed_by_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["user.id"],
            name=op.f("fk_quick_reply_changed_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quick_reply")),
        sa.UniqueConstraint("shortcut", name=op.f("uq_quick_reply_shortcut")),
    )
    op.create_index(op.f("ix_quick_reply_stored_as"), "quick_reply", ["stored_as"])
    op.create_index(op.f("ix_quick_reply_changed_by_id"), "quick_reply", ["changed_by_id"])


def downgrade() -> None:
    op.drop_table("quick_reply")
