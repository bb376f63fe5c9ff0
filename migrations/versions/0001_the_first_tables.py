"""The first tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql, sqlite

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)
Json = postgresql.JSONB().with_variant(sqlite.JSON(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(length=512), nullable=False),
        sa.Column("username", sa.String(length=128), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_table(
        "installation",
        sa.Column("id", Id, nullable=False),
        sa.Column("business_name", sa.String(length=120), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("handoff_text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "job",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("run_at", Moment, nullable=False),
        sa.Column("wanted", Id, nullable=False),
        sa.Column("tries", Id, nullable=False),
        sa.Column("lease_token", sa.String(length=36), nullable=True),
        sa.Column("lease_until", Moment, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_job_kind_key")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_due", ["run_at"], unique=False)

    op.create_table(
        "journal",
        sa.Column("id", Id, nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("set_aside", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_body_sha256"), ["body_sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_received_at"), ["received_at"], unique=False)

    op.create_table(
        "live_seq",
        sa.Column("id", Id, nullable=False),
        sa.Column("n", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_seq")),
    )
    op.create_table(
        "number",
        sa.Column("id", Id, nullable=False),
        sa.Column("phone_number_id", sa.String(length=64), nullable=False),
        sa.Column("display_phone_number", sa.String(length=64), nullable=False),
        sa.Column("business_account_id", sa.String(length=64), nullable=False),
        sa.Column("is_receive_only", sa.Boolean(), nullable=False),
        sa.Column("marks_read", sa.String(length=10), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number")),
        sa.UniqueConstraint("phone_number_id", name=op.f("uq_number_phone_number_id")),
    )
    op.create_table(
        "user",
        sa.Column("id", Id, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("blue_ticks", sa.Boolean(), nullable=False),
        sa.Column("silences_claude", sa.Boolean(), nullable=False),
        sa.Column("alert_shows_text", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    op.create_table(
        "conversation",
        sa.Column("id", Id, nullable=False),
        sa.Column("number_id", Id, nullable=False),
        sa.Column("contact_id", Id, nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("paused_until", Moment, nullable=True),
        sa.Column("assignee_id", Id, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("last_activity_at", Moment, nullable=False),
        sa.Column("last_message_position", Id, nullable=True),
        sa.Column("last_position", Id, nullable=False),
        sa.Column("last_inbound_position", Id, nullable=False),
        sa.Column("last_inbound_at", Moment, nullable=True),
        sa.Column("inbound_count", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["user.id"], name=op.f("fk_conversation_assignee_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_conversation_contact_id_contact"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["number_id"], ["number.id"], name=op.f("fk_conversation_number_id_number"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("number_id", "contact_id", name=op.f("uq_conversation_number_id_contact_id")),
    )
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversation_assignee_id"), ["assignee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversation_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index("ix_conversation_last_activity", ["last_activity_at", "id"], unique=False)
        batch_op.create_index("ix_conversation_last_inbound", ["last_inbound_position"], unique=False)

    op.create_table(
        "identity",
        sa.Column("id", Id, nullable=False),
        sa.Column("contact_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("first_seen_at", Moment, nullable=False),
        sa.Column("superseded_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_identity_contact_id_contact"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint("kind", "value", name=op.f("uq_identity_kind_value")),
    )
    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identity_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "reaction",
        sa.Column("id", Id, nullable=False),
        sa.Column("number_id", Id, nullable=False),
        sa.Column("contact_id", Id, nullable=False),
        sa.Column("target_wamid", sa.String(length=512), nullable=False),
        sa.Column("emoji", sa.String(length=64), nullable=True),
        sa.Column("reacted_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_reaction_contact_id_contact"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["number_id"], ["number.id"], name=op.f("fk_reaction_number_id_number"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reaction")),
        sa.UniqueConstraint(
            "number_id",
            "target_wamid",
            "contact_id",
            name=op.f("uq_reaction_number_id_target_wamid_contact_id"),
        ),
    )
    with op.batch_alter_table("reaction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reaction_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "set_aside",
        sa.Column("id", Id, nullable=False),
        sa.Column("journal_id", Id, nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["journal.id"], name=op.f("fk_set_aside_journal_id_journal"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
    )
    with op.batch_alter_table("set_aside", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_set_aside_journal_id"), ["journal_id"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_sign_in_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_user_id"), ["user_id"], unique=False)

    op.create_table(
        "draft",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_draft_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_draft_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "conversation_id", name=op.f("pk_draft")),
    )
    op.create_table(
        "handoff",
        sa.Column("id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("urgency", sa.String(length=10), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("settled_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_handoff_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff")),
    )
    with op.batch_alter_table("handoff", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handoff_conversation_id"), ["conversation_id"], unique=False)

    op.create_table(
        "live_event",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("conversation_id", Id, nullable=True),
        sa.Column("ref", Id, nullable=True),
        sa.Column("user_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_live_event_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_live_event_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_event")),
    )
    with op.batch_alter_table("live_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_live_event_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_live_event_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_live_event_user_id"), ["user_id"], unique=False)

    op.create_table(
        "read_cursor",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("position", Id, nullable=False),
        sa.Column("inbound_seen", Id, nullable=False),
        sa.Column("read_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_read_cursor_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_read_cursor_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "conversation_id", name=op.f("pk_read_cursor")),
    )
    with op.batch_alter_table("read_cursor", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_read_cursor_conversation_id"), ["conversation_id"], unique=False)

    op.create_table(
        "turn",
        sa.Column("id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("answers_position", Id, nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("attempts", Id, nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("failure", sa.String(length=80), nullable=True),
        sa.Column("request_id", sa.String(length=80), nullable=True),
        sa.Column("input_tokens", Id, nullable=False),
        sa.Column("cached_tokens", Id, nullable=False),
        sa.Column("output_tokens", Id, nullable=False),
        sa.Column("tokens_estimated", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_turn_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn")),
    )
    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.create_index("ix_turn_conversation", ["conversation_id", "state"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("number_id", Id, nullable=False),
        sa.Column("position", Id, nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("author", sa.String(length=10), nullable=False),
        sa.Column("user_id", Id, nullable=True),
        sa.Column("turn_id", Id, nullable=True),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("wamid", sa.String(length=512), nullable=True),
        sa.Column("reply_to_wamid", sa.String(length=512), nullable=True),
        sa.Column("compose_id", sa.String(length=36), nullable=True),
        sa.Column("sent_at", Moment, nullable=False),
        sa.Column("stored_at", Moment, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=True),
        sa.Column("edited_at", Moment, nullable=True),
        sa.Column("revoked_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_message_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["number_id"], ["number.id"], name=op.f("fk_message_number_id_number"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["turn_id"], ["turn.id"], name=op.f("fk_message_turn_id_turn"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_message_user_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("compose_id", name=op.f("uq_message_compose_id")),
        sa.UniqueConstraint("conversation_id", "position", name=op.f("uq_message_conversation_id_position")),
        sa.UniqueConstraint("number_id", "wamid", name=op.f("uq_message_number_id_wamid")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_thread", ["conversation_id", "sent_at", "position"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_turn_id"), ["turn_id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("id", Id, nullable=False),
        sa.Column("message_id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("number_id", Id, nullable=False),
        sa.Column("opaque", sa.String(length=36), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("tries", Id, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("next_try_at", Moment, nullable=True),
        sa.Column("lease_token", sa.String(length=36), nullable=True),
        sa.Column("lease_until", Moment, nullable=True),
        sa.Column("unknown_at", Moment, nullable=True),
        sa.Column("wamid", sa.String(length=512), nullable=True),
        sa.Column("error_code", Id, nullable=True),
        sa.Column("error_details", sa.Text(), nullable=True),
        sa.Column("sent_at", Moment, nullable=True),
        sa.Column("delivered_at", Moment, nullable=True),
        sa.Column("read_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_delivery_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_delivery_message_id_message"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["number_id"], ["number.id"], name=op.f("fk_delivery_number_id_number"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("opaque", name=op.f("uq_delivery_opaque")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_conversation", ["conversation_id", "status"], unique=False)
        batch_op.create_index("ix_delivery_due", ["status", "next_try_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_wamid"), ["wamid"], unique=False)

    op.create_table(
        "delivery_report",
        sa.Column("id", Id, nullable=False),
        sa.Column("delivery_id", Id, nullable=True),
        sa.Column("wamid", sa.String(length=512), nullable=False),
        sa.Column("opaque", sa.String(length=512), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("participant", sa.String(length=200), nullable=False),
        sa.Column("reported_at", Moment, nullable=False),
        sa.Column("error_code", Id, nullable=True),
        sa.Column("error_details", sa.Text(), nullable=True),
        sa.Column("pricing", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
            name=op.f("fk_delivery_report_delivery_id_delivery"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_report")),
        sa.UniqueConstraint(
            "wamid", "status", "participant", name=op.f("uq_delivery_report_wamid_status_participant")
        ),
    )
    with op.batch_alter_table("delivery_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_report_delivery_id"), ["delivery_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_report_opaque"), ["opaque"], unique=False)
    op.execute("INSERT INTO live_seq (id, n) VALUES (1, 0)")
    op.execute(
        "INSERT INTO installation (id, business_name, instructions, handoff_text) VALUES (1, '', '', '')"
    )


def downgrade() -> None:
    with op.batch_alter_table("delivery_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_report_opaque"))
        batch_op.drop_index(batch_op.f("ix_delivery_report_delivery_id"))

    op.drop_table("delivery_report")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_wamid"))
        batch_op.drop_index(batch_op.f("ix_delivery_message_id"))
        batch_op.drop_index("ix_delivery_due")
        batch_op.drop_index("ix_delivery_conversation")

    op.drop_table("delivery")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_turn_id"))
        batch_op.drop_index("ix_message_thread")

    op.drop_table("message")
    with op.batch_alter_table("turn", schema=None) as batch_op:
        batch_op.drop_index("ix_turn_conversation")

    op.drop_table("turn")
    with op.batch_alter_table("read_cursor", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_read_cursor_conversation_id"))

    op.drop_table("read_cursor")
    with op.batch_alter_table("live_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_live_event_user_id"))
        batch_op.drop_index(batch_op.f("ix_live_event_conversation_id"))
        batch_op.drop_index(batch_op.f("ix_live_event_at"))

    op.drop_table("live_event")
    with op.batch_alter_table("handoff", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handoff_conversation_id"))

    op.drop_table("handoff")
    op.drop_table("draft")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_user_id"))

    op.drop_table("sign_in")
    with op.batch_alter_table("set_aside", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_set_aside_journal_id"))

    op.drop_table("set_aside")
    with op.batch_alter_table("reaction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reaction_contact_id"))

    op.drop_table("reaction")
    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identity_contact_id"))

    op.drop_table("identity")
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index("ix_conversation_last_inbound")
        batch_op.drop_index("ix_conversation_last_activity")
        batch_op.drop_index(batch_op.f("ix_conversation_contact_id"))
        batch_op.drop_index(batch_op.f("ix_conversation_assignee_id"))

    op.drop_table("conversation")
    op.drop_table("user")
    op.drop_table("number")
    op.drop_table("live_seq")
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journal_received_at"))
        batch_op.drop_index(batch_op.f("ix_journal_body_sha256"))

    op.drop_table("journal")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_due")

    op.drop_table("job")
    op.drop_table("installation")
    op.drop_table("contact")
