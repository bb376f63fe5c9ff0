"""The 24 hour window, and texts that wait for it to open

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)
A_DAY_LATER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', last_inbound_at, '+24 hours') || '000'",
    "postgresql": "last_inbound_at + interval '24 hours'",
}


def upgrade() -> None:
    op.add_column("conversation", sa.Column("window_until", Moment, nullable=True))
    later = A_DAY_LATER[op.get_bind().dialect.name]
    op.execute(f"UPDATE conversation SET window_until = {later} WHERE last_inbound_at IS NOT NULL")  # noqa: S608
    op.create_table(
        "held_text",
        sa.Column("id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("compose_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_held_text_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_held_text_user_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_text")),
        sa.UniqueConstraint("compose_id", name=op.f("uq_held_text_compose_id")),
    )
    op.create_index("ix_held_text_conversation_id", "held_text", ["conversation_id"])


def downgrade() -> None:
    op.drop_table("held_text")
    op.drop_column("conversation", "window_until")
