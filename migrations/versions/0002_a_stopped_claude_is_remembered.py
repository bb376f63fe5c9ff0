"""A stopped Claude is remembered

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    stopped = sa.Column("claude_stopped", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("conversation", stopped)


def downgrade() -> None:
    op.drop_column("conversation", "claude_stopped")
