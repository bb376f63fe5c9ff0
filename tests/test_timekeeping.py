"""Clocks that jump, stop and lie: nothing expires early, nothing changes places, nothing stands still, nothing breaks."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app import clock, jobs, jobs_table, timekeeping
from app.assistant.schedule import ANSWER
from app.conversations.handoff import RESUME
from app.db import close_database, open_database, transaction
from app.outbox import queue, times
from app.outbox.models import NumberPace
from app.whatsapp.models import Number
from tests.actors import Browser, WhatsApp, within
from tests.clocks import MovingClock, count
from tests.deadline import patience
from tests.engines import only_on
from tests.people import Customer

DAY, HOUR, MINUTE = 86_400.0, 3_600.0, 60.0
NOW = datetime.now(UTC).timestamp()
TO_1970, TO_9999 = -NOW, datetime(9999, 12, 1, tzinfo=UTC).timestamp() - NOW

# How far the machine's clock is from the true time, in seconds, at each step; between the steps people write.
SCRIPTS: dict[str, Sequence[float]] = {
    "a day ahead": [DAY],
    "a day behind": [-DAY],
    "a day ahead and right again": [DAY, 0],
    "a day behind and right again": [-DAY, 0],
    "an hour ahead and right again": [HOUR, 0],
    "an hour behind and right again": [-HOUR, 0],
    "just longer than a lease ahead": [16, 0],
    "just longer than a lease behind": [-16, 0],
    "a step of half a second by NTP": [0.5, 0],
    "a step of two seconds by NTP": [2, 0],
    "steps to and fro": [1, -1, 1, -1, 1],
    "daylight saving set by hand": [HOUR, 0, HOUR],
    "the zone taken for UTC": [-3 * HOUR],
    "drifting ahead": [1, 2, 4, 8, 16],
    "drifting behind": [-1, -2, -4, -8, -16],
    "ahead, then far behind": [DAY, -DAY],
    "behind, then far ahead": [-DAY, DAY],
    "a week behind": [-7 * DAY],
    "ten minutes behind, as a slept virtual machine": [-10 * MINUTE, 0],
    "ten minutes ahead": [10 * MINUTE],
    "a second ahead of the leap": [1, 0],
    "1970, a battery that is empty": [TO_1970],
    "1970, then the time of the network": [TO_1970, 0],
    "9999": [TO_9999],
    "9999, then right again": [TO_9999, 0],
}
KEEPS_ITS_PLACE = DAY  # further off, WhatsApp's own time counts as impossible


def test_there_are_25_scripts() -> None:
    assert len(SCRIPTS) == 25


@pytest.mark.parametrize("part", range(5))
async def test_whatever_the_machines_clock_does_each_message_arrives_leaves_once_and_keeps_its_place(
    marta: Browser, whatsapp: WhatsApp, caplog: pytest.LogCaptureFixture, engine: str, part: int
) -> None:
    hand = MovingClock()
    for number, (name, steps) in list(enumerate(SCRIPTS.items()))[part::5]:
        customer = Customer(name, wa_id=f"55119000{number:05d}")
        said: list[str] = []
        with clock.machine_shows(hand):
            for step, ahead in enumerate([0.0, *steps]):
                hand.ahead = timedelta(seconds=ahead)
                await timekeeping.set_right()  # as the program does within a second
                await marta.sign_in()  # on SQLite a day ahead ends a session: that is what sessions are for
                await whatsapp.says(customer, f"pergunta {step}")
                conversation = await conversation_whatever_the_clock_does(marta, name)
                await marta.bubbles(conversation)
                await within(20, about_right, what="the time, in WhatsApp's answer to the reading")
                await marta.sign_in()  # and a clock put right ends those of 1970
                assert (await marta.reply(conversation, f"resposta {step}")).status_code == 200
                said += [f"pergunta {step}", f"resposta {step}"]
            hand.ahead = timedelta()
            await timekeeping.set_right()
            await marta.sign_in()
            await all_delivered(marta, conversation, len(steps) + 1)
        shown = [bubble.text for bubble in await marta.bubbles(conversation)]
        assert sorted(shown) == sorted(said), name
        told_rightly = engine == "postgres"  # there everybody tells the database's time
        if told_rightly or (max(steps) <= 0 and min(steps) > -KEEPS_ITS_PLACE):
            assert shown == said, name  # ahead, our answers stand under what the customer writes soon after
        answers = [text for text in shown if text.startswith("resposta")]
        sends = [
            send["payload"]["text"]["body"] for send in await whatsapp.accepted() if goes_to(send, customer)
        ]
        assert sends == [text for text in said if text.startswith("resposta")], name
        assert len(answers) == len(sends)
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


async def conversation_whatever_the_clock_does(marta: Browser, name: str) -> int:
    """WhatsApp's answer to the reply before may put the time right just now, and that ends a session of yesterday."""

    async def there() -> int | None:
        await marta.sign_in()
        return (await marta.conversations()).get(name)

    return int(await within(10, there, what=f"a row of {name}"))


def about_right() -> bool:
    """Once WhatsApp has answered, no clock is told that is far enough from the truth to close a window."""
    return abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def goes_to(send: dict[str, str], customer: Customer) -> bool:
    return send["to"].lstrip("+") == customer.wa_id


async def all_delivered(marta: Browser, conversation: int, answers: int) -> None:
    async def there() -> bool:
        shown = [one.status for one in await marta.bubbles(conversation) if one.direction == "out"]
        assert "unknown" not in shown
        return len(shown) == answers and set(shown) <= {"delivered", "read"}  # who writes again has read

    await within(60, there, what="the delivery of every answer")


async def test_on_postgres_processes_with_wrong_clocks_tell_the_same_time(postgres_url: str) -> None:
    open_database(postgres_url)
    told = []
    for wrong in (timedelta(), timedelta(days=1), timedelta(days=-1), timedelta(days=-20_000)):
        hand = MovingClock()
        hand.ahead = wrong
        with clock.machine_shows(hand):
            await timekeeping.read_database_clock()
            told.append(clock.now())
            hand.move(hours=7)  # and what happens to it afterwards changes nothing
            told.append(clock.now())
    clock.follow(None)
    await close_database()
    a_reading = timedelta(seconds=1)  # each is as exact as its answer is quick
    assert all(later > before - a_reading for before, later in pairwise(told))
    assert abs(told[-1] - told[0]) < timedelta(seconds=30)


@pytest.fixture
async def opened(database_url: str) -> object:
    open_database(database_url)
    yield None
    await close_database()


@pytest.mark.usefixtures("opened")
async def test_what_was_asked_for_before_the_clock_went_back_a_day_is_due_at_once_and_a_pause_keeps_its_end() -> (
    None
):
    hand = MovingClock()
    with clock.read_from(hand):
        hand.move(days=1)
        pause_ends = hand() + timedelta(days=5)
        async with transaction() as session:
            await jobs.enqueue(session, ANSWER, "1", run_at=hand() + timedelta(seconds=4))
            await jobs.enqueue(session, RESUME, "1", run_at=pause_ends)
        hand.move(days=-1)
        async with transaction() as session:
            assert await jobs.claim_next(session, [ANSWER, RESUME]) is None
            assert await jobs.repair_times(session, jobs_table.LONGEST_WAITS) == 1
            claim = await jobs.claim_next(session, [ANSWER, RESUME])
            assert claim is not None
            assert claim.kind == ANSWER
            await jobs.finish(session, claim)
            assert await jobs.next_run_at(session, [ANSWER, RESUME]) == pause_ends
            assert await jobs.repair_times(session, jobs_table.LONGEST_WAITS) == 0


@pytest.mark.usefixtures("opened")
async def test_a_lease_that_ends_tomorrow_because_the_clock_went_back_ends_in_time() -> None:
    hand = MovingClock()
    with clock.read_from(hand):
        hand.move(days=1)
        async with transaction() as session:
            await jobs.enqueue(session, ANSWER, "1", run_at=hand())
            assert await jobs.claim_next(session, [ANSWER, RESUME]) is not None  # whoever it was died here
        hand.move(days=-1)
        async with transaction() as session:
            await jobs.repair_times(session, jobs_table.LONGEST_WAITS)
            assert await jobs.claim_next(session, [ANSWER, RESUME]) is None
        hand.move(seconds=16)
        async with transaction() as session:
            assert await jobs.claim_next(session, [ANSWER, RESUME]) is not None


async def test_a_message_queued_in_the_future_leaves_once_the_clock_went_back(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    ana = Customer("Ana Souza", wa_id="5511900000101")
    hand = MovingClock()
    with clock.read_from(hand):
        await whatsapp.says(ana, "Oi")
        conversation = await marta.conversation_with(ana.name)
        hand.move(hours=23)  # the window is still open
        await marta.sign_in()
        await whatsapp.breaks("throttle")  # it waits for a second try, tomorrow
        assert (await marta.reply(conversation, "Boa tarde")).status_code == 200
        await within(20, lambda: count(NumberPace, NumberPace.slowdowns == 1), what="the first try")
        hand.move(hours=-23)
        await marta.sign_in()
        async with transaction() as session:
            await times.repair_times(session)
        queue.wake_sender.ring()
        await all_delivered(marta, conversation, 1)
    assert len(await whatsapp.accepted()) == 1


@pytest.mark.usefixtures("opened")
async def test_a_number_told_to_slow_down_while_the_clock_went_back_does_not_stand_still_for_a_day() -> None:
    hand = MovingClock()
    with clock.read_from(hand):
        async with transaction() as session:
            session.add(number := Number(phone_number_id="100", created_at=hand()))
            await session.flush()
            pace = NumberPace(number_id=number.id, free_at=hand() + timedelta(days=1), slowdowns=1)
            pace.slowed_at = hand()
            session.add(pace)
        async with transaction() as session:
            assert await times.repair_times(session) == 1
            assert await times.repair_times(session) == 0
    assert await count(NumberPace, NumberPace.free_at <= hand()) == 1


async def test_a_clock_that_is_put_forward_takes_no_work_from_who_is_at_it(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    ana = Customer("Ana Souza", wa_id="5511900000101")
    hand = MovingClock()
    with clock.read_from(hand):
        await whatsapp.says(ana, "Oi")
        conversation = await marta.conversation_with(ana.name)
        await whatsapp.breaks({"kind": "slow", "hold": True})
        await marta.reply(conversation, "Um momento")
        await within(20, lambda: not whatsapp.world.faults.waiting, what="the request")
        hand.move(days=1)
        queue.wake_sender.ring()
        await marta.sign_in()
        await whatsapp.goes_on()
        await all_delivered(marta, conversation, 1)


@only_on("sqlite")
async def test_a_jump_is_noticed_within_a_second(opened: object) -> None:
    hand = MovingClock()
    with clock.machine_shows(hand):
        waiting = asyncio.create_task(timekeeping.wait_or_jump())
        await asyncio.sleep(0)  # it looks at the clock now
        hand.move(days=-1)
        async with patience(20):
            await waiting


@pytest.mark.parametrize("shown", [datetime(1970, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_an_impossible_clock_still_runs(shown: datetime) -> None:
    with clock.machine_shows(lambda: shown):
        first = clock.system_time()
        assert clock.EARLIEST <= first < clock.LATEST + timedelta(days=9999)
        assert clock.system_time() > first
