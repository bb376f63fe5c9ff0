"""Each line that the program depends on goes wrong, and comes back: nothing lost, nothing twice, nothing silent."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from app.conversations.models import Author, Message
from app.db import reading
from app.outbox.models import Delivery
from app.simulator.courier import as_meta_writes
from app.whatsapp.models import JournalEntry
from app.whatsapp.signature import sign
from app.whatsapp.webhook import LONGEST_STORING_SECONDS
from tests.actors import APP_SECRET, Browser, Desk, running_desk, within
from tests.clocks import count
from tests.engines import only_on
from tests.faults.proxy import Fault, Proxy, proxy_to
from tests.live.listening import Stream, listening
from tests.people import ANA, BRUNO
from tests.whatsapp.bodies import written

# The database


def through(proxy: Proxy, database_url: str) -> str:
    """The address of the same database behind the proxy."""
    url = make_url(database_url).difference_update_query(["host", "port"])
    return url.set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)


def server_of(database_url: str) -> tuple[str, int] | str:
    url = make_url(database_url)
    folder = url.query.get("host") or url.host or ""
    port = url.port or 5432
    return f"{folder}/.s.PGSQL.{port}" if str(folder).startswith("/") else (str(folder), port)


@asynccontextmanager
async def desk_behind_a_line(database_url: str) -> AsyncIterator[tuple[Desk, Proxy]]:
    async with proxy_to(server_of(database_url)) as line, running_desk(through(line, database_url)) as desk:
        await desk.whatsapp.says(ANA, "Antes")
        yield desk, line
        line.switch(Fault.PASS)


async def patiently(desk: Desk, body: dict[str, Any]) -> int:
    """The status of one POST by a Meta that would wait for a minute."""
    raw = as_meta_writes(body)
    signed = {"X-Hub-Signature-256": sign(APP_SECRET, raw)}
    async with httpx2.AsyncClient(base_url=desk.address, trust_env=False, timeout=60) as meta:
        return (await meta.post("/webhooks/whatsapp", content=raw, headers=signed)).status_code


async def is_taken(desk: Desk, body: object, *, seconds: float) -> None:
    """Sends it again and again, as Meta does, until it is answered 200."""

    async def taken() -> bool:
        return await desk.whatsapp.posts(body) == 200

    await within(seconds, taken, what="200")


@only_on("postgres")
async def test_a_database_that_falls_silent_is_503_in_bounded_time_and_the_redelivery_is_stored_once(
    database_url: str,
) -> None:
    async with desk_behind_a_line(database_url) as (desk, line):
        line.switch(Fault.BLACK_HOLE)
        began = time.monotonic()
        bodies = [written(f"w{number}", f"Oi {number}", BRUNO) for number in range(5)]
        answers = await asyncio.gather(*(patiently(desk, body) for body in bodies))
        assert answers == [503] * len(bodies)
        assert time.monotonic() - began < LONGEST_STORING_SECONDS + 20  # a busy machine's share
        line.switch(Fault.PASS)
        for body in bodies:
            await is_taken(desk, body, seconds=60)
        assert await desk.whatsapp.posts(bodies[0]) == 200
        assert await count(Message, Message.wamid.like("w%"), Message.body.like("Oi _")) == 5
        row = await desk.marta.row_of(BRUNO.name)
        assert (row.unread, row.preview) == (5, "Oi 4")


@only_on("postgres")
@pytest.mark.parametrize("fault", [Fault.RESET, Fault.CUT])
async def test_a_line_that_is_cut_after_commit_was_said_leaves_one_message(
    database_url: str, fault: Fault
) -> None:
    """The server has committed and we never heard of it: 503, and the second delivery finds it there."""
    async with desk_behind_a_line(database_url) as (desk, line):
        before = line.fired
        body = written("w1", "Chegou?", BRUNO)
        line.switch(fault, once_said=b"COMMIT")
        first = await desk.whatsapp.posts(body)
        line.switch(Fault.PASS)
        assert line.fired > before
        assert first == 503
        stored = partial(count, Message, Message.wamid == "w1")
        await within(10, stored, what="the commit that we did not hear of")
        await is_taken(desk, body, seconds=60)
        assert await stored() == 1
        assert (await desk.marta.row_of(BRUNO.name)).unread == 1


@only_on("postgres")
async def test_after_every_connection_was_cut_the_next_webhook_and_page_go_through(database_url: str) -> None:
    async with desk_behind_a_line(database_url) as (desk, line):
        for number in range(3):
            line.cut_all()
            await is_taken(desk, written(f"w{number}", f"Oi {number}", BRUNO), seconds=30)
            assert (await desk.marta.open("/")).status_code == 200
        assert await count(JournalEntry) >= 4
        assert await count(Message, Message.wamid.like("w%"), Message.body.like("Oi _")) == 3


@only_on("postgres")
async def test_a_database_that_refuses_connections_is_503_and_not_ready_and_comes_back(
    database_url: str,
) -> None:
    async with desk_behind_a_line(database_url) as (desk, line):
        line.switch(Fault.REFUSE)
        line.cut_all()
        body = written("w1", "Oi", BRUNO)
        assert await desk.whatsapp.posts(body) == 503
        assert (await desk.marta.http.get("/readyz")).status_code == 503
        assert (await desk.marta.http.get("/healthz")).status_code == 200
        assert (await desk.marta.http.get("/")).status_code == 503
        line.switch(Fault.PASS)
        await is_taken(desk, body, seconds=30)
        await within(30, lambda: is_ready(desk), what="ready")


async def is_ready(desk: Desk) -> bool:
    return (await desk.marta.http.get("/readyz")).status_code == 200


# Graph


@asynccontextmanager
async def desk_before_a_line_to_whatsapp(database_url: str) -> AsyncIterator[tuple[Desk, Proxy, int]]:
    """The proxy is there first; where it leads is known once the simulator listens."""
    async with (
        proxy_to(("127.0.0.1", 9)) as line,
        running_desk(database_url, whatsapp_api_url=f"http://127.0.0.1:{line.port}") as desk,
    ):
        where = urlsplit(str(desk.whatsapp.http.base_url))
        line.upstream = (str(where.hostname), int(where.port or 0))
        await desk.whatsapp.says(ANA, "Oi")
        yield desk, line, await desk.marta.conversation_with(ANA.name)
        line.switch(Fault.PASS)


async def ends_as(desk: Desk, conversation: int, text: str, *statuses: str, seconds: float = 60) -> str:
    async def ended() -> str | None:
        [found] = [one for one in await desk.marta.bubbles(conversation) if one.text == text]
        return found.status if found.status in statuses else None

    return str(await within(seconds, ended, what=f"{statuses} of {text}"))


async def sent(desk: Desk, text: str) -> int:
    return sum(send["payload"]["text"]["body"] == text for send in await desk.whatsapp.accepted())


async def test_a_send_whose_answer_is_cut_at_any_place_left_once_and_is_settled_by_its_report(
    database_url: str,
) -> None:
    async with desk_before_a_line_to_whatsapp(database_url) as (desk, line, conversation):
        for place, after in enumerate((0, 1, 12, 60, 150)):
            text = f"Cortada {after}"
            line.switch(Fault.RESET if place % 2 else Fault.CUT, once_said=text.encode(), after=after)
            await desk.marta.reply(conversation, text)
            await ends_as(desk, conversation, text, "delivered")
            assert await sent(desk, text) == 1
        assert line.fired >= 5


async def test_nobody_at_the_other_end_is_tried_again_until_somebody_is(database_url: str) -> None:
    async with desk_before_a_line_to_whatsapp(database_url) as (desk, line, conversation):
        await line.go_deaf()
        await desk.marta.reply(conversation, "Insiste")

        async def has_tried() -> bool:
            return await count(Delivery, Delivery.tries >= 2, Delivery.status == "queued") == 1

        await within(60, has_tried, what="a second try")
        assert await sent(desk, "Insiste") == 0
        await line.listen()
        await ends_as(desk, conversation, "Insiste", "delivered")
        assert await sent(desk, "Insiste") == 1


# Claude


async def test_claude_cut_in_mid_answer_sends_no_half_sentence_and_answers_on_a_good_line(
    database_url: str,
) -> None:
    async with proxy_to(("127.0.0.1", 9)) as line:
        address = f"http://127.0.0.1:{line.port}"
        async with running_desk(database_url, claude_enabled=True, anthropic_base_url=address) as desk:
            where = urlsplit(str(desk.whatsapp.http.base_url))
            line.upstream = (str(where.hostname), int(where.port or 0))
            line.switch(Fault.RESET, after=900)
            await desk.whatsapp.says(ANA, "Vocês entregam?")
            conversation = await desk.marta.conversation_with(ANA.name)
            await within(150, lambda: line.fired >= 1, what="the cut")
            line.switch(Fault.PASS)

            async def spoken() -> bool:
                page = (await desk.marta.open(f"/c/{conversation}")).text
                answered = any(one.author == "claude" for one in await desk.marta.bubbles(conversation))
                return answered or 'data-mode="person"' in page

            await within(90, spoken, what="an answer or a hand-over")
            sends = [send["payload"]["text"]["body"] for send in await desk.whatsapp.accepted()]
            async with reading() as session:
                told = select(Message.body).where(Message.author == Author.CLAUDE)
                answers = set((await session.scalars(told)).all())
            assert len(sends) == len(set(sends))
            assert set(sends) <= answers


# The browser


@asynccontextmanager
async def tab_behind_a_line(desk: Desk) -> AsyncIterator[tuple[Browser, Proxy]]:
    where = urlsplit(desk.address)
    async with proxy_to((str(where.hostname), int(where.port or 0))) as line:
        tab = Browser(f"http://127.0.0.1:{line.port}", desk.marta.attendant)
        await tab.sign_in()
        yield tab, line
        await tab.http.aclose()


async def ends(stream: Stream) -> None:
    """The stream ends, by an end or an error, before any news comes."""
    with suppress(httpx2.HTTPError):
        while (frame := await stream.next(within_seconds=20)) is not None:
            assert frame.event != "message"


async def cursor_of(browser: Browser) -> str:
    return str(re.findall(r'data-cursor="(\d+)"', (await browser.open("/")).text)[0])


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.CUT, Fault.HALF_CLOSE])
async def test_a_stream_that_is_cut_goes_on_from_its_cursor_without_a_gap_or_a_repeat(
    desk: Desk, fault: Fault
) -> None:
    async with tab_behind_a_line(desk) as (tab, line):
        cursor = await cursor_of(tab)
        heard = ""
        for number in range(3):
            async with listening(tab, cursor) as stream:
                await desk.whatsapp.says(ANA, f"Pedido {number}")
                news = await stream.next_news(within_seconds=20)
                heard, cursor = heard + news.data, str(news.id)
                line.switch(fault)
                await desk.whatsapp.says(ANA, f"Perdido {number}")
                await ends(stream)
            line.switch(Fault.PASS)
            line.cut_all()
        news_again = await tab.get(f"/live/poll?c={cursor}&t=inbox&w=1")
        assert "Perdido 2" in heard + news_again.text
        assert int(news_again.headers["x-live-cursor"]) > int(cursor)


async def test_polls_through_a_line_that_swallows_and_cuts_miss_nothing(desk: Desk) -> None:
    async with tab_behind_a_line(desk) as (tab, line):
        cursor = await cursor_of(tab)
        for fault in (Fault.RESET, Fault.BLACK_HOLE, Fault.CUT):
            line.switch(fault)
            await desk.whatsapp.says(ANA, f"Durante {fault}")
            with pytest.raises((httpx2.HTTPError, TimeoutError)):
                await asyncio.wait_for(tab.get(f"/live/poll?c={cursor}&t=inbox&w=0"), 2)
            line.switch(Fault.PASS)
            line.cut_all()
            news = await tab.get(f"/live/poll?c={cursor}&t=inbox&w=0")
            assert f"Durante {fault}" in news.text
            cursor = news.headers["x-live-cursor"]
