"""An attendant's chats as they are read: the list, one of them with its answers' versions, and what is found in all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.chats.models import Chat, ChatQuestion
from app.consulting.models import Consultation
from app.search.words import words_in

MOST_CHATS, MOST_QUESTIONS = 200, 100


@dataclass(frozen=True)
class Exchange:
    """A question and the versions of its answer, the newest last; `shown` is the one that is read."""

    chat_id: int
    question: ChatQuestion
    versions: Sequence[Consultation]
    shown: Consultation

    @property
    def number(self) -> int:
        """Which version is shown, from 1."""
        return [one.id for one in self.versions].index(self.shown.id) + 1

    def beside(self, step: int) -> int | None:
        """The id of the version before (-1) or after (1)."""
        place = self.number - 1 + step
        return self.versions[place].id if 0 <= place < len(self.versions) else None


async def chats_of(session: AsyncSession, user: User, asked: str = "") -> Sequence[Chat]:
    """The latest first; those that have every word that is asked for, whatever the accents."""
    theirs = select(Chat).where(Chat.user_id == user.id, Chat.deleted_at.is_(None))
    for word in words_in(asked[:200]):
        theirs = theirs.where(Chat.words.contains(word, autoescape=True))
    return (
        await session.scalars(theirs.order_by(Chat.updated_at.desc(), Chat.id.desc()).limit(MOST_CHATS))
    ).all()


async def exchanges_of(session: AsyncSession, chat: Chat, version: int | None = None) -> Sequence[Exchange]:
    """In their order. `version`: the answer that is read instead of the newest of its question."""
    newest = select(ChatQuestion).where(ChatQuestion.chat_id == chat.id)
    questions = (await session.scalars(newest.order_by(ChatQuestion.id.desc()).limit(MOST_QUESTIONS))).all()[
        ::-1
    ]
    answers = await answers_to(session, [question.id for question in questions])
    return [exchange(question, answers[question.id], version) for question in questions]


async def exchange_with(session: AsyncSession, consultation_id: int) -> Exchange | None:
    """The one that an answer belongs to, the newest version shown."""
    asked = await session.get(Consultation, consultation_id)
    question = await session.get(ChatQuestion, asked.question_id or 0) if asked else None
    if question is None:
        return None
    return exchange(question, (await answers_to(session, [question.id]))[question.id], None)


async def answers_to(session: AsyncSession, ids: Sequence[int]) -> Mapping[int, list[Consultation]]:
    wanted = select(Consultation).where(Consultation.question_id.in_(ids)).order_by(Consultation.id)
    found: dict[int, list[Consultation]] = {one: [] for one in ids}
    for answer in await session.scalars(wanted):
        found[answer.question_id or 0].append(answer)
    return found


def exchange(question: ChatQuestion, versions: Sequence[Consultation], version: int | None) -> Exchange:
    shown = next((one for one in versions if one.id == version), versions[-1])
    return Exchange(question.chat_id, question, versions, shown)
