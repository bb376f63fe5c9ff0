"""The bus over Postgres: LISTEN and NOTIFY on two connections of their own, outside of the pool and of every transaction."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg import AsyncConnection

from app.live.bus import CHANNEL, PATIENCE_SECONDS, Broken


class PostgresLine:
    """Needs a direct address: a pooler in transaction mode loses LISTEN."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._speaking: AsyncConnection | None = None

    async def tell(self, words: str) -> None:
        async with breaking():
            if self._speaking is None:
                self._speaking = await self._connect()
            try:
                await self._speaking.execute("SELECT pg_notify(%s, %s)", (CHANNEL, words))
            except BaseException:
                await self.close()
                raise

    async def heard(self) -> AsyncGenerator[str]:
        async with breaking(), await self._connect() as connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            yield ""
            async for note in connection.notifies():
                yield note.payload
        raise Broken("closed")

    async def _connect(self) -> AsyncConnection:
        return await AsyncConnection.connect(
            self.address,
            autocommit=True,
            connect_timeout=int(PATIENCE_SECONDS),
            application_name=f"{CHANNEL} bus",  # as operators see it in pg_stat_activity
            keepalives_idle=10,  # a dead peer is noticed after 25 s; until then everybody looks each second
            keepalives_interval=5,
            keepalives_count=3,
        )

    async def close(self) -> None:
        connection, self._speaking = self._speaking, None
        if connection is not None:
            await connection.close()


@asynccontextmanager
async def breaking() -> AsyncIterator[None]:
    try:
        yield
    except psycopg.Error as fault:
        raise Broken(type(fault).__name__) from fault
