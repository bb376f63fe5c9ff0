"""Articles as the owner changes them; their passages follow in the same transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.characters import storable
from app.errors import Conflict, Invalid, NotFound
from app.i18n import N_
from app.knowledge import passages
from app.knowledge.models import KnowledgeArticle, Source

NOT_THERE = N_("This article is not there any more.")
NEEDS_TITLE = N_("Give the article a title: it is what the article is found by.")
NEEDS_WORDS = N_("An article needs at least one sentence.")
TOO_LONG = N_("This is longer than an article may be: divide it.")
OVERTAKEN = N_("Somebody else changed this article meanwhile. Nothing of yours is lost: it stands below.")
LONGEST_TITLE, LONGEST_BODY = 200, 200_000  # characters


class Overtaken(Conflict):
    """The article is not any more as its writer had it before them."""

    words = OVERTAKEN


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


async def of_id(session: AsyncSession, article_id: int, *, locked: bool = False) -> KnowledgeArticle:
    """Raises NotFound, also for one that was thrown away. `locked`: nobody else changes it until the transaction ends."""
    wanted = select(KnowledgeArticle).where(
        KnowledgeArticle.id == article_id, KnowledgeArticle.removed_at.is_(None)
    )
    wanted = wanted.with_for_update() if locked else wanted
    found = (await session.scalars(wanted)).one_or_none()
    if found is None:
        raise NotFound(NOT_THERE)
    return found


async def known(session: AsyncSession, article_id: int | None) -> KnowledgeArticle | None:
    """None for one that is not there, or was thrown away."""
    try:
        return await of_id(session, article_id) if article_id is not None else None
    except NotFound:
        return None


async def create(session: AsyncSession, wanted: Wanted, by: User | None) -> KnowledgeArticle:
    """Raises Invalid."""
    now = clock.now()
    article = KnowledgeArticle(
        source=wanted.source, source_name=storable(wanted.source_name)[:500], created_at=now
    )
    write(article, wanted.checked(), by)
    session.add(article)
    await session.flush()
    await passages.divide(session, article)
    return article


async def change(
    session: AsyncSession, article_id: int, wanted: Wanted, by: User | None, *, seen: str | None = None
) -> KnowledgeArticle:
    """New words for an article; where they came from stays. `seen`: its `version` as the writer had it before them, None
    for whatever it is. Raises Invalid, NotFound or Overtaken."""
    article = await of_id(session, article_id, locked=True)
    if seen is not None and seen != version(article):
        raise Overtaken
    write(article, wanted.checked(), by)
    await session.flush()
    await passages.divide(session, article)
    return article


def version(article: KnowledgeArticle) -> str:
    """Another one after each change."""
    return article.changed_at.isoformat()


async def publish(
    session: AsyncSession, article_ids: Collection[int], by: User | None, *, is_published: bool = True
) -> int:
    """Let Claude read these, or not any more; how many were otherwise before."""
    chosen = select(KnowledgeArticle).where(
        KnowledgeArticle.id.in_(article_ids),
        KnowledgeArticle.removed_at.is_(None),
        KnowledgeArticle.is_published.is_not(is_published),
    )
    changed = (await session.scalars(chosen.with_for_update())).all()
    for article in changed:
        article.is_published = is_published
        article.changed_at, article.changed_by_id = clock.now(), by.id if by else None
        await passages.divide(session, article)
    return len(changed)


def write(article: KnowledgeArticle, wanted: Wanted, by: User | None) -> None:
    article.title, article.body = storable(wanted.title.strip()), storable(wanted.body.strip())
    article.is_published = wanted.is_published
    article.changed_at, article.changed_by_id = clock.now(), by.id if by else None


async def remove(session: AsyncSession, article_id: int) -> None:
    """Claude does not read it any more; `bring_back` undoes it. Raises NotFound."""
    article = await of_id(session, article_id, locked=True)
    article.removed_at = clock.now()
    await passages.divide(session, article)


async def bring_back(session: AsyncSession, article_id: int) -> KnowledgeArticle:
    """Raises NotFound once it is gone for good."""
    article = (
        await session.scalars(
            select(KnowledgeArticle).where(KnowledgeArticle.id == article_id).with_for_update()
        )
    ).one_or_none()
    if article is None:
        raise NotFound(NOT_THERE)
    article.removed_at = None
    await passages.divide(session, article)
    return article
