"""What happens beside the doors: sending, jobs, Claude. In the web process, or in one of its own."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from app import jobs, jobs_table, timekeeping
from app.assistant import schedule
from app.assistant.claude import Claude, claude_from
from app.db import close_database, open_database
from app.knowledge.embedders.embedder import choosing, embedder_of
from app.live.bell import bell
from app.live.bus import carrying
from app.live.stopping import stopping
from app.media.places import store_of
from app.media.store import Store
from app.migrate import refuse_older_schema
from app.outbox import queue
from app.outbox.sender import Sender
from app.postgres import refuse_forgetful_server
from app.push.service import PushService, contact_of
from app.rounds import running
from app.settings import Settings, WrongSettings
from app.transcribing.transcriber import transcriber_of
from app.whatsapp.files import Files
from app.whatsapp.graph import Graph
from app.worker import Worker

log = logging.getLogger(__name__)

HEARD_BY_WORKERS = {  # what the bus wakes where work is done
    bell.name: bell.wake,
    jobs.wake_worker.name: jobs.wake_worker.wake,
    queue.wake_sender.name: queue.wake_sender.wake,
}


@asynccontextmanager
async def at_work(settings: Settings, graph: Graph, store: Store) -> AsyncIterator[None]:
    """Messages leave and jobs are done, while the block lasts. At its end both are asked to stop at the same time."""
    claude, transcriber = claude_from(settings), transcriber_of(settings)
    token, limit = settings.whatsapp_access_token, settings.whatsapp_messages_per_second
    sender = Sender(graph, token.get_secret_value, messages_per_second=limit)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(claude.close)
        if transcriber is not None:
            stack.push_async_callback(transcriber.close)
        files = await stack.enter_async_context(
            Files(settings.whatsapp_api_url, settings.whatsapp_api_version)
        )
        push = await stack.enter_async_context(PushService(contact_of(settings), settings.push_services))
        handlers = jobs_table.handlers(settings, graph, claude, files, store, push, transcriber)
        worker = Worker(handlers)
        await stack.enter_async_context(running(load_when_wanted(claude), "claude"))
        await stack.enter_async_context(running(both(sender, worker), "work"))
        yield


async def both(sender: Sender, worker: Worker) -> None:
    """Told to leave, both do at the same time, and this ends when both have: `gather` would end with the first."""
    async with asyncio.TaskGroup() as doing:
        doing.create_task(sender.run(), name="sender")
        doing.create_task(worker.run(), name="worker")


async def load_when_wanted(claude: Claude) -> None:
    """Claude's SDK takes seconds to load: while the first customer's quiet time runs, and not before. Without a key it
    is of no use."""
    await asyncio.wait({schedule.wanted.next()})
    if claude.is_set_up:
        await claude.warm_up()


async def work_until_told(settings: Settings) -> None:
    """A process that only works, until SIGTERM or SIGINT: `python -m app worker`.

    Raises WrongSettings on SQLite, where one process does everything, and without a WhatsApp to send to.
    """
    if settings.is_sqlite:
        raise WrongSettings("DATABASE_URL: on SQLite the web process does the work; a worker needs Postgres.")
    if settings.simulates_whatsapp:
        raise WrongSettings("WHATSAPP_API_URL: the simulator runs inside bin/dev; a worker needs an address.")
    stopping.begin()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as stack:
        database = open_database(settings.database_url)
        stack.push_async_callback(close_database)
        await refuse_older_schema(database)
        if settings.is_production:
            await refuse_forgetful_server(database.writer)
        await stack.enter_async_context(timekeeping.together_with_the_database())
        await stack.enter_async_context(carrying(settings, HEARD_BY_WORKERS))
        await stack.enter_async_context(choosing(embedder_of(settings)))
        graph = Graph(base_url=settings.whatsapp_api_url, version=settings.whatsapp_api_version)
        await stack.enter_async_context(graph)
        await stack.enter_async_context(at_work(settings, graph, store_of(settings)))
        log.info("the worker works")
        await stopping.event().wait()
    log.info("the worker has left")
