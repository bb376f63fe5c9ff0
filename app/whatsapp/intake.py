"""A webhook's body and everything it means, in one transaction: the raw bytes, then each item under its own savepoint."""

import hashlib
import logging
from datetime import datetime
from functools import singledispatchmethod

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.contacts import identities
from app.contacts.models import Contact
from app.conversations import receiving
from app.db import is_outage, transaction
from app.outbox import delivery
from app.settings import Settings
from app.whatsapp import items, numbers
from app.whatsapp.models import JournalEntry, SetAside
from app.whatsapp.payloads import Unusable, parse, walk

log = logging.getLogger(__name__)

JOURNALING = insert(JournalEntry.__table__).returning(JournalEntry.__table__.c.id)  # type: ignore[arg-type]


class Intake:
    """Takes signed webhooks in. What one item cannot be used for is set aside with its place and reason."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    async def take(self, body: bytes) -> None:
        """Store a body and its effects durably; raises what the database raises, and then nothing of it is stored."""
        now = clock.now()
        async with transaction() as session:
            kept = {"received_at": now, "body_sha256": hashlib.sha256(body).hexdigest(), "body": body}
            journal_id = (await session.execute(JOURNALING, kept)).scalar_one()
            try:
                envelope = parse(body)
            except Unusable as fault:
                await session.execute(
                    update(JournalEntry)
                    .where(JournalEntry.id == journal_id)
                    .values(set_aside=str(fault)[:200])
                )
                log.warning("a webhook was set aside", extra={"journal": journal_id})
                return
            for item in walk(envelope, now):
                await self.take_item(session, journal_id, item, now)

    async def take_item(
        self, session: AsyncSession, journal_id: int, item: items.Item, now: datetime
    ) -> None:
        """One item in its own savepoint, so that a poisonous one never spoils the others."""
        try:
            async with session.begin_nested():
                announced = list(session.info.get("live", ()))
                await self.file(item, session, now)
        except Exception as fault:
            if is_outage(fault):
                raise
            session.info["live"] = announced
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


async def change_identity(session: AsyncSession, item: items.IdentityChange, now: datetime) -> Contact | None:
    """A customer changed number or id: both lead to the same thread. Nobody we know: a new contact when they write."""
    return await identities.change(
        session, identities.identities_of(item.old), identities.identities_of(item.new), now
    )
