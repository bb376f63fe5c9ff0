"""Draws what happened: the same partials as the page's, in wrappers that place them."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import compress
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from jinja2 import Environment

from app.accounts.models import User
from app.accounts.permissions import Permission, may
from app.attention.counting import Counts
from app.conversations import held_texts, listing, thread
from app.conversations.listing import Row
from app.conversations.message_marks import Marks, marks_on
from app.conversations.models import HeldText, Message
from app.conversations.seen import Seen
from app.conversations.thread import Bubble
from app.i18n import current_locale
from app.live import drawer_pieces
from app.live.calls import calls_in
from app.live.consultations import Card, cards_for, exchange_of
from app.live.crowd import Crowd
from app.live.events import Event, EventKind
from app.live.look import Look
from app.live.recalled import recalled_of
from app.live.redraw import Reader, Redraw, View
from app.live.sheets import Sheets
from app.live.shown import Shown
from app.outbox import troubles
from app.outbox.troubles import NumberState

MESSAGES = (
    EventKind.MESSAGE_ADDED,
    EventKind.MESSAGE_CHANGED,
    EventKind.REACTED,
    EventKind.MESSAGE_MARKED,
    EventKind.NOTICE_ADDED,
    EventKind.MENTIONED,
)


@dataclass(frozen=True)
class Picture:
    """What one event shows, the same for every reader. `bubbles`: the message, and the one below it.

    `others`: those that quote it and now find it above them, or with other words; and the pictures of its album.
    """

    bubbles: Sequence[Bubble]
    others: Sequence[Bubble]
    row: Row | None


class Part(NamedTuple):
    """One reader's own. Readers of a view whose parts are equal get the same fragments."""

    seen: tuple[Seen, ...]  # as the rows that are shown
    counts: Counts | None
    calls: tuple[int, ...]  # places in `Shown.calls`
    shows_text: bool  # in an alert
    head_of: int | None  # the user, where a head is drawn: it speaks to them
    administers: bool
    cards: tuple[Card, ...]  # what Claude has written for this reader


class Fragments:
    """Draws batches of events for readers; what is the same for many is drawn once."""

    def __init__(self, templates: Environment, zone: ZoneInfo) -> None:
        self.templates = templates
        self.zone = zone
        self.sheets = Sheets()
        self.crowd = Crowd(self.sheets)

    async def draw(self, events: Sequence[Event], reader: Reader) -> str | None:
        """The HTML that brings this reader's page up to date, "" when nothing of theirs changed; None: fetch it anew."""
        return (await self.draw_for_all(events, [reader]))[0]

    async def draw_for_all(self, events: Sequence[Event], readers: Sequence[Reader]) -> list[str | None]:
        """The same for many, in their order. What looks alike for several is drawn once: one string for all of them."""
        alike: dict[tuple[View, tuple[bool, ...]], list[int]] = {}
        for place, reader in enumerate(readers):
            seen = tuple([reader.may_see(event) for event in events])
            alike.setdefault((reader.view, seen), []).append(place)
        drawn: list[str | None] = [None] * len(readers)
        for (view, seen), places in alike.items():
            redraw = Redraw.of(compress(events, seen))
            found = await self.draw_view(view, redraw, [readers[place].user for place in places])
            for place, html in zip(places, found, strict=True):
                drawn[place] = html
        return drawn

    async def draw_view(self, view: View, redraw: Redraw, users: Sequence[User]) -> Sequence[str | None]:
        """For readers who differ in nothing but who they are."""
        if redraw.resync or redraw.rewritten & view.open_ids:
            return [None] * len(users)
        if redraw.is_empty:
            return [""] * len(users)
        current_locale.set(view.locale)
        async with AsyncExitStack() as stack:
            look = Look(stack)
            for_all = await self.thread_pieces(look, redraw, view)
            shown = await self.shown(look, redraw, view)
            parts = await self.parts(look, redraw, view, shown, users)
        drawn: dict[Part, str] = {}
        for user, part in zip(users, parts, strict=True):
            if part not in drawn:
                drawn[part] = "".join([*for_all, *self.own_pieces(redraw, view, shown, user, part)])
        return [drawn[part] for part in parts]

    async def thread_pieces(self, look: Look, redraw: Redraw, view: View) -> list[str]:
        """Bubbles, drafts and windows of the conversations that are open."""
        pieces = []
        for message, (event, bubble) in (await self.newest_bubbles(look, redraw, view.open_ids)).items():
            template = "live/message_added.html" if message in redraw.added else "live/message_changed.html"
            pieces.append(self.html(template, event, message, bubbles=[bubble]))
            if event.ref == message:
                shown = await drawer_pieces.shared_of(self.sheets, look, self.zone, event, bubble)
                pieces += [self.html("live/shared.html", event, message, **shown)] if shown else []
        for message, event in redraw.recalled.items():
            if event.conversation_id in view.open_ids:
                gone = await recalled_of(self.sheets, look, self.zone, event)
                pieces.append(self.html("live/message_recalled.html", event, message, recalled=gone))
        for conversation, event in redraw.drafts.items():
            if conversation in view.open_ids and (row := await self.row(look, event)):
                pieces.append(self.html("live/draft.html", event, conversation, row=row))
        for conversation, event in redraw.writers.items():
            is_open = conversation in view.open_ids
            if (view.shows_list or is_open) and (row := await self.row(look, event)):
                told = {"row": row, "is_open": is_open, "in_list": view.shows_list}
                pieces.append(
                    self.html("live/writing.html", event, conversation, (is_open, view.shows_list), **told)
                )
        for conversation, event in redraw.windows.items():
            if conversation in view.open_ids and (row := await self.row(look, event)):
                held = await self.held(look, event)
                pieces.append(self.html("live/window.html", event, conversation, row=row, held=held))
        for conversation, event in redraw.contacts.items():
            if conversation in view.open_ids and (
                card := await drawer_pieces.card_of(self.sheets, look, event)
            ):
                shown = {"conversation_id": conversation, "card": card}
                pieces.append(self.html("live/contact.html", event, conversation, **shown))
        for answer, event in redraw.answers.items() if view.chat_ids else ():
            exchange = await exchange_of(self.sheets, look, event)
            if exchange and exchange.chat_id in view.chat_ids:
                pieces.append(self.html("live/exchange.html", event, answer, exchange=exchange))
        for message, event in redraw.marked.items():  # whoever may see such an event is one attendant
            if event.conversation_id in view.open_ids:
                bubbles, marks = (await self.picture(look, event)).bubbles, await self.marks(look, event)
                pieces.append(
                    self.html("live/message_marked.html", event, message, bubbles=bubbles, marks=marks)
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
                newest |= {bubble.message.id: (event, bubble) for bubble in (*touched, *picture.others)}
        return newest

    async def shown(self, look: Look, redraw: Redraw, view: View) -> Shown:
        rows: dict[int, tuple[Event, Row]] = {}
        heads: dict[int, tuple[Event, Row]] = {}
        for conversation, event in redraw.rows.items():
            if (row := await self.row(look, event)) and row.conversation.merged_into_id is None:
                rows[conversation] = event, row
        for conversation, event in redraw.heads.items():
            if conversation in view.open_ids and (row := await self.row(look, event)):
                heads[conversation] = event, row

        async def bubbles_of(event: Event) -> Sequence[Bubble]:
            return (await self.picture(look, event)).bubbles

        calls = await calls_in(redraw, rows, bubbles_of)
        stopped = await self.stopped(look, redraw.numbers) if redraw.numbers and view.shows_list else ()
        return Shown(rows, heads, calls, stopped)

    async def parts(
        self, look: Look, redraw: Redraw, view: View, shown: Shown, users: Sequence[User]
    ) -> list[Part]:
        """Each reader's own."""
        cards = await cards_for(self.sheets, look, redraw, view, users)
        seen = await self.crowd.seen(look, users, shown.rows)
        counts: dict[int, Counts] = {}
        if shown.rows and redraw.attention:
            newest = max(redraw.rows.values(), key=lambda event: event.id)
            counts = await self.crowd.counts(look, users, newest)
        return [
            Part(
                seen[user.id],
                counts.get(user.id),
                shown.calls_for(user, seen[user.id]) if shown.calls else (),
                user.alert_shows_text,
                user.id if shown.heads else None,
                may(user, Permission.ADMINISTER),
                cards[user.id],
            )
            for user in users
        ]

    def own_pieces(self, redraw: Redraw, view: View, shown: Shown, user: User, part: Part) -> list[str]:
        """Heads, rows, the number in the title, and what calls this reader by a desktop notification."""
        pieces = [
            self.html("live/head.html", event, one, f"user {user.id}", row=row, user=user)
            for one, (event, row) in shown.heads.items()
        ]
        for event, conversation, card in part.cards:
            variant = card.consultation.id if card else 0
            given: dict[str, Any] = {"shown": card, "conversation_id": conversation}
            pieces.append(self.html("live/consultation.html", event, conversation, variant, **given))
        if view.shows_list and redraw.numbers:
            told = {"stopped": shown.stopped, "administers": part.administers}
            pieces.append(self.html("live/stopped_numbers.html", redraw.numbers, 0, part.administers, **told))
        if view.shows_list:
            in_lists = redraw.in_lists(view, shown.rows, part.seen)
            pieces += [
                self.html(template, event, one, variant, **needed)
                for template, event, one, variant, needed in in_lists
            ]
        if part.counts is not None:
            pieces.append(self.templates.get_template("live/attention.html").render(counts=part.counts))
        alert = self.templates.get_template("live/alert.html")
        for call in (shown.calls[place] for place in part.calls):
            row = shown.rows[call.conversation_id][1]
            pieces.append(alert.render(row=row, call=call, user=user))
        return pieces

    async def stopped(self, look: Look, event: Event) -> Sequence[NumberState]:
        """The numbers that WhatsApp has stopped, as they are after this event."""

        async def load() -> Sequence[NumberState]:
            return await troubles.states(await look.session(), only_stopped=True)

        return await self.sheets.loaded(("stopped", event.id), load)

    async def held(self, look: Look, event: Event) -> Sequence[HeldText]:
        """What waits in the event's conversation for the customer to write again."""

        async def load() -> Sequence[HeldText]:
            return await held_texts.of(await look.session(), event.conversation_id or 0)

        return await self.sheets.loaded(("held", event.id), load)

    async def marks(self, look: Look, event: Event) -> Marks:
        """What the attendant of the event has made of its message."""

        async def load() -> Marks:
            return await marks_on(await look.session(), event.user_id or 0, [event.ref or 0])

        return await self.sheets.loaded(("marks", event.id), load)

    async def row(self, look: Look, event: Event) -> Row | None:
        return (await self.picture(look, event)).row

    async def picture(self, look: Look, event: Event) -> "Picture":
        """What an event shows, read once however many look."""

        async def load() -> Picture:
            session = await look.session()
            message = event.ref if event.kind in MESSAGES else None
            bubbles = await thread.around(session, message, self.zone) if message else []
            is_late = len(bubbles) > 1 and event.kind == EventKind.MESSAGE_ADDED
            others: list[Bubble] = []
            if bubbles and (is_late or is_another(bubbles[0].message)):
                others += await thread.quoting(session, bubbles[0].message, self.zone)
            if bubbles and (event.kind == EventKind.MESSAGE_ADDED or is_another(bubbles[0].message)):
                others += await thread.same_album(session, bubbles, self.zone)
            conversation = event.conversation_id or 0
            row = (await listing.rows_by_id(session, [conversation])).get(conversation)
            return Picture(bubbles, others, row)

        return await self.sheets.loaded(event.id, load)

    def html(self, template: str, event: Event, ref: int, variant: object = None, **context: object) -> str:
        key = (template, ref, event.id, variant, current_locale.get())
        return self.sheets.drawn(key, lambda: self.templates.get_template(template).render(**context))


def is_another(message: Message) -> bool:
    """Whether it no longer is what it was when it came."""
    return message.edited_at is not None or message.revoked_at is not None
