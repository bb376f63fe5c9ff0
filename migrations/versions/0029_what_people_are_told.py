"""What people are told at a hand-over, when they are there, and which tools a turn used

Revision ID: 0029
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql, sqlite

revision = "0029"
down_revision = "0027"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = postgresql.JSONB().with_variant(sqlite.JSON(), "sqlite")
TEXTS = ("tried", "questions", "suggestion")


def upgrade() -> None:
    op.add_column("installation", sa.Column("opening_hours", Json, nullable=False, server_default="{}"))
    op.add_column("installation", sa.Column("expected_wait_minutes", Id, nullable=False, server_default="0"))
    op.add_column(
        "installation", sa.Column("claude_labels", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("turn", sa.Column("steps", Json, nullable=False, server_default="{}"))
    with op.batch_alter_table("handoff") as handoff:
        for name in TEXTS:
            handoff.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        handoff.add_column(sa.Column("language", sa.String(10), nullable=False, server_default=""))
        handoff.add_column(sa.Column("sources", Json, nullable=False, server_default="{}"))
        handoff.add_column(sa.Column("turn_id", Id, nullable=True))
        handoff.create_foreign_key(
            op.f("fk_handoff_turn_id_turn"), "turn", ["turn_id"], ["id"], ondelete="SET NULL"
        )
        handoff.create_index(op.f("ix_handoff_turn_id"), ["turn_id"])


def downgrade() -> None:
    with op.batch_alter_table("handoff") as handoff:
        handoff.drop_index(op.f("ix_handoff_turn_id"))
        handoff.drop_constraint(op.f("fk_handoff_turn_id_turn"), type_="foreignkey")
        for name in ("turn_id", "sources", "language", *TEXTS):
            handoff.drop_column(name)
    op.drop_column("turn", "steps")
    for name in ("claude_labels", "expected_wait_minutes", "opening_hours"):
        op.drop_column("installation", name)
