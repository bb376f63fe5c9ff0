"""Message templates

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql, sqlite

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)
Json = postgresql.JSONB().with_variant(sqlite.JSON(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "template",
        sa.Column("id", Id, nullable=False),
        sa.Column("business_account_id", sa.String(length=64), nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=512), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("status_reason", sa.String(length=200), nullable=False),
        sa.Column("quality", sa.String(length=20), nullable=False),
        sa.Column("parameter_format", sa.String(length=20), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("synced_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template")),
        sa.UniqueConstraint(
            "business_account_id", "template_id", name=op.f("uq_template_business_account_id_template_id")
        ),
    )


def downgrade() -> None:
    op.drop_table("template")
