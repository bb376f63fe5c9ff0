"""Whether the bus answers, where one is named: several processes tell each other over it what is new."""

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.doctor.checks import Check, ok, wrong
from app.settings import database_address

NAME = "bus"
PATIENCE_SECONDS = 5
ADVICE = (
    "Look at BUS_URL, the network and that server; until then tabs hear of other processes a second later"
)


async def bus_checks(bus_url: str) -> list[Check]:
    """Empty where none is named: then it is the database's own, or the process's memory."""
    if not bus_url or bus_url.startswith("memory:"):
        return []
    return [await (redis_check(bus_url) if bus_url.startswith("redis") else postgres_check(bus_url))]


async def redis_check(bus_url: str) -> Check:
    try:
        from redis.asyncio import Redis
        from redis.exceptions import RedisError
    except ImportError:
        return wrong(NAME, "the package redis is not installed", "Install it, or use another BUS_URL")
    client = Redis.from_url(bus_url, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=PATIENCE_SECONDS)
    try:
        await client.ping()
    except (RedisError, OSError) as fault:
        return wrong(NAME, f"Redis does not answer ({type(fault).__name__})", ADVICE)
    finally:
        await client.aclose()
    return ok(NAME, "Redis answers")


async def postgres_check(bus_url: str) -> Check:
    if not make_url(bus_url).host and not make_url(bus_url).query:
        return ok(NAME, "the database itself")
    engine = create_async_engine(
        database_address(bus_url),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"connect_timeout": PATIENCE_SECONDS},
    )
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError) as fault:
        return wrong(NAME, f"Postgres does not answer ({type(fault).__name__})", ADVICE)
    finally:
        await engine.dispose()
    return ok(NAME, "Postgres answers")
