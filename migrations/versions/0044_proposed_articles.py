"""Proposed articles

Revision ID: 0044
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0041"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "article_proposal",
        sa.Column("handoff_id", Id, autoincrement=False, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("article_id", Id, nullable=True),
        sa.Column("failure", sa.String(20), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", Id, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", Id, nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_article_proposal_{column}_{table}"),
                ondelete=ondelete,
            )
            for column, table, ondelete in (
                ("handoff_id", "handoff", "CASCADE"),
                ("article_id", "knowledge_article", "SET NULL"),
                ("asked_by_id", "user", "SET NULL"),
                ("decided_by_id", "user", "SET NULL"),
            )
        ),
        sa.PrimaryKeyConstraint("handoff_id", name=op.f("pk_article_proposal")),
    )
    for column in ("article_id", "asked_by_id", "decided_by_id"):
        op.create_index(op.f(f"ix_article_proposal_{column}"), "article_proposal", [column])


def downgrade() -> None:
    op.drop_table("article_proposal")
