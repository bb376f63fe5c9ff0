"""Notes are found by search

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

NOTES = sa.table(
    "message",
    *(sa.column(name, sa.String) for name in ("type", "search_text")),
    sa.column("revoked_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    """Not read yet: the housekeeping reads what they say, as it does whatever an older program stored."""
    put_down(None)


def downgrade() -> None:
    put_down("")


def put_down(words: str | None) -> None:
    theirs = sa.update(NOTES).where(NOTES.c.type == "note", NOTES.c.revoked_at.is_(None))
    op.execute(theirs.values(search_text=words))
