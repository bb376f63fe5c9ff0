"""How fast may leave what waits: by number and by contact"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "number_pace",
        sa.Column("number_id", Id, autoincrement=False, nullable=False),
        sa.Column("free_at", Moment, nullable=False),
        sa.Column("slowdowns", Id, nullable=False),
        sa.Column("slowed_at", Moment, nullable=True),
        sa.Column("stopped_code", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["number_id"], ["number.id"], name=op.f("fk_number_pace_number_id_number"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number_id", name=op.f("pk_number_pace")),
    )
    op.create_table(
        "contact_pace",
        sa.Column("conversation_id", Id, autoincrement=False, nullable=False),
        sa.Column("free_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_contact_pace_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_contact_pace")),
    )


def downgrade() -> None:
    op.drop_table("contact_pace")
    op.drop_table("number_pace")
