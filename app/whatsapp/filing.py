"""Puts each item of a webhook where it belongs; one that cannot be used is set aside with its place and reason."""

import asyncio
import logging
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import singledispatchmethod

from sqlalchemy.ext.asyncio import AsyncSession

from app.contacts import duplicates, identities, phone_book
from app.contacts.models import DuplicateReason
from app.conversations import notices, past, reacting, receiving
from app.conversations.known import known_of
from app.conversations.past import Remembered
from app.conversations.receiving import Arrival
from app.db import stops_everything, was_overtaken
from app.message_templates import news
from app.outbox import reports, troubles
from app.outbox.delivery import DeliveryStatus, Report
from app.settings import Settings
from app.whatsapp import items, numbers
from app.whatsapp.graph_errors import GraphError, Remedy
from app.whatsapp.models import SetAside

log = logging.getLogger(__name__)

NUMBER_IN_BODY = re.compile(r"\b[0-9]{8,20}\b")
TOGETHER = 50  # messages in one go: a few milliseconds


class Filing:
    """What each kind of item does, in the transaction of its webhook."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    async def file_each(
        self, session: AsyncSession, journal_id: int, found: Iterable[items.Item], now: datetime
    ) -> None:
        """Every item in a savepoint of its own, so that a poisonous one never spoils the others."""
        for item in found:
            fault = await self.fault_of(item, session, now)
            if fault is not None and was_overtaken(fault):  # by now its row is there to be seen
                fault = await self.fault_of(item, session, now)
            if fault is not None:
                await self.set_aside(session, journal_id, item, fault, now)

    async def fault_of(self, item: items.Item, session: AsyncSession, now: datetime) -> Exception | None:
        """File one item; None, or why it cannot be used, with nothing left of the attempt. Raises outages."""
        announced = dict(session.info.get("live", ()))
        try:
            async with session.begin_nested():
                await self.file(item, session, now)
        except Exception as fault:
            if stops_everything(fault):
                raise
            session.info["live"] = announced
            return fault
        return None

    async def file_together(
        self, session: AsyncSession, found: Sequence[tuple[items.Item, datetime]]
    ) -> None:
        """Items of many webhooks, each with when we heard of it. Raises at the first that cannot be used.

        Customers' messages that stand together are received in few statements. A status concerns what we sent and
        may come after them; everything else keeps its place, since it may change who wrote or what was written.
        """
        run: list[tuple[items.Item, datetime]] = []
        for item, now in found:
            if isinstance(item, items.InboundMessage | items.StatusReport):
                run.append((item, now))
                continue
            await self.file_run(session, run)
            await self.file(item, session, now)
            run = []
        await self.file_run(session, run)

    async def file_run(self, session: AsyncSession, run: Sequence[tuple[items.Item, datetime]]) -> None:
        """Messages and statuses alone. Nothing here waits for anything, so now and then everybody else has a turn."""
        messages = [(item, now) for item, now in run if isinstance(item, items.InboundMessage)]
        for start in range(0, len(messages), TOGETHER):
            await self.receive(session, messages[start : start + TOGETHER])
            await asyncio.sleep(0)
        reported = [report_of(item, now) for item, now in run if isinstance(item, items.StatusReport)]
        for start in range(0, len(reported), TOGETHER):
            await report(session, reported[start : start + TOGETHER])
            await asyncio.sleep(0)

    async def receive(
        self, session: AsyncSession, messages: Sequence[tuple[items.InboundMessage, datetime]]
    ) -> None:
        refs = sorted({item.number for item, _ in messages}, key=lambda ref: ref.phone_number_id)
        named = {ref: await numbers.named(session, ref) for ref in refs}
        arrivals = [Arrival(named[item.number], item, now) for item, now in messages]
        answers = self.settings.claude_answers
        wait = self.settings.claude_wait_seconds
        await receiving.receive(session, arrivals, claude_answers=answers, wait_seconds=wait)

    async def file_past(self, session: AsyncSession, found: Sequence[items.Item], now: datetime) -> None:
        """What a `history` body holds: its messages in few statements, and what else it tells after them.

        Raises at the first item that cannot be used.
        """
        messages = [item for item in found if isinstance(item, items.PastMessage)]
        refs = {item.number for item in messages}
        named = {ref: await numbers.named(session, ref) for ref in refs}
        remembered = [Remembered(named[item.number], item, now) for item in messages]
        if remembered:
            await past.remember(session, remembered, claude_answers=self.settings.claude_answers)
        for item in found:
            if not isinstance(item, items.PastMessage):
                await self.file(item, session, now)

    async def set_aside(
        self, session: AsyncSession, journal_id: int, item: items.Item, fault: Exception, now: datetime
    ) -> None:
        session.add(
            SetAside(journal_id=journal_id, path=item.path[:200], reason=reason_of(fault), created_at=now)
        )
        await session.flush()
        log.warning(
            "an item was set aside",
            extra={"journal": journal_id, "path": item.path, "fault": type(fault).__name__},
            exc_info=not isinstance(fault, ValueError),
        )

    @singledispatchmethod
    async def file(self, item: items.Item, session: AsyncSession, now: datetime) -> None:
        """Put one item where it belongs. What we do not read yet stays in the journal."""
        if isinstance(item, items.Unreadable):
            raise ValueError(item.reason)

    @file.register
    async def _(self, item: items.InboundMessage, session: AsyncSession, now: datetime) -> None:
        await self.receive(session, [(item, now)])

    @file.register
    async def _(self, item: items.PastMessage, session: AsyncSession, now: datetime) -> None:
        await self.file_past(session, [item], now)

    @file.register
    async def _(self, item: items.Echo, session: AsyncSession, now: datetime) -> None:
        await receiving.receive_echo(session, await numbers.named(session, item.number), item, now)

    @file.register
    async def _(self, item: items.Reaction, session: AsyncSession, now: datetime) -> None:
        if not item.group_id:
            await receiving.react(session, await numbers.named(session, item.number), item, now)

    @file.register
    async def _(self, item: items.Edit, session: AsyncSession, now: datetime) -> None:
        await receiving.edit(session, await numbers.named(session, item.number), item, now)

    @file.register
    async def _(self, item: items.Revoke, session: AsyncSession, now: datetime) -> None:
        await receiving.revoke(session, await numbers.named(session, item.number), item, now)

    @file.register
    async def _(self, item: items.IdentityChange, session: AsyncSession, now: datetime) -> None:
        number = await numbers.named(session, item.number)
        if not await known_of(session, [(number.id, item.wamid)]):
            await notices.note(session, number, await change_identity(session, item, now), item, now)

    @file.register
    async def _(self, item: items.Notice, session: AsyncSession, now: datetime) -> None:
        number, answers = await numbers.named(session, item.number), self.settings.claude_answers
        await notices.note_notice(session, number, item, now, claude_answers=answers)

    @file.register
    async def _(self, item: items.BookEntry, session: AsyncSession, now: datetime) -> None:
        await phone_book.enter(session, item, now)

    @file.register
    async def _(self, item: items.AccountError, session: AsyncSession, now: datetime) -> None:
        """Trouble of a whole number, told without a message of ours."""
        log.warning(
            "WhatsApp reports an error of the account", extra={"code": item.error.code, "path": item.path}
        )
        error = GraphError(item.error.code, item.error.details or item.error.message)
        if error.remedy is Remedy.STOP_NUMBER and item.number.phone_number_id:
            number = await numbers.named(session, item.number)
            await troubles.stop(session, number.id, error, was_reported=True)

    @file.register
    async def _(self, item: items.TemplateNews, session: AsyncSession, now: datetime) -> None:
        await news.take(session, item)

    @file.register
    async def _(self, item: items.StatusReport, session: AsyncSession, now: datetime) -> None:
        await report(session, [report_of(item, now)])


async def report(session: AsyncSession, reported: Sequence[Report]) -> None:
    """What became of our messages, and of our reactions, which have no delivery of their own."""
    await reports.report_all(session, reported)
    failed = {one.wamid: one.error_code for one in reported if one.status == DeliveryStatus.FAILED}
    if failed:
        await reacting.failed_later(session, failed)


def report_of(item: items.StatusReport, now: datetime) -> Report:
    error = item.errors[0] if item.errors else None
    return Report(
        wamid=item.wamid,
        status=item.status,
        at=item.at or now,
        opaque=item.opaque or None,
        participant=item.participant,
        error_code=error.code if error else None,
        error_details=(error.details or error.message or error.title) if error else None,
        pricing=item.pricing,
    )


def reason_of(fault: Exception) -> str:
    """Why an item could not be used: our own words where we foresaw it, else the kind of fault and nobody's words."""
    return (str(fault) if isinstance(fault, ValueError) else type(fault).__name__)[:500]


async def change_identity(session: AsyncSession, item: items.IdentityChange, now: datetime) -> int:
    """A customer changed number or id: both lead to the same thread; gives the contact's id.

    What stands in the sentence alone counts where it is an id that we know; a number in it is for people to judge.
    """
    old, new = identities.identities_of(item.old), identities.identities_of(item.new)
    if item.old_is_from_body and await identities.find(session, old) is None:
        old = []
    contact_id = await identities.change(session, old, new, now, item.sent_at)
    if not old:
        numbers = set(NUMBER_IN_BODY.findall(item.body)) - {item.new.wa_id}
        await duplicates.suspect_numbers(session, contact_id, numbers, DuplicateReason.CHANGED_NUMBER)
    return contact_id
