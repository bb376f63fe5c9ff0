"""Chats with Claude

Revision ID: 0032
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0033"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "chat",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("model", sa.String(120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("deleted_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_chat_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat")),
    )
    op.create_index("ix_chat_user", "chat", ["user_id", "updated_at"])
    op.create_table(
        "chat_question",
        sa.Column("id", Id, nullable=False),
        sa.Column("chat_id", Id, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chat.id"], name=op.f("fk_chat_question_chat_id_chat"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_question")),
    )
    op.create_index(op.f("ix_chat_question_chat_id"), "chat_question", ["chat_id"])
    with op.batch_alter_table("consultation") as consultation:
        consultation.add_column(sa.Column("question_id", Id, nullable=True))
        consultation.add_column(sa.Column("sources", Json, nullable=True))
        consultation.create_foreign_key(
            op.f("fk_consultation_question_id_chat_question"),
            "chat_question",
            ["question_id"],
            ["id"],
            ondelete="CASCADE",
        )
        consultation.create_index(op.f("ix_consultation_question_id"), ["question_id"])


def downgrade() -> None:
    op.execute("DELETE FROM consultation WHERE question_id IS NOT NULL")
    with op.batch_alter_table("consultation") as consultation:
        consultation.drop_index(op.f("ix_consultation_question_id"))
        consultation.drop_constraint(op.f("fk_consultation_question_id_chat_question"), type_="foreignkey")
        consultation.drop_column("sources")
        consultation.drop_column("question_id")
    op.drop_table("chat_question")
    op.drop_table("chat")
