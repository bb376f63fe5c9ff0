"""Claude answers a customer."""

from dataclasses import replace
from functools import partial

from sqlalchemy import select

from app.assistant.models import TurnState
from app.assistant.schedule import ask_for_answer
from app.conversations.models import Conversation, Mode
from app.db import reading, transaction
from app.live.events import EventKind, LiveEvent
from app.whatsapp.models import Number
from tests.assistant.shop import Shop, within

HOLD = {"hold": True}
SLOWLY = [{"text": "Abrimos "}, HOLD, {"text": "às 9h."}, HOLD, {"text": " Até já!"}]


async def test_an_answer_is_stored_once_in_whatsapps_own_markup(shop: Shop) -> None:
    await shop.says("Ana", "Que horas abrem?")
    shop.claude_will({"text": "Abrimos às **9h**.\n\n* sábado também"})
    await shop.work()
    assert await shop.answers("Ana") == ["Abrimos às *9h*.\n\n- sábado também"]
    assert await shop.open_jobs() == 0
    turn = (await shop.turns("Ana"))[0]
    assert (turn.state, turn.draft, turn.attempts) == (TurnState.ANSWERED, "", 1)
    assert turn.ended_at is not None
    assert (await shop.calls("Ana"))[0].request_id == shop.asked[0].request_id


async def test_a_long_answer_becomes_three_messages_at_most(shop: Shop) -> None:
    await shop.says("Ana", "Conta tudo")
    shop.claude_will({"text": "\n\n".join(f"Parágrafo {n}. " + "palavra " * 40 for n in range(8))})
    await shop.work()
    answers = await shop.answers("Ana")
    assert len(answers) == 3
    assert answers[0].startswith("Parágrafo 0.")
    assert max(map(len, answers)) <= 4096


async def test_attendants_see_the_draft_grow_and_disappear(shop: Shop) -> None:
    await shop.says("Ana", "Que horas abrem?")
    shop.claude_will({"steps": SLOWLY})
    working = shop.working()
    first = await shop.writing("Ana", "Abrimos")
    assert "às" not in first.draft
    shop.goes_on()
    assert "Até já" not in (await shop.writing("Ana", "às 9h.")).draft
    shop.goes_on()
    await working
    refs = await shop.draft_events("Ana")
    assert (refs[0], refs[-1]) == (None, None)
    assert set(refs[1:-1]) == {first.id}
    assert 2 <= len(refs[1:-1]) <= len(SLOWLY)
    assert await shop.answers("Ana") == ["Abrimos às 9h. Até já!"]


async def test_the_draft_disappears_in_the_transaction_that_brings_the_message(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    await shop.work()
    async with reading() as session:
        kinds = list(await session.scalars(select(LiveEvent.kind).order_by(LiveEvent.id)))
    assert kinds[-2:] == [EventKind.DRAFT_CHANGED, EventKind.MESSAGE_ADDED]


async def test_text_parted_within_a_character_arrives_whole(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will({"name": "split_emoji"})
    await shop.work()
    assert await shop.answers("Ana") == ["Até já! 👩🏽‍🍳🌻"]


async def test_thinking_is_never_told_and_several_blocks_are_one_answer(shop: Shop) -> None:
    for name in ("thinking_first", "two_blocks", "unknown_event"):
        await shop.says("Ana", f"Oi, {name}")
        shop.claude_will({"name": name})
        await shop.work()
    assert await shop.answers("Ana") == ["Olá! Como posso ajudar?", "Olá! Como posso ajudar?", "Olá!"]


async def test_messages_of_a_burst_get_one_answer(shop: Shop) -> None:
    for text in ("Oi", "tudo bem?", "vocês têm vaso azul?"):
        await shop.says("Ana", text)
    await shop.work()
    assert len(shop.asked) == 1
    assert len(await shop.answers("Ana")) == 1


async def test_a_newer_message_ends_the_turn_and_the_next_one_answers_all_of_it(shop: Shop) -> None:
    await shop.says("Ana", "Vocês têm vaso?")
    shop.claude_will({"steps": [{"text": "Temos"}, {"stall": 30}]}, {"text": "Temos, azul sim!"})
    working = shop.working()
    await shop.writing("Ana")
    await shop.says("Ana", "Azul?")
    await working
    assert await shop.outcome(0) == "disconnected"
    assert await shop.answers("Ana") == ["Temos, azul sim!"]
    assert "Vocês têm vaso?" in shop.words_asked()
    assert "Azul?" in shop.words_asked()
    states = [turn.state for turn in await shop.turns("Ana")]
    assert states == [TurnState.SUPERSEDED, TurnState.ANSWERED]


async def test_somebody_who_never_stops_writing_is_answered_after_two_restarts(shop: Shop) -> None:
    await shop.says("Ana", "um")
    stalls = {"steps": [{"text": "Eu"}, {"stall": 30}]}
    shop.claude_will(stalls, stalls, {"steps": SLOWLY}, {"text": "E quatro."})
    working = shop.working()
    for number, text in enumerate(("dois", "três", "quatro"), start=1):
        await within(10, partial(turns_are, shop, number))
        await shop.writing("Ana")
        await shop.says("Ana", text)
    shop.goes_on(times=2)
    await working
    assert await shop.answers("Ana") == ["Abrimos às 9h. Até já!", "E quatro."]
    states = [turn.state for turn in await shop.turns("Ana")]
    assert states == [TurnState.SUPERSEDED, TurnState.SUPERSEDED, TurnState.ANSWERED, TurnState.ANSWERED]


async def turns_are(shop: Shop, count: int) -> bool:
    return len(await shop.turns("Ana")) == count


async def test_the_customer_sees_typing_while_claude_writes(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will({"steps": SLOWLY})
    ana = shop.world.customer("Ana")
    working = shop.working()
    assert await shop.world.background.until(lambda: shop.world.is_typing(ana), 5)
    shop.goes_on(times=2)
    await working


async def test_a_number_that_never_marks_as_read_shows_no_typing(shop: Shop) -> None:
    await shop.changes(Number, marks_read="never")
    await shop.says("Ana", "Oi")
    shop.claude_will({"steps": SLOWLY})
    shop.goes_on(times=2)
    await shop.work()
    assert len(await shop.answers("Ana")) == 1
    assert not shop.world.is_typing(shop.world.customer("Ana"))


async def test_typing_that_fails_costs_nothing(shop: Shop) -> None:
    async def breaks(number: Number, wamid: str) -> None:
        raise OSError

    shop.desk = replace(shop.desk, show_typing=breaks)
    await shop.says("Ana", "Oi")
    await shop.work()
    assert len(await shop.answers("Ana")) == 1


async def test_tokens_are_booked_with_each_turn(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    shop.claude_will({"text": "Olá!", "usage": {"output_tokens": 7}})
    await shop.work()
    (call,) = await shop.calls("Ana")
    assert (call.output_tokens, call.stop_reason, call.failure) == (7, "end_turn", None)
    assert call.input_tokens > 100
    assert not call.is_estimated


async def test_nobody_is_answered_where_claude_does_not_own_the_conversation(shop: Shop) -> None:
    await shop.says("Ana", "Oi")
    for mode in (Mode.PERSON, Mode.PAUSED, Mode.OFF):
        await shop.changes(Conversation, mode=mode)
        await shop.work()
        assert shop.asked == []
        assert await shop.open_jobs() == 0


async def test_what_is_answered_is_not_answered_again(shop: Shop) -> None:
    message = await shop.says("Ana", "Oi")
    await shop.work()
    async with transaction() as session:
        await ask_for_answer(session, message.conversation_id, message, 0)
    await shop.work()
    assert len(shop.asked) == 1
    assert await shop.open_jobs() == 0
