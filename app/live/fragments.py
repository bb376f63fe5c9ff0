"""The only map from what happened to what is redrawn; the same partials as the page's, in wrappers that place them."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from jinja2 import Environment

from app import clock
from app.accounts.models import User
from app.attention import counting
from app.conversations import listing, thread
from app.conversations.access import can_see
from app.conversations.listing import Row, Seen
from app.conversations.models import Direction
from app.conversations.thread import Bubble
from app.i18n import current_locale
from app.live.crowd import Crowd
from app.live.events import Event, EventKind
from app.live.look import Look
from app.live.sheets import Sheets

INBOX = "inbox"
MESSAGES = (EventKind.MESSAGE_ADDED, EventKind.MESSAGE_CHANGED)
ALERT_WITHIN = timedelta(seconds=15)  # older news is caught up on quietly


@dataclass
class Redraw:
    """What a batch of events changes on one reader's screen, each thing once. Values are the newest event's id."""

    bubbles: dict[int, Event] = field(default_factory=dict)  # messages, by id; the latest news last
    added: dict[int, Event] = field(default_factory=dict)  # of `bubbles`: those that are new
    drafts: dict[int, Event] = field(default_factory=dict)  # conversations whose draft of Claude grew
    heads: dict[int, Event] = field(
        default_factory=dict
    )  # conversations whose mode, owner or hand-over changed
    rows: dict[int, Event] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)  # of `rows`: those that go to their new place
    rewritten: set[int] = field(default_factory=set)  # conversations whose thread is not what it was
    handed_over: dict[int, Event] = field(default_factory=dict)
    attention: bool = False
    resync: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.rows or self.drafts)

    def note(self, event: Event) -> None:
        """What this one event redraws."""
        conversation = event.conversation_id
        match event.kind:
            case EventKind.ATTENDANT_CHANGED | EventKind.UNKNOWN:
                self.resync = True
            case EventKind.MESSAGE_ADDED if event.ref and conversation:
                self.added[event.ref] = self.rows[conversation] = event
                self.note_bubble(event.ref, event)
                self.moved.add(conversation)
                self.attention = True
            case EventKind.MESSAGE_CHANGED if event.ref and conversation:
                self.rows[conversation] = event
                self.note_bubble(event.ref, event)
            case EventKind.PAST_ADDED if conversation:
                self.rows[conversation] = event
                self.moved.add(conversation)
                self.rewritten.add(conversation)
            case EventKind.CONVERSATION_CHANGED if conversation:
                self.heads[conversation] = self.rows[conversation] = event
                self.attention = True
            case EventKind.HANDED_OVER if conversation:
                self.heads[conversation] = self.rows[conversation] = self.handed_over[conversation] = event
                self.attention = True
            case EventKind.DRAFT_CHANGED if conversation:
                self.drafts[conversation] = event
                if event.ref is None:  # it began or ended
                    self.rows[conversation] = self.heads[conversation] = event
            case EventKind.CURSOR_MOVED if conversation:
                self.rows[conversation] = event
                self.attention = True

    def note_bubble(self, message: int, event: Event) -> None:
        """What was drawn for an older event may be kept, and out of date: each bubble is drawn for its newest, in order."""
        self.bubbles.pop(message, None)
        self.bubbles[message] = event


@dataclass(frozen=True)
class Reader:
    """Who looks, at what, in which language. `open_ids`: the conversations that are open in the browser's tabs."""

    user: User
    shows_list: bool
    open_ids: frozenset[int]

    def may_see(self, event: Event) -> bool:
        if event.user_id not in (None, self.user.id):
            return False
        return event.conversation_id is None or can_see(self.user, event.conversation_id)


def parse_topics(topics: str, user: User) -> Reader:
    """`inbox,conv:12` as a Reader; what is unknown, or not this user's to see, is left out."""
    parts = topics.split(",")[:20]
    ids = {
        int(part[5:])
        for part in parts
        if part.startswith("conv:") and part[5:].isascii() and part[5:].isdigit() and len(part) <= 23
    }
    return Reader(user, INBOX in parts, frozenset(one for one in ids if can_see(user, one)))


@dataclass(frozen=True)
class Picture:
    """What one event shows, the same for every reader. `bubbles`: the message, and the one below it.

    `quoting`: those that show a message which is new above them, or other words than before.
    """

    bubbles: Sequence[Bubble]
    quoting: Sequence[Bubble]
    row: Row | None


class Fragments:
    """Draws batches of events for readers; what is the same for many is drawn once."""

    def __init__(self, templates: Environment, zone: ZoneInfo) -> None:
        self.templates = templates
        self.zone = zone
        self.sheets = Sheets()
        self.crowd = Crowd(self.sheets)

    async def draw(self, events: Sequence[Event], reader: Reader) -> str | None:
        """The HTML that brings this reader's page up to date, "" when nothing of theirs changed; None: fetch it anew."""
        redraw = Redraw()
        for event in events:
            if reader.may_see(event):
                redraw.note(event)
        if redraw.resync or redraw.rewritten & reader.open_ids:
            return None
        current_locale.set(reader.user.locale)
        if redraw.is_empty:
            return ""
        async with AsyncExitStack() as stack:
            look = Look(stack)
            pieces = await self.thread_pieces(look, redraw, reader)
            pieces += await self.list_pieces(look, redraw, reader)
        return "".join(pieces)

    async def thread_pieces(self, look: Look, redraw: Redraw, reader: Reader) -> list[str]:
        """Bubbles, draft and head of the conversations that are open."""
        pieces = []
        open_ids = reader.open_ids
        for message, (event, bubble) in (await self.newest_bubbles(look, redraw, open_ids)).items():
            template = "live/message_added.html" if message in redraw.added else "live/message_changed.html"
            pieces.append(self.html(template, event, message, bubbles=[bubble]))
        for conversation, event in redraw.drafts.items():
            if conversation in open_ids and (row := await self.row(look, event)):
                pieces.append(self.html("live/draft.html", event, conversation, row=row))
        for conversation, event in redraw.heads.items():
            if conversation in open_ids and (row := await self.row(look, event)):
                pieces.append(
                    self.html(
                        "live/head.html",
                        event,
                        conversation,
                        f"user {reader.user.id}",
                        row=row,
                        user=reader.user,
                    )
                )
        return pieces

    async def newest_bubbles(
        self, look: Look, redraw: Redraw, open_ids: frozenset[int]
    ) -> dict[int, tuple[Event, Bubble]]:
        """Every bubble that looks different now, once: htmx finds the targets of an answer before it swaps any."""
        newest: dict[int, tuple[Event, Bubble]] = {}
        for event in redraw.bubbles.values():
            if event.conversation_id in open_ids:
                picture = await self.picture(look, event)
                touched = picture.bubbles if event.ref in redraw.added else picture.bubbles[:1]
                newest |= {bubble.message.id: (event, bubble) for bubble in (*touched, *picture.quoting)}
        return newest

    async def list_pieces(self, look: Look, redraw: Redraw, reader: Reader) -> list[str]:
        """Rows, the number in the title, and alerts."""
        rows = {one: row for one, event in redraw.rows.items() if (row := await self.row(look, event))}
        if not rows:
            return []
        seen = await self.crowd.seen(
            look, reader.user, {one: (redraw.rows[one], row) for one, row in rows.items()}
        )
        newest = max(redraw.rows.values(), key=lambda event: event.id)
        waiting = await self.crowd.waiting(look, reader.user, newest) if redraw.attention else None
        pieces = []
        if reader.shows_list:
            for one, row in rows.items():
                template = "live/row_moved.html" if one in redraw.moved else "live/row_changed.html"
                pieces.append(self.html(template, redraw.rows[one], one, seen[one], row=row, seen=seen[one]))
        if waiting is not None:
            pieces.append(self.templates.get_template("live/attention.html").render(waiting=waiting))
            pieces += await self.alerts(look, redraw, reader, rows, seen)
        return pieces

    async def alerts(
        self,
        look: Look,
        redraw: Redraw,
        reader: Reader,
        rows: dict[int, Row],
        seen: dict[int, Seen],
    ) -> list[str]:
        """What calls this reader by a desktop notification, if their browser may show one."""
        pieces = []
        fresh = clock.now() - ALERT_WITHIN
        template = self.templates.get_template("live/alert.html")
        for event in redraw.added.values():
            row = rows.get(event.conversation_id or 0)
            if row is None or event.at < fresh or not seen[row.conversation.id].unread:
                continue
            bubbles = await self.bubbles(look, event)
            if (
                bubbles
                and bubbles[0].message.direction == Direction.IN
                and counting.concerns(reader.user, row.conversation)
            ):
                pieces.append(template.render(row=row, bubble=bubbles[0], handoff=None, user=reader.user))
        for conversation, event in redraw.handed_over.items():
            if event.at >= fresh and conversation in rows:
                pieces.append(
                    template.render(row=rows[conversation], bubble=None, handoff=True, user=reader.user)
                )
        return pieces

    async def bubbles(self, look: Look, event: Event) -> Sequence[Bubble]:
        return (await self.picture(look, event)).bubbles

    async def row(self, look: Look, event: Event) -> Row | None:
        return (await self.picture(look, event)).row

    async def picture(self, look: Look, event: Event) -> "Picture":
        """What an event shows, read once however many look."""

        async def load() -> Picture:
            session = await look.session()
            message = event.ref if event.kind in MESSAGES else None
            bubbles = await thread.around(session, message, self.zone) if message else []
            is_late = len(bubbles) > 1 and event.kind == EventKind.MESSAGE_ADDED
            quoting: Sequence[Bubble] = ()
            if bubbles and (is_late or bubbles[0].message.edited_at):
                quoting = await thread.quoting(session, bubbles[0].message, self.zone)
            conversation = event.conversation_id or 0
            row = (await listing.rows_by_id(session, [conversation])).get(conversation)
            return Picture(bubbles, quoting, row)

        return await self.sheets.loaded(event.id, load)

    def html(self, template: str, event: Event, ref: int, variant: object = None, **context: object) -> str:
        key = (template, ref, event.id, variant, current_locale.get())
        return self.sheets.drawn(key, lambda: self.templates.get_template(template).render(**context))
