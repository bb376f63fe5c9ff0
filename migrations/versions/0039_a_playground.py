"""A playground for whoever oversees

Revision ID: 0039
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0031"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = postgresql.JSONB().with_variant(sa.JSON(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "playground",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("talk", Json, nullable=False),
        sa.Column("instructions", sa.Text(), nullable=True),
        sa.Column("model", sa.String(120), nullable=False, server_default=""),
        sa.Column("effort", sa.String(10), nullable=False, server_default=""),
        sa.Column("is_asked", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("version", Id, nullable=False, server_default=sa.text("0")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_playground_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_playground")),
    )


def downgrade() -> None:
    op.drop_table("playground")
