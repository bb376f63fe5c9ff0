"""What customers send as files

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "media",
        sa.Column("id", Id, nullable=False),
        sa.Column("message_id", Id, nullable=False),
        sa.Column("media_id", sa.String(length=128), nullable=False),
        sa.Column("mime_declared", sa.String(length=100), nullable=False),
        sa.Column("mime_sniffed", sa.String(length=40), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", Id, nullable=True),
        sa.Column("file_name", sa.String(length=160), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("stored_as", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("tries", Id, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("fetched_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_media_message_id_message"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("message_id", name=op.f("uq_media_message_id")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_media_stored_as")),
    )


def downgrade() -> None:
    op.drop_table("media")
