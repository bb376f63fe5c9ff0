"""Words of passages listed at once

Revision ID: 0045
Revises: 0044

Postgres puts what is new to a GIN index on a list first, which every question then reads whole, once for each of its words,
until a vacuum sorts it in. Knowledge changes seldom and is asked all day: here each change is sorted in as it is made.
"""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX passage_search SET (fastupdate = off)")
        op.execute("SELECT gin_clean_pending_list('passage_search')")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX passage_search RESET (fastupdate)")
