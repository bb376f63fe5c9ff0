"""What is decided before Claude is asked."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User
from app.assistant.rules import is_one_of, mentions
from app.conversations import assignment, handoff, replying
from app.conversations.handoff_models import ModeChange
from app.conversations.models import Conversation, Mode
from app.conversations.outgoing import text
from app.db import transaction
from app.installation import Installation
from tests.assistant.shop import HANDOFF_TEXT, Shop

WORDS = "atendente, falar com alguém, pessoa de verdade"


@pytest.mark.parametrize(
    ("said", "is_meant"),
    [
        ("Atendente", True),
        ("quero FALAR COM ALGUEM!!", True),
        ("me passa pra uma pessoa de verdade pfv", True),
        ("uma mesa para uma pessoa", False),
        ("atendentes", False),
        ("", False),
        (
            "O atendente que me vendeu o vaso na semana passada disse que a troca era de graça, é verdade?",
            False,
        ),
    ],
)
def test_a_short_message_with_such_words_calls_a_person(said: str, is_meant: bool) -> None:
    assert mentions(said, WORDS) is is_meant


@pytest.mark.parametrize(
    ("said", "is_meant"), [("PARAR", True), ("parar.", True), ("posso parar o carro?", False), ("", False)]
)
def test_silence_is_asked_for_by_one_word_alone(said: str, is_meant: bool) -> None:
    assert is_one_of(said, "parar, stop") is is_meant


def test_without_any_words_nothing_is_meant() -> None:
    assert not mentions("atendente", "")
    assert not mentions("atendente", " , ,,")


async def test_the_owners_words_call_a_person_with_a_sentence_and_without_claude(shop: Shop) -> None:
    await shop.changes(Installation, person_words=WORDS)
    await shop.says("Ana", "Quero falar com alguém")
    await shop.work()
    assert shop.asked == []
    assert await shop.answers("Ana") == [HANDOFF_TEXT]
    assert [noted.reason for noted in await shop.handoffs("Ana")] == ["asked_human"]
    assert (await shop.conversation("Ana")).mode == Mode.PERSON


async def test_who_wants_no_answers_of_claudes_gets_one_sentence_and_then_none(shop: Shop) -> None:
    await shop.says("Ana", "Parar!")
    await shop.work()
    assert shop.asked == []
    assert len(await shop.answers("Ana")) == 1
    assert (await shop.conversation("Ana")).mode == Mode.OFF
    await shop.says("Ana", "Oi")
    await shop.work()
    assert shop.asked == []
    assert [change.reason for change in await shop.all_of(ModeChange, "Ana")] == ["asked_for_silence"]


async def test_the_same_words_a_third_time_are_another_machines(shop: Shop) -> None:
    for _ in range(2):
        await shop.says("Ana", "Sua mensagem é importante para nós.")
        await shop.work()
        shop.clock.move(seconds=5)
    assert len(shop.asked) == 2
    await shop.says("Ana", "Sua mensagem é importante para nós.")
    await shop.work()
    assert len(shop.asked) == 2
    assert [noted.reason for noted in await shop.handoffs("Ana")] == ["goes_in_circles"]
    assert len(await shop.answers("Ana")) == 2


async def test_a_reply_by_itself_is_answered_once(shop: Shop) -> None:
    """Sooner than two seconds after an answer, and the same again: nobody types that."""
    await shop.says("Ana", "Oi")
    await shop.work()
    for _ in range(2):
        await shop.says("Ana", "Estamos fechados.")
        await shop.work()
    assert len(shop.asked) == 2
    assert [noted.reason for noted in await shop.handoffs("Ana")] == ["goes_in_circles"]


async def test_a_customer_who_says_thanks_twice_is_no_machine(shop: Shop) -> None:
    for words in ("Oi", "Obrigada", "Tem vaso azul?", "Obrigada", "E verde?", "Obrigada"):
        await shop.says("Ana", words)
        await shop.work()
        shop.clock.move(seconds=20)
    assert len(shop.asked) == 6
    assert await shop.handoffs("Ana") == []


async def test_many_answers_in_a_short_time_end(shop: Shop) -> None:
    for number in range(8):
        await shop.says("Ana", f"E o número {number}?")
        await shop.work()
    assert len(shop.asked) == 7
    assert [noted.reason for noted in await shop.handoffs("Ana")] == ["goes_in_circles"]


async def test_every_change_of_who_answers_is_written_down_with_who_and_why(shop: Shop) -> None:
    marta, bruno = await shop.employs("Marta"), await shop.employs("Bruno")
    await shop.says("Ana", "Oi")
    await shop.work()
    steps: list[Callable[[AsyncSession, Conversation], Awaitable[Any]]] = [
        lambda session, conversation: replying.reply(session, conversation, marta, text("Oi, Ana")),
        lambda session, conversation: handoff.give_to_claude(session, conversation, 0, by=marta),
        lambda session, conversation: handoff.pause(session, conversation, 5, bruno),
        lambda session, conversation: handoff.pause(session, conversation, 50, bruno),
        lambda session, conversation: assignment.assign(session, conversation, to=bruno.id, by=marta),
        lambda session, conversation: assignment.assign(session, conversation, to=None, by=marta),
        lambda session, conversation: handoff.switch_off(session, conversation, bruno),
    ]
    for step in steps:
        async with transaction() as session:
            await step(session, await shop.conversation_in(session, "Ana"))
    await shop.phone_says("Ana", "Daqui do celular")
    told = [
        (one.reason, one.was, one.became, who(one, marta, bruno))
        for one in await shop.all_of(ModeChange, "Ana")
    ]
    assert told == [
        ("replied", "claude", "person", "Marta"),
        ("handed_back", "person", "claude", "Marta"),
        ("paused", "claude", "paused", "Bruno"),
        ("paused", "paused", "paused", "Bruno"),
        ("assigned", "paused", "person", "Marta"),
        ("switched_off", "person", "off", "Bruno"),
        ("phone", "off", "person", ""),
    ]


def who(change: ModeChange, *people: User) -> str:
    return next((one.name for one in people if one.id == change.by_id), "")


async def test_what_claude_or_a_pause_changes_is_nobodys(shop: Shop) -> None:
    marta = await shop.employs("Marta")
    await shop.says("Ana", "Oi")
    async with transaction() as session:
        await handoff.pause(session, await shop.conversation_in(session, "Ana"), 5, marta)
    shop.clock.ahead += timedelta(minutes=6)
    wish = {"reason": "angry", "summary": "", "urgency": "low"}
    shop.claude_will({"steps": [{"text": "Vou chamar."}, {"tool": "handoff", "input": wish}]})
    await shop.work()
    told = [(one.reason, one.became, one.by_id) for one in await shop.all_of(ModeChange, "Ana")]
    assert told[1:] == [("pause_over", "claude", None), ("handed_over:angry", "person", None)]


@pytest.mark.parametrize("type", ["audio", "voice"])
async def test_a_voice_message_goes_to_people_and_the_customer_hears_why(shop: Shop, type: str) -> None:
    await shop.says("Ana", "Oi")
    await shop.says("Ana", type=type, content={"voice": True})
    await shop.work()
    assert shop.asked == []
    [said] = await shop.answers("Ana")
    assert said.startswith("Por aqui eu só leio texto.")
    assert [noted.reason for noted in await shop.handoffs("Ana")] == ["voice"]


async def test_a_voice_message_that_a_person_has_answered_keeps_claude_from_nothing(shop: Shop) -> None:
    await shop.says("Ana", type="audio", content={"voice": True})
    await shop.work()
    await shop.phone_says("Ana", "Ouvi aqui, pode vir!")
    await shop.changes(Conversation, mode=Mode.CLAUDE)
    shop.clock.move(seconds=2)
    await shop.says("Ana", "Aceitam Pix?")
    await shop.work()
    assert "[áudio]" in shop.words_asked()
    assert len(await shop.handoffs("Ana")) == 1
