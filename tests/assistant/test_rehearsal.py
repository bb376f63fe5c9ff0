"""A rehearsal answers as a real turn would, and brings nothing about."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.assistant.choices import Choice
from app.assistant.claude import Claude
from app.assistant.history import COME_BACK
from app.assistant.models import ApiCall, Purpose, Turn
from app.conversations.handoff import HandoffReason
from app.conversations.handoff_models import Handoff
from app.conversations.models import Author, Conversation, ConversationLabel, Label, Message
from app.db import reading, transaction
from app.installation import Installation
from app.knowledge import articles
from app.knowledge.articles import Wanted
from app.live.events import LiveEvent
from app.outbox.models import Delivery
from app.rehearsing.rehearsal import Declined, Scene, rehearse
from app.rehearsing.spoken import Spoken
from tests.assistant.shop import HANDOFF_TEXT, Shop
from tests.deadline import patience

INBOX = (Turn, Handoff, Conversation, Message, Delivery, LiveEvent, ConversationLabel)


def customer(shop: Shop, *texts: str) -> list[Spoken]:
    return [Spoken(Author.CONTACT, text, shop.clock()) for text in texts]


async def rows() -> list[int]:
    async with reading() as session:
        counts = [select(func.count()).select_from(model) for model in INBOX]
        return [(await session.execute(one)).scalar_one() for one in counts]


async def knows(title: str, body: str) -> None:
    async with transaction() as session:
        await articles.create(session, Wanted(title, body), None)


async def test_the_answer_comes_of_the_same_prompt_and_knowledge_and_no_row_of_the_inbox_of_it(
    shop: Shop,
) -> None:
    await knows("Trocas", "A primeira troca é grátis em até 30 dias.")
    before = await rows()
    shop.claude_will({"text": "A primeira troca é **grátis**, em até 30 dias."})
    made = await rehearse(Scene(customer(shop, "Oi", "posso trocar?"), customer="Ana Souza"), shop.desk)
    assert made.ending.bubbles == ("A primeira troca é *grátis*, em até 30 dias.",)
    assert made.ending.reason is None
    asked = shop.asked[-1].body
    assert "Loja Inventada" in str(asked["system"])
    assert "A primeira troca é grátis" in shop.words_asked()
    assert [one["title"] for step in made.as_json()["steps"] for one in step["found"]] == ["Trocas"]
    assert "posso trocar?" in shop.words_asked()
    assert "Nome do cliente no WhatsApp: Ana" in shop.words_asked()
    assert await rows() == before
    async with reading() as session:
        [call] = (await session.scalars(select(ApiCall))).all()
    assert (call.purpose, call.conversation_id, call.turn_id) == (Purpose.TEST, None, None)


async def test_changed_instructions_and_another_model_hold_for_this_try_alone(shop: Shop) -> None:
    await shop.changes(Installation, instructions="Assine como Bia.")
    tried = Scene(
        customer(shop, "oi"), instructions="Assine como Lia.", choice=Choice("claude-opus-5-5", "high")
    )
    made = await rehearse(tried, shop.desk)
    asked = shop.asked[-1].body
    assert "Assine como Lia." in str(asked["system"])
    assert "Bia" not in str(asked["system"])
    assert (asked["model"], made.model) == ("claude-opus-5-5", "claude-opus-5-5")
    await rehearse(Scene(customer(shop, "oi")), shop.desk)
    assert "Assine como Bia." in str(shop.asked[-1].body["system"])


async def test_a_tool_with_an_effect_is_only_told(shop: Shop) -> None:
    await shop.changes(Installation, claude_labels=True)
    async with transaction() as session:
        session.add(Label(name="Troca", colour="green"))
    before = await rows()
    shop.claude_will(
        {"steps": [{"tool": "set_label", "input": {"label": "Troca"}}]}, {"text": "Certo, anotei a troca."}
    )
    made = await rehearse(Scene(customer(shop, "quero trocar")), shop.desk)
    [step] = made.as_json()["steps"]
    assert (step["tool"], step["would"], step["is_error"]) == ("set_label", True, False)
    assert await rows() == before


async def test_a_hand_over_is_told_with_its_sentence(shop: Shop) -> None:
    wish = {"reason": "angry", "summary": "Reclama do atraso.", "urgency": "high"}
    shop.claude_will({"steps": [{"text": "Sinto muito!"}, {"tool": "handoff", "input": wish}]})
    ending = (await rehearse(Scene(customer(shop, "cadê meu pedido???")), shop.desk)).ending
    assert (ending.reason, ending.briefing.summary, ending.is_held) == (
        HandoffReason.ANGRY,
        "Reclama do atraso.",
        False,
    )
    assert ending.bubbles == ("Sinto muito!",)


async def test_what_is_held_back_is_told_with_what_claude_wrote(shop: Shop) -> None:
    await knows("Frete", "O frete custa R$ 14,90.")
    shop.claude_will({"text": "O vaso custa R$ 77,00."})
    ending = (await rehearse(Scene(customer(shop, "quanto custa o vaso?")), shop.desk)).ending
    assert (ending.reason, ending.is_held) == (HandoffReason.UNKNOWN_PRICE, True)
    assert ending.briefing.suggestion == "O vaso custa R$ 77,00."
    assert ending.bubbles == (HANDOFF_TEXT,)


@pytest.mark.parametrize(("words", "reason", "is_silence"), [
    ("parar", None, True), ("quero um humano", HandoffReason.ASKED_HUMAN, False),
])  # fmt: skip
async def test_a_rule_decides_before_claude_is_asked(
    shop: Shop, words: str, reason: HandoffReason | None, is_silence: bool
) -> None:
    await shop.changes(Installation, person_words="humano")
    made = await rehearse(Scene(customer(shop, words)), shop.desk)
    assert (made.ending.reason, made.ending.is_silence) == (reason, is_silence)
    assert len(made.ending.bubbles) == 1
    assert shop.asked == []


async def test_two_machines_are_seen_to_go_in_circles(shop: Shop) -> None:
    said = []
    for minute in (3, 2, 1):
        at = shop.clock() - timedelta(minutes=minute)
        said += [Spoken(Author.CONTACT, "Menu: 1 ou 2?", at), Spoken(Author.CLAUDE, "Como posso ajudar?", at)]
    made = await rehearse(Scene([*said, *customer(shop, "Menu: 1 ou 2?")]), shop.desk)
    assert made.ending.reason == HandoffReason.GOES_IN_CIRCLES


async def test_nothing_is_asked_once_the_budget_is_spent(shop: Shop) -> None:
    await shop.changes(Installation, budget_day_microusd=0)
    with pytest.raises(Declined) as declined:
        await rehearse(Scene(customer(shop, "oi")), shop.desk)
    assert declined.value.reason == HandoffReason.BUDGET_SPENT
    assert shop.asked == []


async def test_a_failure_of_claude_comes_to_a_hand_over(shop: Shop) -> None:
    shop.claude_will({"name": "refusal"})
    ending = (await rehearse(Scene(customer(shop, "oi")), shop.desk)).ending
    assert (ending.reason, ending.failure) == (HandoffReason.CLAUDE_FAILED, "refusal")


async def test_a_voice_message_is_left_to_people_there_too(shop: Shop) -> None:
    made = await rehearse(Scene([Spoken(Author.CONTACT, "", shop.clock(), "audio")]), shop.desk)
    assert made.ending.reason == HandoffReason.VOICE
    assert shop.asked == []


async def test_what_was_said_once_is_rehearsed_as_of_then(shop: Shop) -> None:
    await shop.changes(Installation, person_words="atendente", opening_hours={"friday": "09:00-18:00"})
    then = datetime(2026, 3, 6, 13, 30, tzinfo=UTC)  # a Friday morning in São Paulo
    shop.claude_will({"steps": [{"tool": "opening_hours", "input": {}}]}, {"text": "Já tem gente aqui."})
    once = Scene(
        [Spoken(Author.CONTACT, "quero um atendente", then)],
        at=then,
        summary="Houve um atendimento antes.",
        has_come_back=True,
        has_passed_rules=True,
    )
    made = await rehearse(once, shop.desk)
    assert made.ending.bubbles == ("Já tem gente aqui.",)
    first, second = (str(one.body["messages"]) for one in shop.asked)
    assert "Agora são 10:30 de sexta-feira, 06/03/2026" in first
    assert "Houve um atendimento antes." in first
    assert COME_BACK in first
    assert "Agora há gente atendendo." in second


async def test_a_draft_of_knowledge_is_known_to_a_rehearsal_that_names_it_and_to_nobody_else(
    shop: Shop,
) -> None:
    async with transaction() as session:
        draft = await articles.create(session, Wanted("Frete", "O frete é R$ 12.", is_published=False), None)
    await knows("Trocas", "A primeira troca é grátis.")
    address = shop.desk.provider._base_url
    for is_simple in (False, True):  # the base whole in the prompt, or searched
        provider = Claude(api_key="k", base_url=address, model="claude-haiku-5-5", is_simple=is_simple)
        for drafts in ([draft.id], []):
            asked = Scene(customer(shop, "frete?"), drafts=drafts)
            await rehearse(asked, replace(shop.desk, provider=provider))
            told = str(shop.asked[-1].body["messages"])
            assert ("O frete é R$ 12." in told) == bool(drafts)
            assert ("A primeira troca é grátis." in told) == (not is_simple)
            assert ("search_knowledge" in str(shop.asked[-1].body["tools"])) == is_simple
        await provider.close()


async def test_what_a_rehearsal_took_is_booked_although_its_process_stops(shop: Shop) -> None:
    shop.claude_will({"steps": [{"text": "Um"}, {"stall": 60.0}]})
    begun = asyncio.Event()
    task = asyncio.create_task(rehearse(Scene(customer(shop, "oi")), shop.desk, lambda _text: begun.set()))
    async with patience(10):
        await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with reading() as session:
        [call] = (await session.scalars(select(ApiCall))).all()
    assert (call.failure, call.is_estimated, call.purpose) == ("stopped", True, Purpose.TEST)
    assert call.input_tokens > 0
