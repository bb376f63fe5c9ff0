"""What is decided before Claude is asked: words that want a person or silence, circles that two machines run in, sound."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum, auto
from itertools import takewhile
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.assistant.voice import Voice, waiting_voices
from app.assistant.waiting import Waiting, waiting_texts
from app.conversations.models import Author, Conversation, Message
from app.installation import Installation
from app.search.words import words_of
from app.transcribing.models import Transcript

LONGEST_WISH = 80  # characters: who writes more has something to say, which Claude reads
MOST_ANSWERS, ANSWERS_SPAN = 6, timedelta(seconds=90)
SAME_WORDS = 3
CIRCLE_SPAN = timedelta(hours=1)
AT_ONCE = timedelta(seconds=2)  # after an answer no person has read it yet
MOST_AT_ONCE = 2
MOST_READ = 40


class Rule(StrEnum):
    """Why Claude is not asked."""

    WANTS_PERSON = auto()
    WANTS_SILENCE = auto()
    CIRCLE = auto()
    VOICE = auto()


async def rule_for(
    session: AsyncSession, conversation: Conversation, waiting: Waiting, here: Installation, *, hears: bool
) -> Rule | None:
    """The rule that decides, if one does. What was said before the conversation came back to Claude decides nothing:
    whoever gave it back knew. `hears`: whether voice messages are written down."""
    since = waiting.returned_at
    texts = await waiting_texts(session, conversation.id, waiting, since=since)
    lately = await said_lately(session, conversation.id, since)
    has_sound = await brings_sound(session, conversation.id, waiting, hears=hears)
    return rule_on(texts, lately, here, has_sound=has_sound)


def rule_on(
    texts: Sequence[str], lately: Sequence["Said"], here: Installation, *, has_sound: bool
) -> Rule | None:
    """The first that decides. `texts`: of what waits; `lately`: what was said within the last hour, old to new;
    `has_sound`: something that waits has to be heard."""
    if rule := rule_of_words(texts, here):
        return rule
    if go_round(lately, clock.now()):
        return Rule.CIRCLE
    return Rule.VOICE if has_sound else None


def rule_of_words(texts: Sequence[str], here: Installation) -> Rule | None:
    """The one that the words of what waits decide."""
    if any(is_one_of(text, here.silence_words) for text in texts):
        return Rule.WANTS_SILENCE
    if any(mentions(text, here.person_words) for text in texts):
        return Rule.WANTS_PERSON
    return None


def is_one_of(text: str, phrases: str) -> bool:
    """Whether the whole text is one of these phrases (commas between them), whatever its case and accents."""
    return len(text) <= LONGEST_WISH and words_of(text) in phrases_in(phrases)


def mentions(text: str, phrases: str) -> bool:
    """Whether a short text has one of these phrases in it."""
    if len(text) > LONGEST_WISH:
        return False
    said = words_of(text)
    return any(
        said[place : place + len(phrase)] == phrase
        for phrase in phrases_in(phrases)
        for place in range(len(said))
    )


def phrases_in(phrases: str) -> list[list[str]]:
    return [words for one in phrases.replace("\n", ",").split(",") if (words := words_of(one))]


class Said(NamedTuple):
    """One message of the customer's or of Claude's."""

    author: str
    body: str
    at: datetime


async def brings_sound(
    session: AsyncSession, conversation_id: int, waiting: Waiting, *, hears: bool = False
) -> bool:
    """Whether something that waits has to be heard, which Claude cannot: its words are not there, and will not be."""
    return Voice.UNHEARD in await waiting_voices(session, conversation_id, waiting, hears=hears)


async def said_lately(session: AsyncSession, conversation_id: int, since: datetime | None) -> list[Said]:
    """Old to new, by the customer and by Claude, within the last hour and after `since`."""
    now = clock.now()
    began = now - CIRCLE_SPAN if since is None else max(since, now - CIRCLE_SPAN)
    lately = (
        select(Message.author, func.coalesce(Transcript.text, Message.body), Message.stored_at)
        .select_from(Message)
        .outerjoin(Transcript, Transcript.message_id == Message.id)
        .where(
            Message.conversation_id == conversation_id,
            Message.author.in_((Author.CONTACT, Author.CLAUDE)),
            Message.stored_at > began,
        )
        .order_by(Message.position.desc())
        .limit(MOST_READ)
    )
    return [Said(*row) for row in (await session.execute(lately)).all()[::-1]]


def go_round(said: Sequence[Said], now: datetime) -> bool:
    """Whether the other side seems to be a machine too: too many answers in a short time, or the same words again."""
    answers = [one for one in said if one.author == Author.CLAUDE and one.at > now - ANSWERS_SPAN]
    return len(answers) > MOST_ANSWERS or repeats_itself(said)


def repeats_itself(said: Sequence[Said]) -> bool:
    """The same words three times, each after an answer of Claude's; twice where they come sooner than anybody types."""
    turns = [
        (one.body.strip(), before.author == Author.CLAUDE and one.at - before.at <= AT_ONCE)
        for before, one in zip([Said("", "", one_long_ago(said)), *said], said, strict=False)
        if one.author == Author.CONTACT and (before.author in ("", Author.CLAUDE))
    ]
    if not turns or not turns[-1][0]:
        return False
    last = turns[-1][0]
    same = list(takewhile(lambda turn: turn[0] == last, reversed(turns)))
    return len(same) >= SAME_WORDS or sum(at_once for _words, at_once in same) >= MOST_AT_ONCE


def one_long_ago(said: Sequence[Said]) -> datetime:
    return said[0].at - CIRCLE_SPAN if said else clock.now()
