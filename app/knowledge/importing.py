"""What files and pages of the web say becomes drafts; one that was read in before can take the earlier one's place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.errors import Invalid
from app.knowledge import articles
from app.knowledge.articles import Wanted
from app.knowledge.files.found import Found
from app.knowledge.models import KnowledgeArticle, Source

TABLES = (".csv", ".tsv")  # of which each row is an article
Sibling = Row[int, str, str, bool]  # of the same source
SIBLING = (KnowledgeArticle.id, KnowledgeArticle.title, KnowledgeArticle.body, KnowledgeArticle.is_published)


@dataclass
class Kept:
    """What became of one file. `again`: those of `made` for which an earlier article of the same file stands."""

    made: list[int] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    unchanged: int = 0
    too_long: int = 0


async def keep(
    session: AsyncSession, source: Source, name: str, found: Iterable[Found], by: User, into: Kept
) -> None:
    """A draft of each, unless an article of the same source says the same already."""
    before = list(await of_source(session, source, name))
    for one in found:
        if any((old.title, old.body) == (one.title.strip(), one.body.strip()) for old in before):
            into.unchanged += 1
            continue
        wanted = Wanted(one.title, one.body, is_published=False, source=source, source_name=name)
        try:
            article = await articles.create(session, wanted, by)
        except Invalid:
            into.too_long += 1
            continue
        into.made.append(article.id)
        if earlier(article, before):
            into.again.append(article.id)


async def of_source(session: AsyncSession, source: str, name: str) -> Sequence[Sibling]:
    """The oldest first."""
    same = select(*SIBLING).where(
        KnowledgeArticle.source == source,
        KnowledgeArticle.source_name == name[:500],
        KnowledgeArticle.removed_at.is_(None),
    )
    return (await session.execute(same.order_by(KnowledgeArticle.id))).all()


def earlier(article: KnowledgeArticle, all_of_it: Sequence[Sibling]) -> Sibling | None:
    """The one that it can take the place of: of a table the same question, else the latest from before."""
    before = [one for one in all_of_it if one.id < article.id]
    same = [one for one in before if one.title == article.title]
    if article.source_name.lower().endswith(TABLES):
        before = []
    last = same or before
    return last[-1] if last else None


async def earlier_of(session: AsyncSession, article: KnowledgeArticle) -> Sibling | None:
    """None where nothing came from the same source before."""
    if article.source not in (Source.FILE, Source.SITE):
        return None
    return earlier(article, await of_source(session, article.source, article.source_name))


async def replace(session: AsyncSession, article_ids: Sequence[int], by: User) -> Sequence[int]:
    """Put the words of each in place of the earlier one's, which stays published or a draft as it was; the ids of the
    articles that stand now. Raises NotFound."""
    standing: list[int] = []
    siblings: dict[tuple[str, str], list[Sibling]] = {}
    for article_id in article_ids:
        fresh = await articles.of_id(session, article_id, locked=True)
        source = (fresh.source, fresh.source_name)
        if source not in siblings:
            siblings[source] = list(await of_source(session, *source))
        old = earlier(fresh, siblings[source]) if fresh.source in (Source.FILE, Source.SITE) else None
        if old is not None:
            siblings[source] = [one for one in siblings[source] if one.id != fresh.id]
            await articles.remove(session, fresh.id)
            await articles.change(session, old.id, Wanted(fresh.title, fresh.body, old.is_published), by)
        standing.append(old.id if old is not None else fresh.id)
    return standing
