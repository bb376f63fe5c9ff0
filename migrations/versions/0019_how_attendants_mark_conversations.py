"""How attendants mark conversations

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

Count = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "conversation_mark",
        sa.Column("user_id", Count, nullable=False),
        sa.Column("conversation_id", Count, nullable=False),
        sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("muted_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_position", Count, server_default=sa.text("0"), nullable=False),
        sa.Column("favourite_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_unread", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "conversation_id"),
    )
    op.create_index(op.f("ix_conversation_mark_conversation_id"), "conversation_mark", ["conversation_id"])


def downgrade() -> None:
    op.drop_table("conversation_mark")
