"""How much people change of what Claude writes

Revision ID: 0042
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0036"
branch_labels = None
depends_on = None

MOMENTS = (  # by which the page about quality finds what happened lately
    ("ix_turn_started", "turn", "started_at"),
    ("ix_handoff_created", "handoff", "created_at"),
    ("ix_answer_verdict_given", "answer_verdict", "given_at"),
    ("ix_consultation_began", "consultation", "began_at"),
)


def upgrade() -> None:
    op.add_column("consultation", sa.Column("edit_distance", sa.Double(), nullable=True))
    for name, table, column in MOMENTS:
        op.create_index(name, table, [column])


def downgrade() -> None:
    for name, table, _column in reversed(MOMENTS):
        op.drop_index(name, table_name=table)
    op.drop_column("consultation", "edit_distance")
