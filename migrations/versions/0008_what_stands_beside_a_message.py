"""What stands beside a message, and how it read before it was edited

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql, sqlite

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)
Json = postgresql.JSONB().with_variant(sqlite.JSON(), "sqlite")


def upgrade() -> None:
    op.add_column("message", sa.Column("beside", Json, server_default=sa.text("'{}'"), nullable=False))
    op.create_table(
        "wording",
        sa.Column("id", Id, nullable=False),
        sa.Column("message_id", Id, nullable=False),
        sa.Column("wamid", sa.String(length=512), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_wording_message_id_message"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording")),
        sa.UniqueConstraint("message_id", "wamid", name=op.f("uq_wording_message_id_wamid")),
    )
    op.create_table(
        "early_change",
        sa.Column("id", Id, nullable=False),
        sa.Column("number_id", Id, nullable=False),
        sa.Column("target_wamid", sa.String(length=512), nullable=False),
        sa.Column("wamid", sa.String(length=512), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("changed_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["number_id"], ["number.id"], name=op.f("fk_early_change_number_id_number"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_early_change")),
        sa.UniqueConstraint(
            "number_id", "target_wamid", "wamid", name=op.f("uq_early_change_number_id_target_wamid_wamid")
        ),
    )


def downgrade() -> None:
    op.drop_table("early_change")
    op.drop_table("wording")
    op.drop_column("message", "beside")
