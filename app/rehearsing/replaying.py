"""A replay from its beginning to what becomes of it: begun, stopped, put in force, taken back, deleted."""

from collections.abc import Collection, Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.accounts.models import User
from app.assistant.choices import Choice, choose, chosen
from app.assistant.claude import Claude
from app.assistant.models import Purpose
from app.assistant.tools.knowing import MOST_WHOLE
from app.characters import storable
from app.db import alone_with
from app.errors import Conflict, Invalid, NotFound
from app.i18n import N_
from app.installation import installation
from app.knowledge.models import KnowledgeArticle
from app.knowledge.whole import is_more, size_of, these
from app.rehearsing.models import Replay, ReplayCase, ReplayState
from app.rehearsing.playground import LONGEST_INSTRUCTIONS, TOO_LONG
from app.rehearsing.remembering import newest_turns

REPLAY = "replay"
MOST_CASES, MOST_DRAFTS, MOST_KEPT = 100, 50, 100
NOTHING_YET = N_("Claude has answered nobody yet: there is nothing to replay.")
ONE_AT_A_TIME = N_("A replay is under way. Wait for its end, or stop it.")
LONG_DRAFTS = N_("Together these drafts are too long to be tried at once. Choose fewer of them.")
CHANGED_MEANWHILE = N_(
    "Somebody changed the instructions or the model in force meanwhile, so nothing was changed now."
)
NOT_THERE = N_("This replay is not there any more.")

RUNNING = Replay.state == ReplayState.RUNNING


async def begin(
    session: AsyncSession,
    user: User,
    most: int,
    instructions: str,
    choice: Choice,
    drafts: Collection[int],
    provider: Claude,
) -> Replay:
    """Ask the newest answers again. Raises Invalid."""
    if len(instructions) > LONGEST_INSTRUCTIONS:
        raise Invalid(TOO_LONG, field="instructions")
    titles = await drafts_among(session, drafts)
    if titles and is_more(size_of(await these(session, dict(titles))), MOST_WHOLE):
        raise Invalid(LONG_DRAFTS, field="drafts")
    await alone_with(session, [REPLAY])
    if await under_way(session) is not None:
        raise Invalid(ONE_AT_A_TIME, field="most")
    turns = await newest_turns(session, user, min(most, MOST_CASES))
    if not turns:
        raise Invalid(NOTHING_YET, field="most")
    replay = Replay(
        user_id=user.id,
        state=ReplayState.RUNNING,
        instructions=storable(instructions),
        model=choice.model,
        effort=choice.effort,
        before=await in_force(session, provider),
        drafts={"articles": [list(one) for one in titles]},
        began_at=clock.now(),
    )
    session.add(replay)
    await session.flush()
    session.add_all(
        ReplayCase(replay_id=replay.id, turn_id=turn, place=place, was={}) for place, turn in enumerate(turns)
    )
    await jobs.enqueue(session, REPLAY, str(replay.id), run_at=clock.now())
    return replay


async def in_force(session: AsyncSession, provider: Claude) -> dict[str, str]:
    choice = await chosen(session, Purpose.ANSWER, provider)
    here = await installation(session)
    return {"instructions": here.instructions, "model": choice.model, "effort": choice.effort}


def tried(replay: Replay) -> dict[str, str]:
    """What would be in force, by the same names."""
    return {"instructions": replay.instructions, "model": replay.model, "effort": replay.effort}


async def drafts_among(
    session: AsyncSession, ids: Collection[int] | None = None
) -> Sequence[tuple[int, str]]:
    """(id, title) of the articles that nobody has published, of these alone where some are named."""
    asked = select(KnowledgeArticle.id, KnowledgeArticle.title).where(
        KnowledgeArticle.is_published.is_(False), KnowledgeArticle.removed_at.is_(None)
    )
    if ids is not None:
        asked = asked.where(KnowledgeArticle.id.in_(ids))
    newest = asked.order_by(KnowledgeArticle.changed_at.desc(), KnowledgeArticle.id).limit(MOST_DRAFTS)
    return [(row.id, row.title) for row in await session.execute(newest)]


async def under_way(session: AsyncSession) -> Replay | None:
    return (await session.scalars(select(Replay).where(RUNNING).limit(1))).first()


async def all_of_them(session: AsyncSession) -> Sequence[Replay]:
    """The newest first."""
    return (await session.scalars(select(Replay).order_by(Replay.id.desc()).limit(MOST_KEPT))).all()


async def of_id(session: AsyncSession, replay_id: int, *, locked: bool = False) -> Replay:
    """Raises NotFound."""
    wanted = select(Replay).where(Replay.id == replay_id)
    found = (await session.scalars(wanted.with_for_update() if locked else wanted)).one_or_none()
    if found is None:
        raise NotFound(NOT_THERE)
    return found


async def cases_of(
    session: AsyncSession, replay_id: int, *, after: int | None = None
) -> Sequence[ReplayCase]:
    """In their order; `after`: only those that were done after so many others."""
    cases = select(ReplayCase).where(ReplayCase.replay_id == replay_id).order_by(ReplayCase.place)
    if after is not None:
        cases = cases.where(ReplayCase.number > after)
    return (await session.scalars(cases)).all()


async def end(session: AsyncSession, replay_id: int, state: ReplayState, reason: str | None = None) -> None:
    """Unless it has ended already."""
    running = update(Replay).where(Replay.id == replay_id, RUNNING)
    await session.execute(running.values(state=state, reason=reason and reason[:80], ended_at=clock.now()))


async def delete(session: AsyncSession, replay_id: int) -> None:
    """Whether or not it is under way."""
    await session.delete(await of_id(session, replay_id, locked=True))


async def use(session: AsyncSession, replay_id: int, provider: Claude) -> None:
    """Put what was tried in force. Raises Conflict when what is in force is not what it was compared with."""
    replay = await of_id(session, replay_id, locked=True)
    await exchange(session, replay.before, tried(replay), provider)
    replay.used_at = clock.now()


async def take_back(session: AsyncSession, replay_id: int, provider: Claude) -> None:
    """What was in force before is again. Raises Conflict when somebody has changed it since."""
    replay = await of_id(session, replay_id, locked=True)
    await exchange(session, tried(replay), replay.before, provider)
    replay.used_at = None


async def exchange(
    session: AsyncSession, expected: dict[str, str], wanted: dict[str, str], provider: Claude
) -> None:
    await alone_with(session, [REPLAY])
    if await in_force(session, provider) != expected:
        raise Conflict(CHANGED_MEANWHILE)
    here = await installation(session)
    here.instructions = wanted["instructions"]
    session.add(here)
    await choose(session, Purpose.ANSWER, Choice(wanted["model"], wanted["effort"]), provider)
