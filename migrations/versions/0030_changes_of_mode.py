"""Changes of mode are written down, and words decide some

Revision ID: 0030
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0028"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SILENCE_WORDS = "parar, stop, descadastrar"
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "mode_change",
        sa.Column("id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("was", sa.String(10), nullable=False),
        sa.Column("became", sa.String(10), nullable=False),
        sa.Column("until", Moment, nullable=True),
        sa.Column("reason", sa.String(60), nullable=False),
        sa.Column("by_id", Id, nullable=True),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_mode_change_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user.id"], name=op.f("fk_mode_change_by_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mode_change")),
    )
    op.create_index(op.f("ix_mode_change_conversation_id"), "mode_change", ["conversation_id"])
    op.create_index(op.f("ix_mode_change_by_id"), "mode_change", ["by_id"])
    op.add_column("installation", sa.Column("person_words", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "installation", sa.Column("silence_words", sa.Text(), nullable=False, server_default=SILENCE_WORDS)
    )


def downgrade() -> None:
    op.drop_column("installation", "silence_words")
    op.drop_column("installation", "person_words")
    op.drop_table("mode_change")
