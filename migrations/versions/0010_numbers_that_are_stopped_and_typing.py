"""Numbers that are stopped and typing that the customer saw

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("number_pace", sa.Column("stopped_at", Moment, nullable=True))
    reported = sa.Column("stop_was_reported", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("number_pace", reported)
    op.create_table(
        "typing_shown",
        sa.Column("conversation_id", Id, autoincrement=False, nullable=False),
        sa.Column("shown_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_typing_shown_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_typing_shown")),
    )


def downgrade() -> None:
    op.drop_table("typing_shown")
    op.drop_column("number_pace", "stop_was_reported")
    op.drop_column("number_pace", "stopped_at")
