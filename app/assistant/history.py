"""What was said in one conversation, as Claude reads it: who said what, and nobody's words as orders."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.assistant import earlier
from app.assistant.hidden import seen
from app.assistant.replies import Block, sound
from app.contacts.models import Contact
from app.conversations import beside
from app.conversations.models import Author, Conversation, Direction, Message
from app.conversations.shown_content import (
    Answers,
    CallPermission,
    Choice,
    Contacts,
    Item,
    Location,
    Order,
    content_of,
)
from app.conversations.unsupported import NOTE, TEXTUAL, UNSUPPORTED, Notice
from app.i18n import catalogue
from app.outbox.delivery import DeliveryStatus
from app.transcribing.showing import said_aloud

NEWEST = 40
SAYS_NOTHING = (
    "reaction",
    "system",  # notices: the answers themselves tell who spoke, the rest is not for it
    NOTE,  # between people: it could tell the customer
)
FORMER = "Equipe"
PHONE = "Equipe, pelo celular"
WEEKDAYS = (
    "segunda-feira",
    "terça-feira",
    "quarta-feira",
    "quinta-feira",
    "sexta-feira",
    "sábado",
    "domingo",
)

LABELS = {
    "image": "foto",
    "video": "vídeo",
    "audio": "áudio",
    "voice": "áudio",
    "document": "documento",
    "sticker": "figurinha",
    "location": "localização",
    "contacts": "contato",
    "order": "pedido",
}
WRITTEN_DOWN = "[áudio, transcrito por máquina, pode ter erros]"
COME_BACK = "A equipe deixou esta conversa com você e o cliente ainda espera: ajude no que puder antes de chamar alguém."
UNREADABLE = "mensagem que não pode ser mostrada"

Turns = list[tuple[str, str]]  # (role, text)


async def history(
    session: AsyncSession,
    conversation: Conversation,
    *,
    answered_up_to: int,
    zone: ZoneInfo,
    now: datetime,
    numbers: Mapping[int, int] | None = None,
    has_come_back: bool = False,
) -> list[Block]:
    """The newest messages as turns that begin and end with the customer, what waits for an answer last.

    `answered_up_to` is the position of the last inbound message that needs no answer any more.
    `numbers`: of the files that go with it, by their message's id. `has_come_back`: people have left some of what
    waits to Claude.
    """
    messages = await newest_messages(session, conversation.id, after=conversation.resolved_position)
    names = await authors(session, messages)
    contact = (await session.scalars(select(Contact).where(Contact.id == conversation.contact_id))).one()
    here = context(contact.name, zone, now, COME_BACK if has_come_back else "")
    summary = await earlier.before(session, conversation, zone)
    spoken = await said_aloud(session, messages)
    return told(messages, names, answered_up_to, here, numbers, summary, spoken)


def told(
    messages: Sequence[Message],
    names: dict[int, str],
    answered_up_to: int,
    context: str,
    numbers: Mapping[int, int] | None = None,
    summary: str = "",
    spoken: Mapping[int, str] | None = None,
) -> list[Block]:
    """The same of messages that are at hand, old to new; `names`: of the attendants, by user id; `summary`: of what was
    before them; `spoken`: what voice messages say, by the message's id."""
    waits = [message for message in messages if is_waiting(message, answered_up_to)]
    before = [message for message in messages if message not in waits]
    numbers, spoken = numbers or {}, spoken or {}
    turns = [
        turn_of(message, names, numbers.get(message.id), spoken.get(message.id, ""))
        for message in (*before, *waits)
    ]
    if summary:
        turns.insert(0, ("user", tagged("contexto", summary)))
    return as_blocks(alternating(turns), context)


def is_waiting(message: Message, answered_up_to: int) -> bool:
    return message.direction == Direction.IN and message.position > answered_up_to


async def newest_messages(
    session: AsyncSession,
    conversation_id: int,
    *,
    after: int | None = None,
    up_to: int | None = None,
    until: datetime | None = None,
) -> Sequence[Message]:
    """Old to new, without what was taken back or never left; of them those between two positions of the thread, and
    those that were here by a moment."""
    shown = (
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.type.not_in(SAYS_NOTHING),
            Message.revoked_at.is_(None),
            or_(Message.status.is_(None), Message.status != DeliveryStatus.FAILED),
        )
        .order_by(Message.sent_at.desc(), Message.position.desc())
        .limit(NEWEST)
    )
    if after is not None:
        shown = shown.where(Message.position > after)
    if up_to is not None:
        shown = shown.where(Message.position <= up_to)
    if until is not None:
        shown = shown.where(Message.stored_at <= until)
    return (await session.scalars(shown)).all()[::-1]


async def authors(session: AsyncSession, messages: Iterable[Message]) -> dict[int, str]:
    """The names of the attendants who wrote, by user id."""
    wanted = {message.user_id for message in messages if message.user_id is not None}
    known = select(User.id, User.name).where(User.id.in_(wanted))
    return {user.id: user.name for user in await session.execute(known)}


def turn_of(
    message: Message, names: dict[int, str], number: int | None = None, spoken: str = ""
) -> tuple[str, str]:
    text = words_of(message, spoken) if number is None else f"[arquivo {number}] {words_of(message, spoken)}"
    match message.author:
        case Author.CONTACT:
            return "user", tagged("cliente", text)
        case Author.CLAUDE:
            return "assistant", text
        case Author.PHONE:
            return "assistant", f"[{PHONE}]: {text}"
    name = label(names.get(message.user_id or 0, ""))
    return "assistant", f"[{name}, atendente]: {text}" if name else f"[{FORMER}]: {text}"


def words_of(message: Message, spoken: str = "") -> str:
    """The text, or what stands for a thing that Claude does not see, with its caption; before it, what came beside it."""
    own = f"{WRITTEN_DOWN} {seen(sound(spoken)).strip()}" if spoken else own_words(message)
    return " ".join((*beside_words(message), own))


def beside_words(message: Message) -> Iterator[str]:
    if beside.forwarded(message.beside):
        yield "[encaminhada]"
    if advertisement := beside.advertisement(message.beside):
        yield named("veio de um anúncio", advertisement.headline, advertisement.body)
    if product := beside.product(message.beside):
        yield named("sobre o produto", product)


def own_words(message: Message) -> str:
    body = seen(sound(message.body)).strip()
    match content_of(message):
        case Choice(description=description):
            return f"{body} ({label(description)})"
        case Location(name=name, address=address):
            return named(LABELS["location"], name, address)
        case Contacts(people=people):
            return named(LABELS["contacts"], *(person.name for person in people))
        case Order(text=text, items=items):
            return f"{named(LABELS['order'], *map(item_words, items))} {seen(sound(text)).strip()}".strip()
        case Answers(pairs=pairs, text=text):
            return named("formulário", *(f"{name}: {words}" for name, words in pairs), text)
        case CallPermission(is_given=is_given):
            return "[permite ligações]" if is_given else "[não permite ligações]"
        case Notice(words=words) if words != UNSUPPORTED.words and message.type not in LABELS:
            return named(UNREADABLE, catalogue("pt_BR").gettext(words))
    if message.type in TEXTUAL and body:
        return body
    filename = message.content.get("filename") if message.type == "document" else None
    kind = named(LABELS.get(message.type, UNREADABLE), filename if isinstance(filename, str) else "")
    return f"{kind} {body}".strip()


def item_words(item: Item) -> str:
    price = f" a {item.price:.2f} {item.currency}" if item.price is not None else ""
    return f"{item.quantity} × {item.name}{price}".strip()


def named(kind: str, *details: str) -> str:
    """What a thing is and what tells it from another, in brackets."""
    known = "; ".join(filter(None, map(label, details)))
    return f"[{kind}: {known}]" if known else f"[{kind}]"


def label(text: str) -> str:
    """Somebody's words in one line that cannot close its brackets."""
    return " ".join(seen(sound(text)).replace("[", "(").replace("]", ")").split())[:80]


def tagged(tag: str, text: str) -> str:
    """Text of somebody else between our tags, as a person would see it; none of them can be forged inside."""
    safe = seen(text).replace("<", "&lt;").replace(">", "&gt;")
    return f"<{tag}>\n{safe}\n</{tag}>"


def context(name: str, zone: ZoneInfo, now: datetime, more: str = "") -> str:
    """What is true only at this moment, so it stands last, where it costs no cache."""
    here = now.astimezone(zone)
    lines = [f"Agora são {here:%H:%M} de {WEEKDAYS[here.weekday()]}, {here:%d/%m/%Y} ({zone.key})."]
    if first_name := next(iter(label(name).split()), ""):
        lines.append(f"Nome do cliente no WhatsApp: {first_name[:40]}")
    if more:
        lines.append(more)
    return tagged("contexto", "\n".join(lines))


def alternating(turns: Turns) -> Turns:
    """Neighbours of one role become one turn; the first is the user's, as the API wants it."""
    merged: Turns = []
    for role, text in turns:
        if merged and merged[-1][0] == role:
            merged[-1] = role, f"{merged[-1][1]}\n{text}"
        else:
            merged.append((role, text))
    if not merged or merged[0][0] != "user":
        merged.insert(0, ("user", tagged("contexto", earlier.NOTHING)))
    return merged


def as_blocks(turns: Turns, context: str) -> list[Block]:
    """The API's messages, with the context in front of the last turn's words."""
    role, last = turns[-1]
    ending = [("user", f"{context}\n{last}")] if role == "user" else [turns[-1], ("user", context)]
    turns = turns[:-1] + ending
    return [{"role": role, "content": [{"type": "text", "text": text}]} for role, text in turns]
