"""The journal can be worked off again

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Count = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STILL_WAITS = sa.text("settled_at IS NULL")
STILL_FILED = sa.text("history_filed IS NOT NULL")


def upgrade() -> None:
    op.add_column("journal", sa.Column("history_filed", Count, nullable=True))
    op.create_index(
        "ix_journal_history", "journal", ["id"], sqlite_where=STILL_FILED, postgresql_where=STILL_FILED
    )
    op.add_column("set_aside", sa.Column("tries", Count, server_default="1", nullable=False))
    op.add_column("set_aside", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_set_aside_waiting",
        "set_aside",
        ["journal_id"],
        sqlite_where=STILL_WAITS,
        postgresql_where=STILL_WAITS,
    )
    op.execute(
        "INSERT INTO set_aside (journal_id, path, reason, created_at)"
        " SELECT id, '', set_aside, received_at FROM journal WHERE set_aside IS NOT NULL"
    )
    silence = sa.Column("silence_minutes", Count, server_default="1440", nullable=False)
    op.add_column("installation", silence)


def downgrade() -> None:
    op.drop_column("installation", "silence_minutes")
    op.execute("DELETE FROM set_aside WHERE path = '' OR settled_at IS NOT NULL")
    op.drop_index("ix_set_aside_waiting", "set_aside")
    op.drop_column("set_aside", "settled_at")
    op.drop_column("set_aside", "tries")
    op.drop_index("ix_journal_history", "journal")
    op.drop_column("journal", "history_filed")
