"""Web Push: who has no tab open is called, by a message that says nothing of what was written."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from app import clock
from app.accounts.models import SignIn
from app.conversations import handoff
from app.conversations.handoff import HandoffReason
from app.conversations.models import Conversation
from app.db import reading, transaction
from app.jobs import Job
from app.push import keys
from app.push.calling import CALL, CALL_ONE
from app.push.models import PushSubscription
from tests.actors import Desk, running_desk, within
from tests.people import ANA, BRUNO, PAULO
from tests.push.service import PushServiceOfTests, push_service

SECRET = "Qual o preço do vaso azul?"


@pytest.fixture
async def service() -> AsyncIterator[PushServiceOfTests]:
    async with push_service() as opened:
        yield opened


@pytest.fixture
async def desk(database_url: str, service: PushServiceOfTests) -> AsyncIterator[Desk]:
    async with running_desk(database_url, push_services=(service.address,)) as opened:
        yield opened


async def subscriptions() -> int:
    async with reading() as session:
        return (await session.execute(select(func.count(PushSubscription.id)))).scalar_one()


async def is_known_to_listen() -> bool:
    """One tab of all who signed in."""
    async with reading() as session:
        return [at is None for at in await session.scalars(select(SignIn.listened_at))].count(False) == 1


async def are_done() -> bool:
    async with reading() as session:
        kinds = Job.kind.in_((CALL, CALL_ONE))
        return (await session.execute(select(func.count(Job.id)).where(kinds))).scalar_one() == 0


async def calls_that_wait() -> list[timedelta]:
    """For how long each still waits."""
    async with reading() as session:
        return [
            at - clock.now() for at in await session.scalars(select(Job.run_at).where(Job.kind == CALL_ONE))
        ]


async def test_who_has_no_tab_open_is_called_in_words_that_only_their_browser_can_fetch(
    desk: Desk, service: PushServiceOfTests
) -> None:
    browser = await service.subscribes(desk.marta, "marta")
    await desk.whatsapp.says(ANA, SECRET)
    conversation = await desk.marta.conversation_with(ANA.name)
    await within(15, lambda: service.calls, what="a call")
    [call] = service.calls
    assert browser.reads(call) == {
        "conversation": conversation,
        "why": "message",
        "words": "Nova mensagem",
    }
    assert f'data-push-key="{call.signed_by}"' in (await desk.marta.open("/")).text
    claims = call.says()
    assert claims["aud"] == service.address
    assert claims["sub"] == f"mailto:{desk.marta.attendant.email}"
    assert 0 < int(call.headers["ttl"]) <= 4 * 3600
    assert (call.headers["urgency"], call.headers["topic"]) == ("high", f"conv-{conversation}")

    fetched = await desk.marta.http.get(f"/c/{conversation}/call")
    assert fetched.json() == {"title": ANA.name, "body": SECRET, "waiting": 1}
    await desk.marta.post("/settings", {"alert_shows_text": "off"})
    assert (await desk.marta.http.get(f"/c/{conversation}/call")).json()["body"] == "Nova mensagem"
    await desk.marta.post(f"/c/{conversation}/reading", {"up_to": "99"})
    assert (await desk.marta.http.get(f"/c/{conversation}/call")).status_code == 204


async def test_who_has_a_tab_open_has_read_it_or_wants_no_notifications_is_not_called(
    desk: Desk, service: PushServiceOfTests
) -> None:
    paulo = await desk.attendant(PAULO)
    await service.subscribes(desk.marta, "marta")
    await service.subscribes(paulo, "paulo")
    async with desk.marta.http.stream("GET", "/live?c=0&t=inbox"):
        await within(10, is_known_to_listen)
        await desk.whatsapp.says(ANA, "Oi")
        await within(15, lambda: service.of("paulo"), what="a call of who has no tab")

        async def waits_for_a_sign_of_the_tab() -> bool:
            return [wait > timedelta(seconds=10) for wait in await calls_that_wait()] == [True]

        await within(10, waits_for_a_sign_of_the_tab)
    conversation = await desk.marta.conversation_with(ANA.name)
    await desk.marta.post(f"/c/{conversation}/reading", {"up_to": "99"})
    await paulo.post("/settings", {"alert_for_messages": "off"})
    with clock.read_from(lambda: datetime.now(UTC) + timedelta(seconds=60)):
        await desk.whatsapp.says(BRUNO, "Oi")
        await within(15, lambda: service.of("marta"), what="a call once the tab is closed")
        await within(10, are_done)
    assert [len(service.of(name)) for name in ("marta", "paulo")] == [1, 1]


async def test_a_message_takes_nothing_from_a_hand_over_that_waits_for_a_sign_of_a_tab(
    desk: Desk, service: PushServiceOfTests
) -> None:
    browser = await service.subscribes(desk.marta, "marta")
    await desk.whatsapp.says(ANA, "Oi")
    ana = await desk.marta.conversation_with(ANA.name)
    await within(15, lambda: service.calls, what="a call")
    service.calls.clear()

    def waiting(number: int) -> Callable[[], Awaitable[bool]]:
        async def are_waiting() -> bool:
            return [wait > timedelta(seconds=10) for wait in await calls_that_wait()] == [True] * number

        return are_waiting

    async with desk.marta.http.stream("GET", "/live?c=0&t=inbox"):
        await within(10, is_known_to_listen)
        async with transaction() as session:
            conversation = await session.get_one(Conversation, ana)
            await handoff.hand_over(session, conversation, HandoffReason.ASKED_HUMAN)
        await within(10, waiting(1))
        await desk.whatsapp.says(ANA, "Alô?")
        await within(10, waiting(2))
    with clock.read_from(lambda: datetime.now(UTC) + timedelta(seconds=60)):
        await within(15, are_done)
    said = sorted(browser.reads(call)["words"] for call in service.calls)
    assert said == ["Esta conversa precisa de uma pessoa.", "Nova mensagem"]


async def test_who_gets_a_conversation_or_is_named_in_a_note_is_called_whatever_they_chose_and_nobody_else(
    desk: Desk, service: PushServiceOfTests
) -> None:
    paulo = await desk.attendant(PAULO)
    await paulo.post("/settings", {"alert_for_messages": "off"})
    await service.subscribes(desk.marta, "marta")
    browser = await service.subscribes(paulo, "paulo")
    await desk.whatsapp.says(ANA, "Oi")
    ana = await desk.marta.conversation_with(ANA.name)
    await within(15, lambda: service.of("marta"), what="the call of a message")
    for one in (desk.marta, paulo):
        await one.post(f"/c/{ana}/reading", {"up_to": "99"})

    async def fetched(why: str) -> str | None:
        answer = await paulo.http.get(f"/c/{ana}/call?why={why}")
        return answer.json()["body"] if answer.status_code == 200 else None

    assert await fetched("assigned") is None
    await desk.marta.post(f"/c/{ana}/assignment", {"user_id": "2"})
    await within(15, lambda: service.of("paulo"), what="a call of who got it")
    words = "Esta conversa foi atribuída a você."
    assert browser.reads(service.of("paulo")[0]) == {"conversation": ana, "why": "assigned", "words": words}
    assert await fetched("assigned") == words
    await desk.marta.post(f"/c/{ana}/notes", {"text": f"@{PAULO.name} pode ver?"})
    await within(15, lambda: service.of("paulo")[1:], what="a call of who is named")
    words = "Uma nota cita você."
    assert browser.reads(service.of("paulo")[1]) == {"conversation": ana, "why": "named", "words": words}
    assert await fetched("named") == f"marta citou você em uma nota: @{PAULO.name} pode ver?"
    await paulo.post("/settings", {"alert_shows_text": "off"})
    assert await fetched("named") == "marta citou você em uma nota"
    await paulo.post(f"/c/{ana}/reading", {"up_to": "99"})
    assert await fetched("named") is None

    await desk.marta.post(f"/c/{ana}/assignment", {"user_id": ""})
    await desk.marta.post(f"/c/{ana}/assignment", {"user_id": "2"})
    await desk.marta.post(f"/c/{ana}/assignment", {"user_id": ""})  # before anybody was called
    await within(15, are_done)
    assert [len(service.of(name)) for name in ("marta", "paulo")] == [1, 2]


async def test_a_browser_that_is_gone_and_one_that_signed_out_are_called_no_more(
    desk: Desk, service: PushServiceOfTests
) -> None:
    paulo = await desk.attendant(PAULO)
    await service.subscribes(desk.marta, "marta")
    await service.subscribes(desk.marta, "marta-again")  # one place for each browser
    await service.subscribes(paulo, "paulo")
    assert await subscriptions() == 2
    await paulo.post("/sign-out")
    assert await subscriptions() == 1
    service.answers["marta-again"] = 410
    await desk.whatsapp.says(ANA, "Oi")
    await within(15, lambda: service.calls, what="a call")

    async def is_forgotten() -> bool:
        return await subscriptions() == 0

    await within(10, is_forgotten)
    assert [call.name for call in service.calls] == ["marta-again"]


@pytest.mark.parametrize(
    "field_and_value",
    [
        ("endpoint", "https://intranet.example/to/marta"),
        ("endpoint", "https://fcm.googleapis.com.evil.example/x"),
        ("endpoint", "http://fcm.googleapis.com/x"),
        ("endpoint", "https://fcm.googleapis.com@127.0.0.1/x"),
        ("endpoint", "https://fcm.googleapis.com/" + "x" * 1000),
        ("p256dh", "BAAA"),
        ("auth", "c2hvcnQ"),
    ],
)
@pytest.mark.alternating
async def test_only_a_push_service_is_ever_asked(
    desk: Desk, service: PushServiceOfTests, field_and_value: tuple[str, str]
) -> None:
    known = (await service.subscribes(desk.marta, "marta")).fields()
    for endpoint in ("https://fcm.googleapis.com/fcm/send/x", "https://web.push.apple.com/Q"):
        assert (
            await desk.marta.post("/push/subscriptions", known | {"endpoint": endpoint})
        ).status_code == 204
    refused = await desk.marta.post("/push/subscriptions", known | dict([field_and_value]))
    assert refused.status_code == 422


async def test_the_key_lasts_as_long_as_one_of_the_secrets_that_sealed_it(
    desk: Desk, service: PushServiceOfTests
) -> None:
    await service.subscribes(desk.marta, "marta")
    old, new, other = (SecretStr(letter * 40) for letter in "sno")
    async with transaction() as session:
        first = keys.public(await keys.ensure(session, [old]))
        assert keys.public(await keys.ensure(session, [new, old])) == first
        assert keys.public(await keys.ensure(session, [new])) == first  # sealed anew meanwhile
        assert keys.public(await keys.stored(session, [new])) == first
    assert await subscriptions() == 1
    async with transaction() as session:
        assert keys.public(await keys.ensure(session, [other])) != first
    assert await subscriptions() == 0
