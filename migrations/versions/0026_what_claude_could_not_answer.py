"""What Claude could not answer, once somebody has seen to it

Revision ID: 0026
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0030"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "settled_gap",
        sa.Column("handoff_id", Id, nullable=False, autoincrement=False),
        sa.Column("mark", sa.String(12), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marked_by_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["handoff_id"],
            ["handoff.id"],
            name=op.f("fk_settled_gap_handoff_id_handoff"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["marked_by_id"],
            ["user.id"],
            name=op.f("fk_settled_gap_marked_by_id_user"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("handoff_id", name=op.f("pk_settled_gap")),
    )
    op.create_index(op.f("ix_settled_gap_marked_by_id"), "settled_gap", ["marked_by_id"])


def downgrade() -> None:
    op.drop_table("settled_gap")
