"""What passages are found by

Revision ID: 0025
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

from app.knowledge.stems import stems

revision = "0025"
down_revision = "0029"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = "passage_search"

# As they are at this revision, whatever becomes of the models.
ARTICLE = sa.table(
    "knowledge_article",
    sa.column("id", Id),
    sa.column("title", sa.String),
    sa.column("is_published", sa.Boolean),
    sa.column("removed_at", sa.DateTime),
)
PASSAGE = sa.table(
    "passage",
    *(sa.column(name, Id) for name in ("id", "article_id")),
    *(sa.column(name, sa.String) for name in ("heading", "text", "stems")),
)


def upgrade() -> None:
    op.add_column("passage", sa.Column("parts", sa.LargeBinary(), nullable=True))
    op.create_table(
        "knowledge_version",
        sa.Column("id", Id, nullable=False),
        sa.Column("number", Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_version")),
    )
    op.execute("INSERT INTO knowledge_version (id, number) VALUES (1, 1)")
    fill()
    if op.get_bind().dialect.name == "sqlite":
        list_words_on_sqlite()
    else:
        op.execute(
            f"CREATE INDEX {WORDS} ON passage USING gin (array_to_tsvector(string_to_array(stems, ' ')))"
        )


def fill() -> None:
    """Write down what the passages that are there are found by."""
    connection = op.get_bind()
    found = sa.select(*PASSAGE.c["id", "heading", "text"], *ARTICLE.c["title", "is_published", "removed_at"])
    for row in connection.execute(found.join(ARTICLE, ARTICLE.c.id == PASSAGE.c.article_id)).all():
        is_found = row.is_published and row.removed_at is None
        words = " ".join(stems(row.title, row.heading, row.text)) if is_found else ""
        connection.execute(sa.update(PASSAGE).where(PASSAGE.c.id == row.id).values(stems=words))


def list_words_on_sqlite() -> None:
    """Which passage has which word; how rare a word is and how long a passage decide who comes first."""
    add = f"INSERT INTO {WORDS} (rowid, stems) VALUES (new.id, new.stems);"  # noqa: S608 (names of ours)
    drop = f"INSERT INTO {WORDS} ({WORDS}, rowid, stems) VALUES ('delete', old.id, old.stems);"  # noqa: S608
    op.execute(
        f"CREATE VIRTUAL TABLE {WORDS} USING fts5 (stems, content='passage', content_rowid='id', tokenize='ascii')"
    )
    op.execute(f"INSERT INTO {WORDS} ({WORDS}) VALUES ('rebuild')")  # noqa: S608
    op.execute(f"CREATE TRIGGER {WORDS}_added AFTER INSERT ON passage BEGIN {add} END")
    op.execute(f"CREATE TRIGGER {WORDS}_gone AFTER DELETE ON passage BEGIN {drop} END")
    op.execute(
        f"CREATE TRIGGER {WORDS}_changed AFTER UPDATE OF stems ON passage"
        f" WHEN old.stems IS NOT new.stems BEGIN {drop} {add} END"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for when in ("added", "gone", "changed"):
            op.execute(f"DROP TRIGGER {WORDS}_{when}")
        op.execute(f"DROP TABLE {WORDS}")
    else:
        op.execute(f"DROP INDEX {WORDS}")
    op.drop_table("knowledge_version")
    op.drop_column("passage", "parts")
