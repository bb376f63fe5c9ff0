"""Budget and models by purpose

Revision ID: 0028
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0025"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("installation", sa.Column("budget_day_microusd", Id, nullable=True))
    op.add_column("installation", sa.Column("budget_month_microusd", Id, nullable=True))
    op.add_column(
        "installation", sa.Column("answers_per_day", Id, nullable=False, server_default=sa.text("50"))
    )
    op.add_column("installation", sa.Column("claude_trouble", sa.String(80), nullable=True))
    op.add_column("installation", sa.Column("claude_trouble_at", Moment, nullable=True))
    op.create_table(
        "model_choice",
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("model", sa.String(120), nullable=False),
        sa.Column("effort", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("purpose", name=op.f("pk_model_choice")),
    )


def downgrade() -> None:
    op.drop_table("model_choice")
    for name in (
        "claude_trouble_at",
        "claude_trouble",
        "answers_per_day",
        "budget_month_microusd",
        "budget_day_microusd",
    ):
        op.drop_column("installation", name)
