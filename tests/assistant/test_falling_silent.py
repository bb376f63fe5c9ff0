"""One voice at a time: Claude stops the moment somebody else decides."""

from collections.abc import AsyncIterator

import pytest

from app.accounts.models import User
from app.assistant.models import TurnState
from app.conversations import handoff, outgoing, replying
from app.conversations.models import Mode
from app.db import transaction
from app.live.bell import bell
from tests.assistant.shop import Shop
from tests.deadline import patience
from tests.engines import only_on
from tests.postgres import somebody_waits_for_a_lock

STALLS = {"steps": [{"text": "Deixa eu ver"}, {"stall": 60}]}


@pytest.fixture
async def marta(shop: Shop) -> User:
    return await shop.employs("Marta")


@pytest.fixture
async def while_claude_writes(shop: Shop) -> AsyncIterator[None]:
    """Ana has asked, and Claude has begun to answer; afterwards its request has ended and nothing of it was sent."""
    await shop.says("Ana", "Oi")
    shop.claude_will(STALLS)
    working = shop.working()
    await shop.writing("Ana")
    yield
    await working
    assert await shop.outcome() == "disconnected"
    assert len(shop.asked) == 1
    assert await shop.answers("Ana") == []
    assert await shop.open_jobs() == 0
    turn = (await shop.turns("Ana"))[-1]
    assert turn.state == TurnState.STOPPED
    (call,) = await shop.calls("Ana")
    assert (call.is_estimated, call.failure, call.turn_id) == (True, "stopped", turn.id)
    assert call.output_tokens > 1
    assert (await shop.draft_events("Ana"))[-1] is None


@pytest.mark.usefixtures("while_claude_writes")
async def test_the_stop_button_ends_the_request_and_sends_nothing(shop: Shop) -> None:
    async with transaction() as session:
        await handoff.stop(session, await shop.conversation_in(session, "Ana"))
    stopped = await shop.conversation("Ana")
    assert (stopped.mode, stopped.claude_stopped) == (Mode.CLAUDE, True)


async def test_what_was_stopped_is_answered_when_somebody_lets_claude(shop: Shop) -> None:
    await shop.says("Ana", "Tem vaso azul?")
    shop.claude_will(STALLS, {"text": "Temos."})
    working = shop.working()
    await shop.writing("Ana")
    async with transaction() as session:
        await handoff.stop(session, await shop.conversation_in(session, "Ana"))
    await working
    async with transaction() as session:
        await handoff.give_to_claude(session, await shop.conversation_in(session, "Ana"), 0)
    assert not (await shop.conversation("Ana")).claude_stopped
    await shop.work()
    assert await shop.answers("Ana") == ["Temos."]


@pytest.mark.usefixtures("while_claude_writes")
async def test_a_persons_reply_silences_claude(shop: Shop, marta: User) -> None:
    async with transaction() as session:
        await replying.reply(
            session, await shop.conversation_in(session, "Ana"), marta, outgoing.text("Deixa comigo")
        )
    assert (await shop.conversation("Ana")).mode == Mode.PERSON


@pytest.mark.usefixtures("while_claude_writes")
async def test_taking_over_silences_claude(shop: Shop, marta: User) -> None:
    async with transaction() as session:
        await handoff.take(session, await shop.conversation_in(session, "Ana"), marta)


@pytest.mark.usefixtures("while_claude_writes")
async def test_an_answer_from_the_phone_silences_claude(shop: Shop) -> None:
    await shop.phone_says("Ana", "Oi, aqui é a Bia")


async def test_a_take_over_at_the_last_moment_wins(shop: Shop, marta: User) -> None:
    """The request is whole already; only the sending transaction can still see it."""
    await shop.says("Ana", "Oi")
    shop.claude_will({"steps": [{"hold": True}, {"text": "Olá!"}]})
    working = shop.working()
    await shop.world.background.until(lambda: len(shop.asked) == 1, 10)
    async with transaction() as session:
        await shop.hold(session, "Ana")
        shop.goes_on()
        await shop.world.background.until(lambda: shop.asked[0].outcome == "finished", 10)
        await replying.reply(
            session, await shop.conversation_in(session, "Ana"), marta, outgoing.text("Deixa comigo")
        )
    await working
    assert await shop.answers("Ana") == []
    assert [turn.state for turn in await shop.turns("Ana")] == [TurnState.STOPPED]


async def test_a_message_at_the_last_moment_is_answered_too(shop: Shop) -> None:
    await shop.says("Ana", "Tem vaso?")
    shop.claude_will({"steps": [{"hold": True}, {"text": "Temos!"}]}, {"text": "Temos, azul também!"})
    working = shop.working()
    await shop.world.background.until(lambda: len(shop.asked) == 1, 10)
    async with transaction() as session:
        await shop.hold(session, "Ana")
        shop.goes_on()
        await shop.world.background.until(lambda: shop.asked[0].outcome == "finished", 10)
        await shop.says_in(session, "Ana", "Azul?")
    await working
    assert await shop.answers("Ana") == ["Temos, azul também!"]


async def test_after_a_stop_the_next_message_is_answered(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will(STALLS, {"text": "Sim, temos."})
    working = shop.working()
    await shop.writing("Ana")
    async with transaction() as session:
        await handoff.stop_turn(session, (await shop.conversation("Ana")).id)
    await working
    await shop.says("Ana", "Tem vaso azul?")
    await shop.work()
    assert await shop.answers("Ana") == ["Sim, temos."]


async def test_handed_back_claude_answers_what_still_waits(shop: Shop, marta: User) -> None:
    await shop.says("Ana", "Tem vaso azul?")
    shop.claude_will(STALLS, {"text": "Temos."})
    working = shop.working()
    await shop.writing("Ana")
    async with transaction() as session:
        await handoff.take(session, await shop.conversation_in(session, "Ana"), marta)
    await working
    async with transaction() as session:
        await handoff.give_to_claude(session, await shop.conversation_in(session, "Ana"), 0)
    await shop.work()
    assert await shop.answers("Ana") == ["Temos."]


@only_on("postgres")
async def test_a_turn_that_ends_while_a_person_answers_waits_for_them_in_no_circle(
    shop: Shop, marta: User, database_url: str
) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will({"steps": [{"text": "Oi, Ana! "}, {"hold": True}, {"text": "Tudo bem?"}]})
    working = shop.working()
    await shop.writing("Ana")
    async with transaction() as session:
        conversation = await shop.conversation_in(session, "Ana")
        await session.refresh(conversation, with_for_update={"key_share": True})
        shop.goes_on()
        async with patience(10):
            while not somebody_waits_for_a_lock(database_url):
                await bell.wait(0.02)
        await handoff.to_people(session, conversation, by=marta)
    await working
    assert await shop.answers("Ana") == []
    assert [turn.state for turn in await shop.turns("Ana")] == [TurnState.STOPPED]
