"""What nobody needs any more goes by itself, in small transactions, and what somebody still needs stays."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select, update

from app import clock, housekeeping
from app.accounts.models import SignIn
from app.connectors.models import ConnectorCall
from app.conversations.models import Conversation
from app.db import reading, transaction
from app.housekeeping import HOUSEKEEPING
from app.jobs import Job, wake_worker
from app.live.events import EventKind, LiveEvent
from app.outbox.models import DeliveryReport
from app.rehearsing.models import Replay, ReplayCase
from app.whatsapp.models import JournalEntry, SetAside
from tests.actors import Browser, Desk, WhatsApp, within
from tests.clocks import MovingClock, count, moving_clock
from tests.live.listening import poll
from tests.people import ANA, BRUNO, PAULO
from tests.rehearsing.replays import a_replay
from tests.whatsapp.bodies import change, contact, past, status, text, theirs, webhook, written


async def at_rest() -> bool:
    wake_worker.ring()
    async with reading() as session:
        job = (await session.scalars(select(Job).where(Job.kind == HOUSEKEEPING))).one()
    return job.lease_until is None and job.run_at > clock.now()


async def next_tidying(hand: MovingClock, **span: float) -> None:
    """Time passes, and the job has run at least once since then: not one that had begun before."""
    await within(20, at_rest, what="the housekeeping of before")
    hand.move(**span)
    due = clock.now()
    wake_worker.ring()

    async def done() -> bool:
        async with reading() as session:
            at = (await session.scalars(select(Job.run_at).where(Job.kind == HOUSEKEEPING))).one()
        return at > due

    await within(20, done, what="housekeeping")


async def head() -> int:
    async with reading() as session:
        return max((await session.scalars(select(LiveEvent.id))).all())


async def test_the_job_is_there_from_the_start_once_and_asks_for_itself_again(desk: Desk) -> None:
    assert await count(Job, Job.kind == HOUSEKEEPING) == 1
    with moving_clock() as hand:
        for _ in range(2):
            await next_tidying(hand, hours=2)
            assert await count(Job, Job.kind == HOUSEKEEPING) == 1


async def test_replays_go_after_a_month_with_their_cases(desk: Desk, whatsapp: WhatsApp) -> None:
    await whatsapp.says(ANA, "oi")
    await a_replay()
    with moving_clock() as hand:
        await next_tidying(hand, days=29)
        assert await count(Replay) == 2
        await next_tidying(hand, days=2)
        assert (await count(Replay), await count(ReplayCase)) == (0, 0)


async def test_another_start_does_not_put_it_off(desk: Desk) -> None:
    async with reading() as session:
        before = (await session.scalars(select(Job.run_at).where(Job.kind == HOUSEKEEPING))).one()
    async with transaction() as session:
        await housekeeping.begin(session)
    async with reading() as session:
        assert (await session.scalars(select(Job.run_at).where(Job.kind == HOUSEKEEPING))).one() == before


async def test_the_live_log_goes_after_48_hours_and_a_cursor_below_its_floor_starts_afresh(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    with moving_clock() as hand:
        await whatsapp.posts(written("w1", "Antes", ANA))
        old = await head()
        for number in range(3):
            await whatsapp.posts(written(f"w{number + 2}", "Antes", ANA))
        hand.move(hours=47)
        await whatsapp.posts(written("w9", "Ainda há pouco", BRUNO))
        kept = await head()
        await next_tidying(hand, hours=2)
        async with reading() as session:
            assert (await session.scalars(select(LiveEvent.id).order_by(LiveEvent.id))).all() == [kept]
        await marta.sign_in()
        desk.app.state.live.ring.events.clear()  # as another process that started just now
        desk.app.state.live.ring.floor = desk.app.state.live.ring.head
        assert (await poll(marta, old)).headers["x-live"] == "resync"
        assert "Ainda há pouco" in (await poll(marta, kept - 1)).text


async def test_thousands_go_in_batches_and_nothing_newer_with_them(desk: Desk) -> None:
    old = datetime(2026, 1, 1, tzinfo=UTC)
    first = await count(LiveEvent) + 1
    rows = [
        {"id": first + n, "at": old if n < 2500 else clock.now(), "kind": EventKind.CURSOR_MOVED}
        for n in range(2510)
    ]
    async with transaction() as session:
        await session.execute(insert(LiveEvent), rows)
    assert await housekeeping.in_batches(housekeeping.live_events) == 2500
    assert await count(LiveEvent, LiveEvent.at == old) == 0
    assert await count(LiveEvent) >= 10


async def test_a_webhook_goes_after_30_days_but_for_what_waits_and_the_newest(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    with moving_clock() as hand:
        group = change(text("w2", "no grupo", ANA, group_id="g1"), contacts=[contact(ANA)])
        for body in (
            written("w1", "Oi", ANA),
            webhook(group),
            webhook(past((BRUNO, [theirs("w3", "a", BRUNO, 1.7e9)]))),
        ):
            assert await whatsapp.posts(body) == 200
        await within(10, lambda: none_is_left(), what="filing the past")
        plain, group_id, past_id = await entries()
        await not_filed_any_more(past_id)
        hand.move(days=29)
        await next_tidying(hand, hours=2)
        assert await entries() == [plain, group_id, past_id]
        await next_tidying(hand, days=1)
        assert await entries() == [group_id, past_id]
        assert await count(SetAside) == 1
        await whatsapp.posts(written("w4", "Oi", ANA))
        [*_, newest] = await entries()
        await next_tidying(hand, days=60)
        assert await entries() == [newest]
        assert await count(SetAside) == 0
        await next_tidying(hand, days=60)
        assert await entries() == [newest]


async def not_filed_any_more(journal_id: int) -> None:
    """This past waits to be filed, and nobody does it."""
    async with transaction() as session:
        entry = update(JournalEntry).where(JournalEntry.id == journal_id)
        await session.execute(entry.values(history_filed=0))


async def none_is_left() -> bool:
    return not await count(JournalEntry, JournalEntry.history_filed.is_not(None))


async def entries() -> list[int]:
    async with reading() as session:
        return list((await session.scalars(select(JournalEntry.id).order_by(JournalEntry.id))).all())


async def test_what_was_settled_goes_with_its_webhook_after_30_days(desk: Desk, whatsapp: WhatsApp) -> None:
    with moving_clock() as hand:
        await whatsapp.posts(b"not JSON")
        async with transaction() as session:
            await session.execute(update(SetAside).values(settled_at=clock.now()))
        await whatsapp.posts(written("w1", "Oi", ANA))
        await next_tidying(hand, days=31)
        assert len(await entries()) == 1
        assert await count(SetAside) == 0


async def test_expired_sign_ins_go_and_living_ones_stay(desk: Desk) -> None:
    with moving_clock() as hand:
        hand.move(days=6)
        await desk.attendant(PAULO)
        assert await count(SignIn) == 2
        await next_tidying(hand, days=2)
        assert await count(SignIn) == 1


async def test_reports_of_what_is_not_ours_go_after_30_days(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    await marta.reply(await marta.conversation_with(ANA.name), "Olá")
    await whatsapp.accepted(at_least=1)
    await whatsapp.control("GET", "/idle", timeout=10)
    ours = await count(DeliveryReport, DeliveryReport.delivery_id.is_not(None))
    assert ours
    with moving_clock() as hand:
        await whatsapp.posts(webhook(change(statuses=[status("of-somebody-else", "read")])))
        await next_tidying(hand, days=29)
        assert await count(DeliveryReport, DeliveryReport.delivery_id.is_(None)) == 1
        await next_tidying(hand, days=2)
        assert await count(DeliveryReport, DeliveryReport.delivery_id.is_(None)) == 0
        assert await count(DeliveryReport) == ours


async def test_what_connectors_were_told_goes_after_30_days(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    with moving_clock() as hand:
        async with transaction() as session:
            conversation = (await session.scalars(select(Conversation.id))).one()
            for key in ("an-act", "another"):
                call = ConnectorCall(key=key, conversation_id=conversation, began_at=clock.now())
                session.add(call)
        await next_tidying(hand, days=29)
        assert await count(ConnectorCall) == 2
        await next_tidying(hand, days=2)
        assert await count(ConnectorCall) == 0


def test_a_span_is_what_the_papers_say() -> None:
    spans = (housekeeping.LIVE_LOG, housekeeping.JOURNAL, housekeeping.SET_ASIDE, housekeeping.ORPHANS)
    assert spans == tuple(timedelta(days=days) for days in (2, 30, 90, 30))
    assert timedelta(days=30) == housekeeping.CONNECTOR_CALLS == housekeeping.DELETED_CHATS
