"""The playground: an overseer writes as a customer would, and Claude answers as it would; nobody else hears of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.accounts.models import User
from app.assistant.choices import Choice
from app.assistant.desk import Desk
from app.characters import storable
from app.conversations.models import Author
from app.db import reading, transaction
from app.errors import Invalid
from app.i18n import N_
from app.jobs import Claim
from app.rehearsing.models import Playground
from app.rehearsing.rehearsal import Declined, Scene, rehearse
from app.rehearsing.spoken import Spoken

PLAY = "play"
LONGEST_TEXT, LONGEST_INSTRUCTIONS, MOST_LINES = 4096, 20_000, 200
NO_WORDS = N_("Write something, as a customer would.")
TOO_LONG = N_("This text is too long.")
TOO_MANY = N_("This conversation is long enough. Begin a new one.")

Line = dict[str, Any]


async def of(session: AsyncSession, user: User, *, locked: bool = False) -> Playground:
    """Theirs, a new one on first use."""
    asked = select(Playground).where(Playground.user_id == user.id)
    found = (await session.scalars(asked.with_for_update() if locked else asked)).one_or_none()
    return found or Playground(
        user_id=user.id, talk={}, instructions=None, model="", effort="", is_asked=False, version=0
    )


def lines_of(kept: Playground) -> list[Line]:
    lines: list[Line] = kept.talk.get("lines", [])
    return lines


async def say(session: AsyncSession, user: User, text: str) -> None:
    """Raises Invalid."""
    kept, text = await of(session, user, locked=True), storable(text).strip()
    if not text:
        raise Invalid(NO_WORDS, field="text")
    if len(text) > LONGEST_TEXT:
        raise Invalid(TOO_LONG, field="text")
    if len(lines_of(kept)) >= MOST_LINES:
        raise Invalid(TOO_MANY, field="text")
    line = {"by": Author.CONTACT, "text": text, "at": clock.now().isoformat()}
    await ask(session, kept, [*lines_of(kept), line])


async def ask_again(session: AsyncSession, user: User) -> None:
    """Another answer to what was said last."""
    kept = await of(session, user, locked=True)
    lines = lines_of(kept)
    while lines and lines[-1]["by"] != Author.CONTACT:
        lines = lines[:-1]
    if lines:
        await ask(session, kept, lines)


async def ask(session: AsyncSession, kept: Playground, lines: list[Line]) -> None:
    await change(session, kept, lines, is_asked=True)
    await jobs.enqueue(session, PLAY, str(kept.user_id), run_at=clock.now())


async def clear(session: AsyncSession, user: User) -> None:
    """Begin anew; what is being written comes to nothing."""
    await change(session, await of(session, user, locked=True), [], is_asked=False)


async def set_up(session: AsyncSession, user: User, instructions: str | None, choice: Choice | None) -> None:
    """What this playground has instead of what is in force. Raises Invalid."""
    kept = await of(session, user, locked=True)
    if instructions is not None and len(instructions) > LONGEST_INSTRUCTIONS:
        raise Invalid(TOO_LONG, field="instructions")
    kept.instructions = None if instructions is None else storable(instructions)
    kept.model, kept.effort = (choice.model, choice.effort) if choice else ("", "")
    session.add(kept)
    await session.flush()


async def change(session: AsyncSession, kept: Playground, lines: list[Line], *, is_asked: bool) -> None:
    kept.talk, kept.is_asked, kept.version = {"lines": lines}, is_asked, kept.version + 1
    session.add(kept)
    await session.flush()


async def play(claim: Claim, desk: Desk) -> None:
    """Work off a job of the kind "play": its key is the user. What was said meanwhile is answered by the next one."""
    asked = select(Playground).where(Playground.user_id == int(claim.key), Playground.is_asked)
    async with reading() as session:
        kept = (await session.scalars(asked)).one_or_none()
    if kept is None:
        return
    answer = await answer_of(scene_of(kept), desk)
    async with transaction() as session:
        same = asked.where(Playground.version == kept.version).with_for_update()
        if (still := (await session.scalars(same)).one_or_none()) is not None:
            line = {"by": Author.CLAUDE, "at": clock.now().isoformat(), **answer}
            await change(session, still, [*lines_of(still), line], is_asked=False)


async def answer_of(scene: Scene, desk: Desk) -> Line:
    try:
        return (await rehearse(scene, desk)).as_json()
    except Declined as declined:
        return {"declined": declined.reason}


def scene_of(kept: Playground) -> Scene:
    choice = Choice(kept.model, kept.effort) if kept.model else None
    said = [one for line in lines_of(kept) for one in spoken_in(line)]
    return Scene(said, instructions=kept.instructions, choice=choice, user_id=kept.user_id)


def spoken_in(line: Line) -> list[Spoken]:
    """What a line said to the other side."""
    by, at = Author(line["by"]), datetime.fromisoformat(line["at"])
    return [Spoken(by, text, at) for text in line.get("bubbles", [line["text"]] if "text" in line else [])]
