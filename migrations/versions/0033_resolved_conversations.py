"""Resolved conversations

Revision ID: 0033
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0038"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "closure",
        sa.Column("id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("position", Id, nullable=False),
        sa.Column("by_id", Id, nullable=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("summary", sa.Text(), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_closure_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user.id"], name=op.f("fk_closure_by_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
    )
    op.create_index(op.f("ix_closure_conversation_id"), "closure", ["conversation_id"])
    op.create_index(op.f("ix_closure_by_id"), "closure", ["by_id"])
    op.add_column("conversation", sa.Column("resolved_position", Id, nullable=True))
    op.add_column(
        "installation",
        sa.Column("returns_when_resolved", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.add_column("installation", sa.Column("returns_after_hours", Id, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("installation", "returns_after_hours")
    op.drop_column("installation", "returns_when_resolved")
    op.drop_column("conversation", "resolved_position")
    op.drop_table("closure")
