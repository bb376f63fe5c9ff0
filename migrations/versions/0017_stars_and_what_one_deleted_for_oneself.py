"""Stars and what one deleted for oneself

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("starred_message", "hidden_message")


def upgrade() -> None:
    for name in TABLES:
        op.create_table(
            name,
            sa.Column("user_id", Id, nullable=False),
            sa.Column("message_id", Id, nullable=False),
            sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
            sa.ForeignKeyConstraint(
                ["user_id"], ["user.id"], name=op.f(f"fk_{name}_user_id_user"), ondelete="CASCADE"
            ),
            sa.ForeignKeyConstraint(
                ["message_id"], ["message.id"], name=op.f(f"fk_{name}_message_id_message"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("user_id", "message_id", name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_message_id"), name, ["message_id"])


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
