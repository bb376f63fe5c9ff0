"""Replays of what Claude answered once

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = postgresql.JSONB().with_variant(sa.JSON(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "replay",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(80), nullable=True),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("model", sa.String(120), nullable=False),
        sa.Column("effort", sa.String(10), nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.Column("drafts", Json, nullable=False),
        sa.Column("done", Id, nullable=False, server_default=sa.text("0")),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_replay_user_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay")),
    )
    op.create_index(op.f("ix_replay_user_id"), "replay", ["user_id"])
    op.create_table(
        "replay_case",
        sa.Column("id", Id, nullable=False),
        sa.Column("replay_id", Id, nullable=False),
        sa.Column("turn_id", Id, nullable=False),
        sa.Column("place", Id, nullable=False),
        sa.Column("tries", Id, nullable=False, server_default=sa.text("0")),
        sa.Column("number", Id, nullable=True),
        sa.Column("outcome", sa.String(12), nullable=True),
        sa.Column("asked", sa.Text(), nullable=False, server_default=""),
        sa.Column("was", Json, nullable=False, server_default="{}"),
        sa.Column("became", Json, nullable=True),
        sa.Column("pieces", Json, nullable=True),
        sa.ForeignKeyConstraint(
            ["replay_id"], ["replay.id"], name=op.f("fk_replay_case_replay_id_replay"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["turn_id"], ["turn.id"], name=op.f("fk_replay_case_turn_id_turn"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay_case")),
    )
    op.create_index(op.f("ix_replay_case_replay"), "replay_case", ["replay_id", "place"])
    op.create_index(op.f("ix_replay_case_turn_id"), "replay_case", ["turn_id"])


def downgrade() -> None:
    op.drop_table("replay_case")
    op.drop_table("replay")
