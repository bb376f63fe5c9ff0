"""What a thread shares: photos, documents and links, each found by an index of its own

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

PLACE = ["conversation_id", "sent_at", "position"]
SHARED = {
    "ix_message_media": "type IN ('image', 'video')",
    "ix_message_documents": "type = 'document'",
    "ix_message_links": "(lower(body) LIKE '%http%://_%' OR lower(body) LIKE '%www._%')",
}


def upgrade() -> None:
    for name, which in SHARED.items():
        op.create_index(name, "message", PLACE, sqlite_where=sa.text(which), postgresql_where=sa.text(which))


def downgrade() -> None:
    for name in SHARED:
        op.drop_index(name, "message")
