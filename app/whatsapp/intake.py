"""A webhook's body and everything it means, in one transaction: the raw bytes, then each item under its own savepoint."""

import hashlib
import logging
from datetime import datetime
from functools import singledispatchmethod

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.contacts import identities
from app.conversations import receiving
from app.db import is_outage, table_of, transaction
from app.outbox import delivery
from app.settings import Settings
from app.whatsapp import items, numbers
from app.whatsapp.models import JournalEntry, SetAside
from app.whatsapp.payloads import Unusable, parse, walk

log = logging.getLogger(__name__)

JOURNAL = table_of(JournalEntry)
JOURNALING = insert(JOURNAL).returning(JOURNAL.c.id)


class Intake:
    """Takes signed webhooks in. What one item cannot be used for is set aside with its place and reason."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    async def take(self, body: bytes) -> None:
        """Store a body and its effects durably; raises what the database raises, and then nothing of it is stored."""
        now = clock.now()
        try:
            found = list(walk(parse(body), now))
        except Unusable as fault:
            async with transaction() as session:
                journal_id = await self.keep(session, body, now, set_aside=str(fault)[:200])
            log.warning("a webhook was set aside", extra={"journal": journal_id})
            return
        if len(found) == 1 and await self.take_alone(body, found[0], now):
            return
        async with transaction() as session:
            journal_id = await self.keep(session, body, now)
            for item in found:
                await self.take_item(session, journal_id, item, now)

    async def keep(
        self, session: AsyncSession, body: bytes, now: datetime, set_aside: str | None = None
    ) -> int:
        """Write the raw body down; its id in the journal."""
        sha256 = hashlib.sha256(body).hexdigest()
        kept = {"received_at": now, "body_sha256": sha256, "body": body, "set_aside": set_aside}
        return int((await session.execute(JOURNALING, kept)).scalar_one())

    async def take_alone(self, body: bytes, item: items.Item, now: datetime) -> bool:
        """The usual webhook, with one item: its transaction is its savepoint. False, and nothing done, if it is poison."""
        try:
            async with transaction() as session:
                await self.keep(session, body, now)
                await self.file(item, session, now)
        except Exception as fault:
            if is_outage(fault):
                raise
            return False
        return True

    async def take_item(
        self, session: AsyncSession, journal_id: int, item: items.Item, now: datetime
    ) -> None:
        """One item in its own savepoint, so that a poisonous one never spoils the others."""
        announced = list(session.info.get("live", ()))
        try:
            async with session.begin_nested():
                await self.file(item, session, now)
        except Exception as fault:
            if is_outage(fault):
                raise
            session.info["live"] = announced
            await self.set_aside(session, journal_id, item, fault, now)

    async def set_aside(
        self, session: AsyncSession, journal_id: int, item: items.Item, fault: Exception, now: datetime
    ) -> None:
        is_foreseen = isinstance(fault, ValueError)
        reason = str(fault) if is_foreseen else type(fault).__name__
        session.add(
            SetAside(journal_id=journal_id, path=item.path[:200], reason=reason[:500], created_at=now)
        )
        await session.flush()
        log.warning(
            "an item was set aside",
            extra={"journal": journal_id, "path": item.path, "fault": type(fault).__name__},
            exc_info=not is_foreseen,
        )

    @singledispatchmethod
    async def file(self, item: items.Item, session: AsyncSession, now: datetime) -> None:
        """Put one item where it belongs. What we do not read yet stays in the journal."""
        if isinstance(item, items.Unreadable):
            raise ValueError(item.reason)

    @file.register
    async def _(self, item: items.InboundMessage, session: AsyncSession, now: datetime) -> None:
        number = await numbers.named(session, item.number)
        answers = self.settings.claude_answers
        wait = self.settings.claude_wait_seconds
        await receiving.receive(session, number, item, now, claude_answers=answers, wait_seconds=wait)

    @file.register
    async def _(self, item: items.Echo, session: AsyncSession, now: datetime) -> None:
        await receiving.receive_echo(session, await numbers.named(session, item.number), item, now)

    @file.register
    async def _(self, item: items.Reaction, session: AsyncSession, now: datetime) -> None:
        if not item.by_us and not item.group_id:
            await receiving.react(session, await numbers.named(session, item.number), item, now)

    @file.register
    async def _(self, item: items.Edit, session: AsyncSession, now: datetime) -> None:
        await receiving.edit(session, await numbers.named(session, item.number), item, now)

    @file.register
    async def _(self, item: items.Revoke, session: AsyncSession, now: datetime) -> None:
        await receiving.revoke(session, await numbers.named(session, item.number), item, now)

    @file.register
    async def _(self, item: items.IdentityChange, session: AsyncSession, now: datetime) -> None:
        await change_identity(session, item, now)

    @file.register
    async def _(self, item: items.StatusReport, session: AsyncSession, now: datetime) -> None:
        error = item.errors[0] if item.errors else None
        reported = delivery.Report(
            wamid=item.wamid,
            status=item.status,
            at=item.at or now,
            opaque=item.opaque or None,
            participant=item.participant,
            error_code=error.code if error else None,
            error_details=(error.details or error.message or error.title) if error else None,
            pricing=item.pricing,
        )
        await delivery.report(session, reported)


async def change_identity(session: AsyncSession, item: items.IdentityChange, now: datetime) -> int | None:
    """A customer changed number or id: both lead to the same thread. Nobody we know: a new contact when they write."""
    return await identities.change(
        session, identities.identities_of(item.old), identities.identities_of(item.new), now
    )
