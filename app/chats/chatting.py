"""An attendant talks with Claude: begins a chat, asks, asks for another answer, renames, deletes, brings back."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.accounts.models import User
from app.chats.models import Chat, ChatQuestion
from app.consulting import asking
from app.consulting.models import Consultation, ConsultationState, Wish
from app.errors import Invalid, NotFound
from app.i18n import N_
from app.search.words import folded

LONGEST, LONGEST_TITLE = 8_000, 120
EMPTY = N_("Write what you want to know.")
TOO_LONG = N_("This text is too long.")
STILL_WRITING = N_("Claude is still writing. Stop it first.")
NO_TITLE = N_("A chat needs a name.")


async def chat_for(session: AsyncSession, user: User, chat_id: int, *, deleted: bool = False) -> Chat:
    """Raises NotFound for one that is not there, or is another's."""
    wanted = select(Chat).where(Chat.id == chat_id, Chat.user_id == user.id)
    state = Chat.deleted_at.is_not(None) if deleted else Chat.deleted_at.is_(None)
    found = (await session.scalars(wanted.where(state).with_for_update(key_share=True))).one_or_none()
    if found is None:
        raise NotFound
    return found


async def begin(session: AsyncSession, user: User, text: str) -> Chat:
    """A chat is called as its first question begins. Raises Invalid."""
    title = " ".join(checked(text).split())
    short = title if len(title) <= 60 else f"{title[:59].rstrip()}…"
    chat = Chat(user_id=user.id, title=short, model="", words=folded(short), updated_at=clock.now())
    session.add(chat)
    await session.flush()
    await ask(session, chat, text)
    return chat


async def ask(session: AsyncSession, chat: Chat, text: str) -> None:
    """Raises Invalid, also while an answer is being written."""
    question = ChatQuestion(chat_id=chat.id, text=checked(text), asked_at=clock.now())
    await check_quiet(session, chat)
    session.add(question)
    await session.flush()
    chat.words, chat.updated_at = f"{chat.words} {folded(question.text)}", clock.now()
    await answer(session, chat, question)


async def ask_again(session: AsyncSession, chat: Chat, question_id: int) -> None:
    """One more version of an answer. Raises NotFound, Invalid."""
    question = await session.get(ChatQuestion, question_id)
    if question is None or question.chat_id != chat.id:
        raise NotFound
    await check_quiet(session, chat)
    await answer(session, chat, question)


async def answer(session: AsyncSession, chat: Chat, question: ChatQuestion) -> None:
    asked = Consultation(
        user_id=chat.user_id, question_id=question.id, wish=Wish.CHAT, given="", read_up_to=0
    )
    await asking.begin(session, asked)


async def check_quiet(session: AsyncSession, chat: Chat) -> None:
    running = select(Consultation.id).join(ChatQuestion, ChatQuestion.id == Consultation.question_id)
    ours = running.where(ChatQuestion.chat_id == chat.id, Consultation.state == ConsultationState.RUNNING)
    if (await session.execute(ours.limit(1))).first() is not None:
        raise Invalid(STILL_WRITING, field="text")


def checked(text: str) -> str:
    text = text.replace("\0", "").strip()
    if not text:
        raise Invalid(EMPTY, field="text")
    if len(text) > LONGEST:
        raise Invalid(TOO_LONG, field="text")
    return text


def change(chat: Chat, title: str, model: str) -> None:
    """Raises Invalid (field "title" or "model")."""
    title = " ".join(title.replace("\0", "").split())
    if not title:
        raise Invalid(NO_TITLE, field="title")
    if len(title) > LONGEST_TITLE:
        raise Invalid(TOO_LONG, field="title")
    if len(model) > LONGEST_TITLE:
        raise Invalid(TOO_LONG, field="model")
    chat.title, chat.model, chat.words = title, model, f"{chat.words} {folded(title)}"


def delete(chat: Chat) -> None:
    chat.deleted_at = clock.now()


def bring_back(chat: Chat) -> None:
    chat.deleted_at = None
