"""Files of ours on their way to WhatsApp: what is held up, what is given up, and after how long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from app import clock, jobs
from app.conversations import outgoing, replying
from app.conversations.models import Author, Conversation, Message
from app.conversations.problems import problem_of
from app.db import reading, transaction
from app.jobs import Job
from app.live.stopping import stopping
from app.media import fetching, outbound, showing
from app.media.folder import Folder
from app.media.models import Media, MediaState
from app.media.outbound import UPLOAD, Kept, Uploading
from app.outbox import delivery as deliveries
from app.outbox import times, troubles
from app.outbox.models import Delivery
from app.whatsapp.files import Files
from app.worker import Worker
from tests.actors import within
from tests.clocks import count
from tests.deadline import patience
from tests.outbox.office import Office


@dataclass
class Courier:
    """Brings the office's files to WhatsApp, at each turn all that are due."""

    office: Office
    folder: Path
    uploading: Uploading

    async def takes(self, text: bytes = b"um") -> Delivery:
        """A document of Marta's, to somebody new."""
        [conversation_id] = await self.office.opens_conversations(1)
        name = uuid4().hex
        (self.folder / name).write_bytes(text)
        what = outgoing.attachment("document", Kept(name, "text/plain", "", len(text), "a.txt", {}))
        async with transaction() as session:
            conversation = await session.get_one(Conversation, conversation_id)
            await replying.put(session, conversation, what, author=Author.USER)
        return (await self.office.deliveries())[-1]

    async def turns(self) -> None:
        worker = Worker({UPLOAD: self.uploading})
        await worker.round()
        await worker.leave()

    async def goes_on_until(self, attempt: Delivery, status: str) -> timedelta:
        """How long it takes, turn by turn, until the attempt has this status."""
        began = clock.now()
        while (now := await self.now(attempt)).status != status:
            assert now.status == "queued"
            async with reading() as session:
                due = await jobs.next_run_at(session, [UPLOAD])
            assert due is not None
            self.office.clock.ahead += max(due - clock.now(), timedelta())
            await self.turns()
        return clock.now() - began

    async def now(self, attempt: Delivery) -> Delivery:
        return (await self.office.deliveries(Delivery.id == attempt.id))[0]


@asynccontextmanager
async def courier_to(office: Office, address: str, folder: Path) -> AsyncIterator[Courier]:
    token = office.world.config.access_token
    stopping.begin()  # a desk before this one may have stopped
    async with Files(address, "v26.0") as files:
        yield Courier(office, folder, Uploading(files, Folder(folder), lambda: token))


@pytest.fixture
async def courier(office: Office, tmp_path: Path) -> AsyncIterator[Courier]:
    async with courier_to(office, office.address, tmp_path) as made:
        yield made


async def test_while_a_whole_number_is_refused_its_files_wait_as_its_messages_do(courier: Courier) -> None:
    office = courier.office
    for code in (190, 10, 131031):
        office.breaks(kind="upload", code=code)
        attempt = await courier.takes()
        await courier.turns()
        async with transaction() as session:
            [state] = await troubles.states(session, only_stopped=True)
            assert (await courier.now(attempt)).status == "queued"
            assert state.error is not None
            assert state.error.code == code
            await troubles.try_again(session, state.number.id)
        office.passes(80)
        await courier.turns()
        assert (await courier.now(attempt)).next_try_at is not None, "WhatsApp has it now"
        async with transaction() as session:
            await deliveries.fail(session, await session.merge(attempt), None, None)
    office.breaks(kind="upload", code=190, remaining=100)
    attempt = await courier.takes()
    assert await courier.goes_on_until(attempt, "failed") < timedelta(minutes=62)
    assert (await courier.now(attempt)).error_code == 190
    assert office.world.faults.waiting[0].remaining > 80, "asked every few minutes, not every second"


async def test_whatever_keeps_a_file_here_it_has_an_hour_and_holds_nobody_up_for_longer(
    courier: Courier,
) -> None:
    def no_token() -> str:
        raise PermissionError

    courier.uploading.token = no_token
    attempt = await courier.takes()
    assert timedelta(minutes=50) < await courier.goes_on_until(attempt, "failed") < timedelta(minutes=62)
    assert await count(Job, Job.kind == UPLOAD) == 0

    attempt = await courier.takes()  # as after a day on which no worker ran
    courier.office.passes(24 * 3600)
    await courier.turns()
    assert (await courier.now(attempt)).status == "failed"


async def test_a_file_that_is_lost_here_is_told_as_that_and_nobody_is_sent_to_whatsapp_for_it(
    courier: Courier,
) -> None:
    attempt = await courier.takes()
    for one in courier.folder.iterdir():
        one.unlink()
    await courier.turns()
    problem = problem_of(await courier.now(attempt))
    assert problem is not None
    assert problem.words == "The file of this message is missing on the server."
    async with transaction() as session:
        await session.execute(update(Media).values(state=MediaState.GONE))
        messages = (await session.scalars(select(Message))).all()
        shown = (await showing.shown_with(session, messages))[attempt.message_id]
        assert (shown.words, shown.may_fetch_again) == (problem.words, False)
        await fetching.fetch_again(session, attempt.conversation_id, attempt.message_id)
    assert await count(Media, Media.state == MediaState.GONE) == 1


async def test_a_failed_message_gives_its_file_to_whatsapp_anew(courier: Courier) -> None:
    attempt = await courier.takes()
    await courier.turns()
    async with transaction() as session:
        await deliveries.fail(session, await session.get_one(Delivery, attempt.id), 131053, None)
        conversation = await session.get_one(Conversation, attempt.conversation_id)
        await replying.send_again(session, conversation, attempt.message_id)
    again = (await courier.office.deliveries())[-1]
    assert again.next_try_at is None
    await courier.turns()
    ids = {(await courier.now(one)).payload["document"]["id"] for one in (attempt, again)}
    assert len(ids) == 2


async def test_only_some_files_leave_at_once(office: Office, tmp_path: Path) -> None:
    came, over = asyncio.Semaphore(0), asyncio.Event()
    begun = 0

    async def never_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal begun
        begun += 1
        came.release()
        await over.wait()
        writer.close()

    server = await asyncio.start_server(never_answers, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, courier_to(office, address, tmp_path) as courier:
        for _ in range(outbound.AT_ONCE + 2):
            await courier.takes()
        turn = asyncio.create_task(courier.turns())
        async with patience(10):
            for _ in range(outbound.AT_ONCE):
                await came.acquire()

        async def others_wait() -> bool:
            return await count(Job, Job.kind == UPLOAD, Job.lease_token.is_(None)) == 2

        await within(10, others_wait, what="two files that wait for a place")
        assert begun == outbound.AT_ONCE
        over.set()
        await turn


async def test_after_the_clock_went_back_a_message_still_waits_for_its_file(courier: Courier) -> None:
    courier.office.passes(24 * 3600)
    attempt = await courier.takes()
    courier.office.passes(-24 * 3600)
    async with transaction() as session:
        assert await times.repair_times(session) == 1
    now = await courier.now(attempt)
    assert now.created_at == clock.now()
    assert now.next_try_at is None
