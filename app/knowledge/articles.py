"""Articles as the owner changes them; their passages follow in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.errors import Invalid, NotFound
from app.i18n import N_
from app.knowledge import passages
from app.knowledge.models import KnowledgeArticle, Source

NOT_THERE = N_("This article is not there any more.")
NEEDS_TITLE = N_("Give the article a title: it is what the article is found by.")
NEEDS_WORDS = N_("An article needs at least one sentence.")
TOO_LONG = N_("This is longer than an article may be: divide it.")
LONGEST_TITLE, LONGEST_BODY = 200, 200_000  # characters


@dataclass(frozen=True)
class Wanted:
    """What somebody wants an article to say. `body` is Markdown."""

    title: str
    body: str
    is_published: bool = True
    source: Source = Source.WRITTEN
    source_name: str = ""

    def checked(self) -> "Wanted":
        """Raises Invalid (field "title" or "body")."""
        if not self.title.strip():
            raise Invalid(NEEDS_TITLE, field="title")
        if not self.body.strip():
            raise Invalid(NEEDS_WORDS, field="body")
        if len(self.title) > LONGEST_TITLE:
            raise Invalid(TOO_LONG, field="title")
        if len(self.body) > LONGEST_BODY:
            raise Invalid(TOO_LONG, field="body")
        return self


async def all_of_them(session: AsyncSession) -> Sequence[KnowledgeArticle]:
    """Those that were not thrown away, by title."""
    there = select(KnowledgeArticle).where(KnowledgeArticle.removed_at.is_(None))
    return (await session.scalars(there.order_by(KnowledgeArticle.title, KnowledgeArticle.id))).all()


async def of_id(session: AsyncSession, article_id: int) -> KnowledgeArticle:
    """Raises NotFound, also for one that was thrown away."""
    wanted = select(KnowledgeArticle).where(
        KnowledgeArticle.id == article_id, KnowledgeArticle.removed_at.is_(None)
    )
    found = (await session.scalars(wanted)).one_or_none()
    if found is None:
        raise NotFound(NOT_THERE)
    return found


async def create(session: AsyncSession, wanted: Wanted, by: User | None) -> KnowledgeArticle:
    """Raises Invalid."""
    now = clock.now()
    article = KnowledgeArticle(source=wanted.source, source_name=wanted.source_name[:500], created_at=now)
    write(article, wanted.checked(), by)
    session.add(article)
    await session.flush()
    await passages.divide(session, article)
    return article


async def change(session: AsyncSession, article_id: int, wanted: Wanted, by: User | None) -> KnowledgeArticle:
    """New words for an article; where they came from stays. Raises Invalid or NotFound."""
    article = await of_id(session, article_id)
    write(article, wanted.checked(), by)
    await session.flush()
    await passages.divide(session, article)
    return article


def write(article: KnowledgeArticle, wanted: Wanted, by: User | None) -> None:
    article.title, article.body = wanted.title.strip(), wanted.body.strip()
    article.is_published = wanted.is_published
    article.changed_at, article.changed_by_id = clock.now(), by.id if by else None


async def remove(session: AsyncSession, article_id: int) -> None:
    """Claude does not read it any more; `bring_back` undoes it. Raises NotFound."""
    (await of_id(session, article_id)).removed_at = clock.now()


async def bring_back(session: AsyncSession, article_id: int) -> KnowledgeArticle:
    """Raises NotFound once it is gone for good."""
    article = (
        await session.scalars(select(KnowledgeArticle).where(KnowledgeArticle.id == article_id))
    ).one_or_none()
    if article is None:
        raise NotFound(NOT_THERE)
    article.removed_at = None
    return article
