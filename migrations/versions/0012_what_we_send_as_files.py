"""What we send as files, and our own reactions

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

Count = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ONE_EACH = "uq_reaction_number_id_target_wamid_contact_id"
ONE_EACH_WAY = f"{ONE_EACH}_by_us"


def upgrade() -> None:
    op.add_column("media", sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("reaction") as reaction:
        reaction.add_column(sa.Column("by_us", sa.Boolean(), server_default=sa.false(), nullable=False))
        reaction.add_column(sa.Column("error_code", Count, nullable=True))
        reaction.add_column(sa.Column("sent_as", sa.String(512), nullable=True))
        reaction.drop_constraint(ONE_EACH, type_="unique")
        reaction.create_unique_constraint(ONE_EACH_WAY, ["number_id", "target_wamid", "contact_id", "by_us"])
    op.create_index(op.f("ix_reaction_sent_as"), "reaction", ["sent_as"])


def downgrade() -> None:
    op.execute("DELETE FROM reaction WHERE by_us")
    op.drop_index(op.f("ix_reaction_sent_as"), "reaction")
    with op.batch_alter_table("reaction") as reaction:
        reaction.drop_constraint(ONE_EACH_WAY, type_="unique")
        reaction.create_unique_constraint(ONE_EACH, ["number_id", "target_wamid", "contact_id"])
        reaction.drop_column("sent_as")
        reaction.drop_column("error_code")
        reaction.drop_column("by_us")
    op.drop_column("media", "uploaded_at")
