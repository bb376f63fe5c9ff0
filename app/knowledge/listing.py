"""The articles as the page lists them: those that somebody may see, and those in which what they look for stands."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.accounts.permissions import Permission, may
from app.errors import NotFound
from app.knowledge import articles
from app.knowledge.models import KnowledgeArticle, Passage
from app.search.words import MOST_ASKED, WORD, folded

AT_ONCE = 100
SHOWN_AFTER_REMOVAL = timedelta(days=30)
LISTED = (
    *(KnowledgeArticle.id, KnowledgeArticle.title, KnowledgeArticle.source, KnowledgeArticle.source_name),
    *(KnowledgeArticle.is_published, KnowledgeArticle.changed_at, User.name.label("changed_by")),
)


@dataclass(frozen=True)
class Page:
    """Some of the articles, by title. `rest_from`: where the next ones begin, None at the end; `drafts`: how many of all
    are not published."""

    articles: Sequence[Row[int, str, str, str, bool, datetime, str]]
    rest_from: int | None
    total: int
    drafts: int


def seen_by(user: User) -> Select[int]:
    """The ids of what somebody may see: drafts are for those who write them."""
    there = select(KnowledgeArticle.id).where(KnowledgeArticle.removed_at.is_(None))
    return there if may(user, Permission.OVERSEE) else there.where(KnowledgeArticle.is_published)


async def page(
    session: AsyncSession, user: User, asked: str = "", beginning: int = 0, *, only_drafts: bool = False
) -> Page:
    """Those with every word that is asked for in title, text or source; accents and capitals do not matter."""
    ids = await found(session, user, asked)
    shown = select(*LISTED).outerjoin(User, User.id == KnowledgeArticle.changed_by_id)
    if only_drafts:
        shown = shown.where(KnowledgeArticle.is_published.is_(False))
    shown = shown.where(KnowledgeArticle.id.in_(ids)).order_by(KnowledgeArticle.title, KnowledgeArticle.id)
    rows = (await session.execute(shown.offset(beginning).limit(AT_ONCE + 1))).all()
    counted = select(func.count(), func.count().filter(KnowledgeArticle.is_published.is_(False)))
    total, drafts = (await session.execute(counted.where(KnowledgeArticle.id.in_(seen_by(user))))).one()
    rest_from = beginning + AT_ONCE if len(rows) > AT_ONCE else None
    return Page(rows[:AT_ONCE], rest_from, total, drafts)


async def found(session: AsyncSession, user: User, asked: str) -> Select[int] | list[int]:
    words = WORD.findall(folded(asked[:MOST_ASKED]))
    if not words:
        return seen_by(user)
    texts = select(
        KnowledgeArticle.id, KnowledgeArticle.title, KnowledgeArticle.source_name, KnowledgeArticle.body
    )
    rows = (await session.execute(texts.where(KnowledgeArticle.id.in_(seen_by(user))))).all()
    return await asyncio.to_thread(holding, words, rows)


def holding(asked: Sequence[str], rows: Sequence[Row[int, str, str, str]]) -> list[int]:
    texts = ((one, folded("\n".join(words))) for one, *words in rows)
    return [one for one, text in texts if all(word in text for word in asked)]


async def article_for(session: AsyncSession, user: User, article_id: int) -> KnowledgeArticle:
    """Raises NotFound, also for a draft that this person may not see."""
    article = await articles.of_id(session, article_id)
    if not article.is_published and not may(user, Permission.OVERSEE):
        raise NotFound(articles.NOT_THERE)
    return article


async def writer_of(session: AsyncSession, article: KnowledgeArticle) -> str:
    """The name of who changed it last; "" for nobody, or somebody who is gone."""
    return await session.scalar(select(User.name).where(User.id == article.changed_by_id)) or ""


async def passages_of(session: AsyncSession, article: KnowledgeArticle) -> Sequence[Passage]:
    """What Claude finds it by, in order."""
    wanted = select(Passage).where(Passage.article_id == article.id).order_by(Passage.place)
    return (await session.scalars(wanted)).all()


async def removed(session: AsyncSession) -> Sequence[KnowledgeArticle]:
    """What was thrown away in the last thirty days, the latest first."""
    since = clock.now() - SHOWN_AFTER_REMOVAL
    thrown = select(KnowledgeArticle).where(KnowledgeArticle.removed_at > since)
    return (await session.scalars(thrown.order_by(KnowledgeArticle.removed_at.desc()).limit(AT_ONCE))).all()
