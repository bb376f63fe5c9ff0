"""Who is called without a tab: Web Push

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("installation", sa.Column("push_key", sa.Text(), server_default="", nullable=False))
    op.add_column("sign_in", sa.Column("listened_at", Moment, nullable=True))
    op.create_table(
        "push_subscription",
        sa.Column("id", Id, nullable=False),
        sa.Column("sign_in_id", Id, nullable=False),
        sa.Column("endpoint", sa.String(1000), nullable=False),
        sa.Column("p256dh", sa.String(100), nullable=False),
        sa.Column("auth", sa.String(40), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["sign_in_id"],
            ["sign_in.id"],
            name=op.f("fk_push_subscription_sign_in_id_sign_in"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("endpoint", name=op.f("uq_push_subscription_endpoint")),
        sa.UniqueConstraint("sign_in_id", name=op.f("uq_push_subscription_sign_in_id")),
    )


def downgrade() -> None:
    op.drop_table("push_subscription")
    op.drop_column("sign_in", "listened_at")
    op.drop_column("installation", "push_key")
