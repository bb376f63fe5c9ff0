"""Verdicts on answers of Claude's

Revision ID: 0038
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0039"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "answer_verdict",
        sa.Column("id", Id, nullable=False),
        sa.Column("message_id", Id, nullable=False),
        sa.Column("turn_id", Id, nullable=True),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("is_good", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
            name=op.f("fk_answer_verdict_message_id_message"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["turn_id"], ["turn.id"], name=op.f("fk_answer_verdict_turn_id_turn"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_answer_verdict_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_verdict")),
        sa.UniqueConstraint("message_id", "user_id", name=op.f("uq_answer_verdict_message_id_user_id")),
    )
    op.create_index(op.f("ix_answer_verdict_turn_id"), "answer_verdict", ["turn_id"])
    op.create_index(op.f("ix_answer_verdict_user_id"), "answer_verdict", ["user_id"])


def downgrade() -> None:
    op.drop_table("answer_verdict")
