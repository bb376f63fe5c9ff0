"""What a look into a file shows

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEEN = ("looked_at", "unsafe", "has_preview", "width", "height", "duration_seconds", "waveform", "pages")


def upgrade() -> None:
    with op.batch_alter_table("media") as media:
        media.alter_column("mime_sniffed", type_=sa.String(length=100), existing_type=sa.String(length=40))
        media.add_column(sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))
        media.add_column(sa.Column("unsafe", sa.String(length=20), nullable=True))
        media.add_column(sa.Column("has_preview", sa.Boolean(), server_default=sa.false(), nullable=False))
        media.add_column(sa.Column("width", Whole, nullable=True))
        media.add_column(sa.Column("height", Whole, nullable=True))
        media.add_column(sa.Column("duration_seconds", sa.Double(), nullable=True))
        media.add_column(sa.Column("waveform", sa.JSON(), nullable=True))
        media.add_column(sa.Column("pages", Whole, nullable=True))


def downgrade() -> None:
    op.execute("UPDATE media SET mime_sniffed = NULL WHERE length(mime_sniffed) > 40")
    with op.batch_alter_table("media") as media:
        for column in reversed(SEEN):
            media.drop_column(column)
        media.alter_column("mime_sniffed", type_=sa.String(length=40), existing_type=sa.String(length=100))
