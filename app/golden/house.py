"""A business for one case: its settings and its knowledge, in a database that is thrown away."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete

from app import clock
from app.conversations.labelling import COLOURS
from app.conversations.models import Label
from app.db import transaction
from app.golden.cases import AUTHORS, KINDS, Golden
from app.installation import SILENCE_WORDS, Installation, installation
from app.knowledge import articles, embedding
from app.knowledge.articles import Wanted
from app.knowledge.evaluation import JOB
from app.opening_hours import checked
from app.rehearsing.rehearsal import Scene
from app.rehearsing.spoken import Spoken


async def furnish(case: Golden) -> None:
    """What the case says of the business, and nothing of the one before. Raises EmbedderFailed."""
    async with transaction() as session:
        for old in await articles.all_of_them(session):
            await articles.remove(session, old.id)
        for one in case.knowledge:
            await articles.create(session, Wanted(one.title, one.text), None)
        await session.execute(delete(Label))
        session.add_all(Label(name=name, colour=next(iter(COLOURS))) for name in case.settings.labels)
        here = await installation(session)
        session.add(settled(here, case))
    await embedding.embed(JOB)


def settled(here: Installation, case: Golden) -> Installation:
    told = case.settings
    here.business_name, here.instructions = told.business_name, case.instructions
    here.handoff_text, here.person_words = told.handoff_text, told.person_words
    here.silence_words = SILENCE_WORDS if told.silence_words is None else told.silence_words
    here.opening_hours = checked(told.opening_hours)
    here.expected_wait_minutes = told.expected_wait_minutes
    here.claude_labels = bool(told.labels)
    return here


@contextmanager
def time_of(case: Golden, zone: ZoneInfo) -> Iterator[None]:
    """The clock stands where the case says, if it says so."""
    if not case.settings.now:
        yield
        return
    moment = datetime.fromisoformat(case.settings.now).replace(tzinfo=zone).astimezone(UTC)
    with clock.read_from(lambda: moment):
        yield


def scene_of(case: Golden) -> Scene:
    now = clock.now()
    return Scene(
        [
            Spoken(
                AUTHORS[line.who], line.text, now - timedelta(minutes=age), KINDS.get(line.type, line.type)
            )
            for line, age in zip(case.history, case.ages, strict=True)
        ]
    )
