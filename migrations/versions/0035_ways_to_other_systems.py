"""Ways to other systems, and what was changed there

Revision ID: 0035
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0032"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = postgresql.JSONB().with_variant(sa.JSON(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "connector",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("method", sa.String(6), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("headers_sealed", sa.Text(), nullable=False),
        sa.Column("arguments", Json, nullable=False),
        sa.Column("picks", sa.Text(), nullable=False),
        sa.Column("timeout_seconds", Id, nullable=False),
        sa.Column("changes", sa.Boolean(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.Column("changed_by_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["user.id"], name=op.f("fk_connector_changed_by_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connector")),
        sa.UniqueConstraint("name", name=op.f("uq_connector_name")),
    )
    op.create_index(op.f("ix_connector_changed_by_id"), "connector", ["changed_by_id"])
    op.create_table(
        "connector_call",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("connector_id", Id, nullable=True),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("began_at", Moment, nullable=False),
        sa.Column("status", Id, nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("failure", sa.String(20), nullable=True),
        sa.ForeignKeyConstraint(
            ["connector_id"],
            ["connector.id"],
            name=op.f("fk_connector_call_connector_id_connector"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_connector_call_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connector_call")),
        sa.UniqueConstraint("key", name=op.f("uq_connector_call_key")),
    )
    op.create_index(op.f("ix_connector_call_connector_id"), "connector_call", ["connector_id"])
    op.create_index(op.f("ix_connector_call_conversation_id"), "connector_call", ["conversation_id"])


def downgrade() -> None:
    op.drop_table("connector_call")
    op.drop_table("connector")
