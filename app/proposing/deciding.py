"""Claude is asked to propose an article of a person's answer; a person approves what comes of it, or lays it aside."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.accounts.models import User
from app.errors import Conflict, Invalid, NotFound
from app.i18n import N_
from app.knowledge import articles, gaps
from app.knowledge.articles import Wanted
from app.knowledge.gaps import Gap
from app.knowledge.models import GapMark, KnowledgeArticle, Source
from app.proposing.models import Outcome, Proposal, ProposalState

PROPOSE = "propose"
MOST_AT_ONCE = 20
ONE_EACH = timedelta(seconds=5)  # so that customers never wait behind a row of proposals
NOT_ANSWERED = N_("A person has to answer first: an article is proposed of their words.")
GONE = N_("This proposal is not there any more.")
OTHERWISE = N_("This proposal is not what it was any more. Look at it again.")
WRITES = (Outcome.NEW, Outcome.AMEND)


@dataclass(frozen=True)
class Shown:
    """`article`: the one that it would amend, or in which it stands already; None for none, and where it is gone.

    `version`: another one after each change, so that nobody approves what they have not read.
    """

    proposal: Proposal
    article: KnowledgeArticle | None

    @property
    def outcome(self) -> str:
        """What is left of it: what would amend an article that is gone is one of its own."""
        if self.article is not None or self.proposal.outcome not in (Outcome.AMEND, Outcome.KNOWN):
            return self.proposal.outcome
        return Outcome.NEW if self.proposal.outcome == Outcome.AMEND else Outcome.NOTHING

    def amends(self, article: KnowledgeArticle) -> bool:
        return (
            self.article is not None
            and self.article.id == article.id
            and self.proposal.outcome == Outcome.AMEND
        )

    @property
    def version(self) -> str:
        ended_at = self.proposal.ended_at
        return f"{ended_at.isoformat() if ended_at else ''} {self.article.id if self.article else ''}"


async def of_gaps(session: AsyncSession, handoff_ids: Collection[int]) -> Mapping[int, Shown]:
    """Those that there are, by hand-over."""
    found = await session.scalars(select(Proposal).where(Proposal.handoff_id.in_(handoff_ids)))
    proposals = {one.handoff_id: one for one in found}
    named = {one.article_id for one in proposals.values()}
    there = select(KnowledgeArticle).where(
        KnowledgeArticle.id.in_(named), KnowledgeArticle.removed_at.is_(None)
    )
    known = {one.id: one for one in await session.scalars(there)}
    return {key: Shown(one, known.get(one.article_id or 0)) for key, one in proposals.items()}


async def ask(session: AsyncSession, by: User, handoff_id: int, *, place: int = 0) -> Proposal:
    """Have it written, by a job: at once, or after so many others. Raises NotFound, and Invalid without an answer."""
    await gaps.hold(session, by, handoff_id)
    gap = await gaps.gap_for(session, by, handoff_id)
    if not gap.answered:
        raise Invalid(NOT_ANSWERED)
    proposal = await session.get(Proposal, handoff_id)
    if proposal is None:
        proposal = Proposal(handoff_id=handoff_id)
        session.add(proposal)
    now = clock.now()
    proposal.state, proposal.failure, proposal.ended_at = ProposalState.WAITING, None, None
    proposal.outcome, proposal.title, proposal.body, proposal.article_id = "", "", "", None
    proposal.asked_at, proposal.asked_by_id = now, by.id
    proposal.decided_at, proposal.decided_by_id = None, None
    await session.flush()
    await jobs.enqueue(session, PROPOSE, str(handoff_id), run_at=now + place * ONE_EACH)
    return proposal


def askable(shown: Collection[Gap], proposals: Mapping[int, Shown]) -> list[int]:
    """Of these, the answered ones of which nothing was proposed yet, as hand-overs; as many as are asked for at once."""
    never = [one.handoff_id for one in shown if one.answered and one.handoff_id not in proposals]
    return never[:MOST_AT_ONCE]


async def approve(session: AsyncSession, by: User, handoff_id: int, seen: str) -> KnowledgeArticle:
    """Publish it, or add it to its article, as the form of articles would; the question leaves the list. `seen`: its
    version as they had it before them. Raises NotFound, Conflict or Invalid."""
    shown = await ready(session, by, handoff_id)
    if shown.version != seen or shown.outcome not in WRITES:
        raise Conflict(OTHERWISE)
    proposal = shown.proposal
    if shown.article is not None:
        article = await articles.change(session, shown.article.id, amended(shown.article, proposal), by)
    else:
        wanted = Wanted(proposal.title, proposal.body, is_published=True, source=Source.ANSWER)
        article = await articles.create(session, wanted, by)
    await gaps.settle(session, by, handoff_id, GapMark.WRITTEN)
    decide(proposal, ProposalState.APPROVED, by, article)
    return article


def amended(article: KnowledgeArticle, proposal: Proposal) -> Wanted:
    """The article with what is proposed below it."""
    body = f"{article.body.rstrip()}\n\n{proposal.body}"
    return Wanted(article.title, body, is_published=article.is_published)


async def dismiss(session: AsyncSession, by: User, handoff_id: int) -> None:
    """Lay it aside, also while it is being written. Raises NotFound."""
    await gaps.hold(session, by, handoff_id)
    proposal = await session.get(Proposal, handoff_id)
    if proposal is None or proposal.state == ProposalState.APPROVED:
        raise NotFound(GONE)
    decide(proposal, ProposalState.DISMISSED, by)


async def put_back(session: AsyncSession, by: User, handoff_id: int) -> None:
    """What was laid aside can be decided again; what Claude had not finished is asked for anew. Raises NotFound."""
    await gaps.hold(session, by, handoff_id)
    proposal = await session.get(Proposal, handoff_id)
    if proposal is None or proposal.state != ProposalState.DISMISSED:
        raise NotFound(GONE)
    if not proposal.outcome:
        await ask(session, by, handoff_id)
        return
    proposal.state, proposal.decided_at, proposal.decided_by_id = ProposalState.READY, None, None


async def note_written(session: AsyncSession, by: User, handoff_id: int, article: KnowledgeArticle) -> None:
    """Somebody has written the article in the form, perhaps with what was proposed as its beginning."""
    proposal = await session.get(Proposal, handoff_id)
    if proposal is not None and proposal.state != ProposalState.APPROVED:
        was_ready = proposal.state == ProposalState.READY
        decide(proposal, ProposalState.APPROVED if was_ready else ProposalState.DISMISSED, by, article)


async def ready(session: AsyncSession, by: User, handoff_id: int) -> Shown:
    """One that waits for a decision, held until the transaction ends. Raises NotFound."""
    await gaps.hold(session, by, handoff_id)
    shown = await open_one(session, handoff_id)
    if shown is None:
        raise NotFound(GONE)
    return shown


async def open_one(session: AsyncSession, handoff_id: int) -> Shown | None:
    """None unless it waits for a decision."""
    shown = (await of_gaps(session, [handoff_id])).get(handoff_id)
    return shown if shown is not None and shown.proposal.state == ProposalState.READY else None


def decide(
    proposal: Proposal, state: ProposalState, by: User, article: KnowledgeArticle | None = None
) -> None:
    proposal.state, proposal.decided_at, proposal.decided_by_id = state, clock.now(), by.id
    proposal.article_id = article.id if article else proposal.article_id
