"""The bus over Redis (or Valkey): plain publish and subscribe, nothing is kept there."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.live.bus import CHANNEL, PATIENCE_SECONDS, Broken

PING_SECONDS = 10


class RedisLine:
    """One client for both directions: redis-py keeps a connection for what is heard and others for what is said."""

    def __init__(self, address: str) -> None:
        self._client: Any = Redis.from_url(
            address, decode_responses=True, socket_connect_timeout=PATIENCE_SECONDS
        )

    async def tell(self, words: str) -> None:
        async with breaking():
            await self._client.publish(CHANNEL, words)

    async def heard(self) -> AsyncGenerator[str]:
        async with breaking(), self._client.pubsub() as subscription:
            await subscription.subscribe(CHANNEL)
            has_asked = False
            while True:
                message = await subscription.get_message(timeout=PING_SECONDS)
                if message is None and has_asked:
                    raise Broken("silence")
                if has_asked := message is None:
                    await subscription.ping()
                elif message["type"] == "subscribe":
                    yield ""
                elif message["type"] == "message":
                    yield str(message["data"])

    async def close(self) -> None:
        await self._client.aclose()


@asynccontextmanager
async def breaking() -> AsyncIterator[None]:
    try:
        yield
    except (RedisError, OSError) as fault:
        raise Broken(type(fault).__name__) from fault
