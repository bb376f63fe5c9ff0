"""Previews of links: on for everybody, until its writer wants none

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Anew for everybody: until now every link brought one, whatever the switch said."""
    begin_with(sa.true())


def downgrade() -> None:
    begin_with(sa.false())


def begin_with(choice: sa.ColumnElement[bool]) -> None:
    op.drop_column("user", "link_previews")
    op.add_column("user", sa.Column("link_previews", sa.Boolean(), server_default=choice, nullable=False))
