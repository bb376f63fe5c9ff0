"""What Claude knows of this business: articles, and the passages they are found by."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Source(StrEnum):
    """Where an article's words come from."""

    WRITTEN = "written"  # in the page
    FILE = "file"
    SITE = "site"  # a page of the web, by its address
    ANSWER = "answer"  # proposed from what a person answered, and approved


class GapMark(StrEnum):
    """What became of a question that Claude could not answer."""

    WRITTEN = "written"  # an article was written of it
    DONE = "done"
    NOT_NEEDED = "not_needed"


class KnowledgeArticle(Base):
    """One subject in the owner's words, as Markdown. Claude reads only what is published.

    `source_name`: the file's name or the page's address, "" for one written here. `removed_at`: thrown away, to be
    brought back for a while.
    """

    __tablename__ = "knowledge_article"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(10))
    source_name: Mapped[str] = mapped_column(String(500), default="")
    is_published: Mapped[bool]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    removed_at: Mapped[datetime | None]


class Passage(Base):
    """A piece of an article that answers one question: 60 to 120 words under one heading.

    `stems`: its words as full text finds them, "" while it is not to be found. `vector`: of the whole passage, float32
    in the machine's byte order, None until `embedder`, which names model and dimension, has read it. `parts`: those of
    its title and of each sentence, one behind the other.
    """

    __tablename__ = "passage"
    __table_args__ = (UniqueConstraint("article_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("knowledge_article.id", ondelete="CASCADE"))
    place: Mapped[int]  # in its article, from 0
    heading: Mapped[str] = mapped_column(String(200))  # "" under the article's own title
    text: Mapped[str] = mapped_column(Text)
    stems: Mapped[str] = mapped_column(Text)
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)
    embedder: Mapped[str | None] = mapped_column(String(120))
    parts: Mapped[bytes | None] = mapped_column(LargeBinary)  # last: SQLite reads a row from its beginning


class KnowledgeVersion(Base):
    """One row, whose number rises whenever what is found changes."""

    __tablename__ = "knowledge_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]


class SettledGap(Base):
    """A hand-over for want of knowledge that somebody has seen to: it stands on no list any more."""

    __tablename__ = "settled_gap"

    handoff_id: Mapped[int] = mapped_column(
        ForeignKey("handoff.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    mark: Mapped[str] = mapped_column(String(12))
    marked_at: Mapped[datetime]
    marked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
