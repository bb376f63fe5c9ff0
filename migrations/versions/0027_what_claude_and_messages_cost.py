"""What Claude and messages cost

Revision ID: 0027
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0024"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Moment = sa.DateTime(timezone=True)

KINDS = ("input", "cache_write_5m", "cache_write_1h", "cache_read", "output")
# In US$ of one thousandth per million tokens, in the order of KINDS; for Haiku also of long prompts.
PRICES = {
    "claude-haiku-5-5": (100, 125, 200, 10, 500),
    "claude-sonnet-5-5": (2_000, 2_500, 4_000, 200, 10_000),
    "claude-opus-5-5": (4_000, 5_000, 8_000, 400, 20_000),
    "claude-fable-5-2": (8_000, 10_000, 16_000, 800, 40_000),
}
LONG_ABOVE = {"claude-haiku-5-5": 100_000}
LONG = {"claude-haiku-5-5": (500, 625, 1_000, 50, 2_500)}
SINCE = "2026-10-01 00:00:00"


def upgrade() -> None:
    make_prices()
    op.create_table(
        "message_price",
        sa.Column("id", Id, nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("valid_from", Moment, nullable=False),
        sa.Column("microusd", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_price")),
    )
    make_ledger()
    arrived = sa.text("status IN ('delivered', 'read')")
    op.create_index(
        "ix_delivery_report_priced",
        "delivery_report",
        ["reported_at"],
        sqlite_where=arrived,
        postgresql_where=arrived,
    )
    op.add_column("installation", sa.Column("usd_in_brl", Id, nullable=True))
    op.add_column("installation", sa.Column("usd_in_brl_at", Moment, nullable=True))
    # What turns kept themselves: their tokens go on counting, at no price.
    op.execute(
        "INSERT INTO api_call (conversation_id, turn_id, purpose, provider, model, began_at, request_id,"
        " input_tokens, cache_write_5m_tokens, cache_write_1h_tokens, cache_read_tokens, output_tokens,"
        " thinking_tokens, is_estimated, latency_ms, failure)"
        " SELECT conversation_id, id, 'answer', 'claude', model, started_at, request_id, input_tokens, 0, 0,"
        " cached_tokens, output_tokens, 0, tokens_estimated, 0, failure"
        " FROM turn WHERE input_tokens + cached_tokens + output_tokens > 0"
    )


def make_prices() -> None:
    prices = op.create_table(
        "model_price",
        sa.Column("id", Id, nullable=False),
        sa.Column("model", sa.String(120), nullable=False),
        sa.Column("valid_from", Moment, nullable=False),
        *(sa.Column(kind, Id, nullable=False) for kind in KINDS),
        sa.Column("long_above", Id, nullable=True),
        *(sa.Column(f"long_{kind}", Id, nullable=True) for kind in KINDS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_price")),
    )
    op.create_index("ix_model_price_model", "model_price", ["model", "valid_from"])
    for model, usual in PRICES.items():
        row = dict(zip(KINDS, usual, strict=True))
        if model in LONG:
            row |= {f"long_{kind}": price for kind, price in zip(KINDS, LONG[model], strict=True)}
        row = {kind: price * 1000 for kind, price in row.items()}
        since = sa.literal_column(f"'{SINCE}+00:00'" if not is_sqlite() else f"'{SINCE}.000000'")
        op.execute(
            prices.insert().values(model=model, valid_from=since, long_above=LONG_ABOVE.get(model), **row)
        )


def make_ledger() -> None:
    tokens = (
        "input_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "cache_read_tokens",
        "output_tokens", "thinking_tokens",
    )  # fmt: skip
    leaning = {"conversation_id": "conversation", "turn_id": "turn", "user_id": "user"}
    op.create_table(
        "api_call",
        sa.Column("id", Id, nullable=False),
        *(sa.Column(name, Id, nullable=True) for name in leaning),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("provider", sa.String(30), nullable=False),
        sa.Column("model", sa.String(120), nullable=False),
        sa.Column("began_at", Moment, nullable=False),
        sa.Column("request_id", sa.String(80), nullable=True),
        *(sa.Column(name, Id, nullable=False) for name in tokens),
        sa.Column("is_estimated", sa.Boolean(), nullable=False),
        sa.Column("cost_microusd", Id, nullable=True),
        sa.Column("price_id", Id, nullable=True),
        sa.Column("latency_ms", Id, nullable=False),
        sa.Column("first_token_ms", Id, nullable=True),
        sa.Column("stop_reason", sa.String(40), nullable=True),
        sa.Column("failure", sa.String(80), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [name], [f"{table}.id"], name=op.f(f"fk_api_call_{name}_{table}"), ondelete="SET NULL"
            )
            for name, table in leaning.items()
        ),
        sa.ForeignKeyConstraint(
            ["price_id"],
            ["model_price.id"],
            name=op.f("fk_api_call_price_id_model_price"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_call")),
    )
    op.create_index("ix_api_call_began", "api_call", ["began_at", "cost_microusd"])
    for name in leaning:
        op.create_index(op.f(f"ix_api_call_{name}"), "api_call", [name])


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def downgrade() -> None:
    op.drop_column("installation", "usd_in_brl_at")
    op.drop_column("installation", "usd_in_brl")
    op.drop_index("ix_delivery_report_priced", "delivery_report")
    for name in ("api_call", "message_price", "model_price"):
        op.drop_table(name)
