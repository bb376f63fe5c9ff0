"""What each attendant chooses: looks, sounds, notifications

Revision ID: 0013
Revises: 0012
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

Count = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = postgresql.JSONB().with_variant(sa.JSON(), "sqlite")


def choices() -> list[sa.Column[Any]]:
    return [
        sa.Column("theme", sa.String(10), server_default="system", nullable=False),
        sa.Column("wallpaper", sa.String(10), server_default="doodle", nullable=False),
        sa.Column("text_size", sa.String(10), server_default="medium", nullable=False),
        sa.Column("enter_sends", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("alert_for_messages", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("alert_for_reactions", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("sound_in", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("sound_out", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("keeps_archived", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("undo_send_seconds", Count, server_default="0", nullable=False),
        sa.Column("link_previews", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("shortcuts", Json, server_default=sa.text("'{}'"), nullable=False),
    ]


def upgrade() -> None:
    for column in choices():
        op.add_column("user", column)


def downgrade() -> None:
    for column in reversed(choices()):
        op.drop_column("user", column.name)
