"""What a batch of events changes on a reader's screen, and who that reader is: the only map from one to the other."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from app.accounts.models import User
from app.conversations.access import can_see
from app.conversations.filters import Filter
from app.conversations.listing import Row
from app.conversations.seen import Seen
from app.i18n import spoken
from app.live.events import Event, EventKind

INBOX = "inbox"


@dataclass
class Redraw:
    """What a batch of events changes on one reader's screen, each thing once. Values are the newest event's id."""

    bubbles: dict[int, Event] = field(default_factory=dict)  # messages, by id; the latest news last
    added: dict[int, Event] = field(default_factory=dict)  # of `bubbles`: those that are new
    reacted: dict[int, Event] = field(default_factory=dict)  # of `bubbles`: those with a customer's new emoji
    recalled: dict[int, Event] = field(default_factory=dict)  # messages that are no more
    drafts: dict[int, Event] = field(default_factory=dict)  # conversations whose draft of Claude grew
    heads: dict[int, Event] = field(
        default_factory=dict
    )  # conversations whose mode, owner or hand-over changed
    rows: dict[int, Event] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)  # of `rows`: those that go to their new place
    contacts: dict[int, Event] = field(
        default_factory=dict
    )  # conversations whose contact is another than before
    placed: set[int] = field(default_factory=set)  # of `rows`: those that may come into a list, or leave it
    windows: dict[int, Event] = field(default_factory=dict)  # conversations whose 24 hours may be others
    rewritten: set[int] = field(default_factory=set)  # conversations whose thread is not what it was
    gone: dict[int, Event] = field(default_factory=dict)  # conversations that became part of another
    handed_over: dict[int, Event] = field(default_factory=dict)
    marked: dict[int, Event] = field(default_factory=dict)  # messages, as this reader has marked them
    assigned: dict[int, Event] = field(default_factory=dict)  # to this reader
    helped: dict[int, Event] = field(default_factory=dict)  # conversations where Claude may help this reader
    asked: set[int] = field(default_factory=set)  # of `helped`: where that help is another than before
    answers: dict[int, Event] = field(default_factory=dict)  # of Claude, in chats of this reader's own
    writers: dict[int, Event] = field(default_factory=dict)  # conversations in which others write than before
    mentioned: dict[int, Event] = field(default_factory=dict)  # notes that name this reader, by message
    numbers: Event | None = None  # the newest that changed what is said of stopped numbers
    attention: bool = False
    resync: bool = False

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Redraw":
        redraw = cls()
        for event in events:
            redraw.note(event)
        return redraw

    @property
    def is_empty(self) -> bool:
        return not (
            self.rows
            or self.drafts
            or self.gone
            or self.numbers
            or self.marked
            or self.bubbles
            or self.writers
            or self.asked
            or self.answers
        )

    def note(self, event: Event) -> None:
        """What this one event redraws."""
        conversation = event.conversation_id
        match event.kind:
            case EventKind.ATTENDANT_CHANGED | EventKind.LABEL_CHANGED | EventKind.UNKNOWN:
                self.resync = True
            case EventKind.MESSAGE_ADDED if event.ref and conversation:
                self.added[event.ref] = self.rows[conversation] = self.windows[conversation] = event
                self.helped[conversation] = event  # of what was said before
                self.note_bubble(event.ref, event)
                self.moved.add(conversation)
                self.attention = True
            case EventKind.MESSAGE_CHANGED | EventKind.REACTED if event.ref and conversation:
                self.rows[conversation] = event
                self.note_bubble(event.ref, event)
                if event.kind is EventKind.REACTED:
                    self.reacted[event.ref] = event
            case EventKind.NOTICE_ADDED if event.ref and conversation:
                self.added[event.ref] = event
                self.note_bubble(event.ref, event)
            case EventKind.MESSAGE_RECALLED if event.ref and conversation:
                self.recalled[event.ref] = self.rows[conversation] = event
                self.bubbles.pop(event.ref, None)
                self.added.pop(event.ref, None)
                self.moved.add(conversation)
            case EventKind.PAST_ADDED if conversation:
                self.rows[conversation] = event
                self.moved.add(conversation)
                self.rewritten.add(conversation)
            case EventKind.CONVERSATION_JOINED if conversation:
                self.gone[conversation] = event
                self.rewritten.add(conversation)
                self.attention = True
            case EventKind.CONVERSATION_CHANGED if conversation:
                self.heads[conversation] = self.rows[conversation] = self.windows[conversation] = event
                if event.ref:
                    self.contacts[conversation] = event
                self.placed.add(conversation)
                self.attention = True
            case EventKind.HANDED_OVER if conversation:
                self.heads[conversation] = self.rows[conversation] = self.handed_over[conversation] = event
                self.placed.add(conversation)
                self.attention = True
            case EventKind.ASSIGNED if conversation:
                self.rows[conversation] = self.assigned[conversation] = event
                self.attention = True
            case EventKind.WRITING_CHANGED if conversation:
                self.writers[conversation] = event
            case EventKind.CONSULTATION_CHANGED if conversation:
                self.helped[conversation] = event
                self.asked.add(conversation)
            case EventKind.CONSULTATION_CHANGED if event.ref:
                self.answers[event.ref] = event
            case EventKind.MENTIONED if event.ref and conversation:
                self.rows[conversation] = self.mentioned[event.ref] = event
            case EventKind.DRAFT_CHANGED if conversation:
                self.drafts[conversation] = event
                if event.ref is None:  # it began or ended
                    self.rows[conversation] = self.heads[conversation] = event
            case EventKind.NUMBER_CHANGED:
                self.numbers = event
            case EventKind.MESSAGE_MARKED if event.ref:
                self.marked[event.ref] = event
            case EventKind.CURSOR_MOVED if conversation:
                self.rows[conversation] = event
                self.placed.add(conversation)
                self.attention = True
            case EventKind.MARK_CHANGED if conversation:
                self.rows[conversation] = event
                self.moved.add(conversation)
                self.attention = True

    def in_lists(
        self, view: "View", rows: Mapping[int, tuple[Event, Row]], parts: Sequence[Seen]
    ) -> Iterator[tuple[str, Event, int, Hashable, dict[str, Any]]]:
        """What changes in the lists that are shown: template, event, conversation, what it varies by, what it needs.

        `rows` with the newest event of each, `parts`: the reader's own of each.
        """
        for chosen in view.lists:
            for one, event in self.gone.items():
                yield "live/row_gone.html", event, one, chosen, {"gone": one, "chosen": chosen}
            for (one, (event, row)), seen in zip(rows.items(), parts, strict=True):
                is_here = seen.is_in(chosen, is_open=one in view.open_ids, label_ids=row.label_ids)
                told = {"row": row, "seen": seen, "chosen": chosen, "gone": one}
                yield self.row_template(one, is_here=is_here), event, one, (seen, chosen), told

    def row_template(self, conversation: int, *, is_here: bool) -> str:
        """How a row is brought up to date in a list that holds it, or does not."""
        if not is_here:
            return "live/row_gone.html"
        if conversation in self.moved:
            return "live/row_moved.html"
        return "live/row_placed.html" if conversation in self.placed else "live/row_changed.html"

    def note_bubble(self, message: int, event: Event) -> None:
        """What was drawn for an older event may be kept, and out of date: each bubble is drawn for its newest, in order."""
        self.bubbles.pop(message, None)
        self.bubbles[message] = event


@dataclass(frozen=True)
class Reader:
    """Who looks, at what, in which language. `open_ids`: the conversations that are open in the browser's tabs.

    `lists`: those that the tabs show. `shows_list`: whether there is any, also one that holds no conversations, such as
    what a search found.
    """

    user: User
    shows_list: bool
    open_ids: frozenset[int]
    lists: tuple[Filter, ...] = (Filter(),)
    chat_ids: frozenset[int] = frozenset()

    @cached_property
    def view(self) -> "View":
        return View(spoken(self.user.locale), self.shows_list, self.open_ids, self.lists, self.chat_ids)

    def may_see(self, event: Event) -> bool:
        if event.user_id not in (None, self.user.id):
            return False
        return event.conversation_id is None or can_see(self.user, event.conversation_id)


class View(NamedTuple):
    """All that decides about a reader's fragments beside who they are."""

    locale: str
    shows_list: bool
    open_ids: frozenset[int]
    lists: tuple[Filter, ...]
    chat_ids: frozenset[int] = frozenset()


def parse_topics(topics: str, user: User) -> Reader:
    """`inbox:mine,conv:12` as a Reader; what is unknown, or not this user's to see, is left out. `inbox` alone is the
    list of all."""
    parts = topics.split(",")[:20]
    ids, chats = ids_in(parts, "conv:"), ids_in(parts, "chat:")
    named = [part[len(INBOX) + 1 :] for part in parts if part.startswith(f"{INBOX}:")]
    lists = {one for one in map(Filter.named, named) if one is not None} | (
        {Filter()} if INBOX in parts else set()
    )
    open_ids = frozenset(one for one in ids if can_see(user, one))
    return Reader(
        user, bool(named) or INBOX in parts, open_ids, tuple(sorted(lists, key=attrgetter("name"))), chats
    )


def ids_in(topics: Iterable[str], kind: str) -> frozenset[int]:
    """Those of one kind; a chat's events reach nobody but the attendant whose it is."""
    written = [topic.removeprefix(kind) for topic in topics if topic.startswith(kind)]
    return frozenset(int(one) for one in written if one.isascii() and one.isdigit() and len(one) <= 18)
