"""Postgres: one pool, whose connections commit to disk, wait for no lock for long, and die soon once we fell silent."""

import logging
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.postgres_line import connect_arguments
from app.settings import WrongSettings
from app.sqlite import BUSY_TIMEOUT_SECONDS

log = logging.getLogger(__name__)

# Each connection says it for itself, as poolers let no startup option through. A lock is waited for as long as SQLite
# waits for its own; nothing we ask takes half a minute; a process that froze in a transaction holds nobody up for
# longer than its leases. A server that commits before the disk has it (off) is overruled, never one that does more.
PREPARING = f"""
SET lock_timeout = '{BUSY_TIMEOUT_SECONDS}s';
SET statement_timeout = '30s';
SET idle_in_transaction_session_timeout = '15s';
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
"""

KEPT, MOST_CONNECTIONS = 10, 15  # of each process: open all the time, and at most

DURABILITY = text("SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS pages")


def postgres_engine(url: URL) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=KEPT,
        max_overflow=MOST_CONNECTIONS - KEPT,
        pool_timeout=BUSY_TIMEOUT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,  # an error must not carry a message's text into the log
        connect_args={name: value for name, value in connect_arguments().items() if name not in url.query},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(PREPARING)
        cursor.close()
        connection.commit()

    return engine


async def refuse_forgetful_server(engine: AsyncEngine) -> None:
    """A webhook answered 200 is on disk, also after a power cut: SQLite is told so, of a server it is asked.

    Raises WrongSettings when the server does not write commits through to its disk.
    """
    if engine.dialect.name != "postgresql":
        return
    async with engine.connect() as connection:
        found = (await connection.execute(DURABILITY)).one()
    if found.fsync == "off":
        raise WrongSettings(
            "DATABASE_URL: this Postgres runs with fsync=off and loses what it has confirmed when its machine fails. "
            "Set fsync=on there, or use another server."
        )
    if found.pages == "off":
        log.warning(
            "Postgres runs with full_page_writes=off: safe only where its storage never writes half a page"
        )
