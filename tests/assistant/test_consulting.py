"""Claude helps an attendant: it writes for them alone, and nothing of it is sent."""

from typing import Any

import pytest

from app.accounts.models import User
from app.assistant import limits
from app.assistant.models import ApiCall, Purpose
from app.consulting import asking, using
from app.consulting.models import Consultation, ConsultationState, Wish
from app.consulting.running import consult, grow
from app.consulting.showing import Shown, shown_in
from app.conversations import handoff, replying
from app.conversations.handoff import HandoffReason
from app.conversations.models import Message
from app.conversations.outgoing import Outgoing, location, text
from app.db import reading, transaction
from app.errors import Invalid, NotFound
from app.installation import installation
from app.knowledge import articles
from app.knowledge.articles import Wanted
from app.live.events import EventKind, LiveEvent
from tests.assistant.shop import Shop, within


@pytest.fixture
async def marta(shop: Shop) -> User:
    """She has answered Ana, so Claude does not."""
    shop.more_handlers[asking.CONSULT] = consult
    marta = await shop.employs("Marta")
    await shop.says("Ana", "Hola, ¿tienen floreros azules?")
    async with transaction() as session:
        await replying.reply(session, await shop.conversation_in(session, "Ana"), marta, text("Um momento"))
    return marta


async def asks(shop: Shop, by: User, wish: str, given: str = "", name: str = "Ana") -> int:
    async with transaction() as session:
        conversation = await shop.conversation_in(session, name)
        return (await asking.ask(session, conversation, by, wish, given)).id


async def card(shop: Shop, by: User) -> Shown | None:
    conversation = await shop.conversation("Ana")
    async with reading() as session:
        return (await shown_in(session, conversation.id)).get(by.id)


async def shown(shop: Shop, by: User) -> Consultation:
    found = await card(shop, by)
    assert found is not None
    return found.consultation


async def test_a_suggestion_is_the_attendants_and_nothing_is_sent(shop: Shop, marta: User) -> None:
    said = len(await shop.answers("Ana"))
    shop.claude_will({"text": "Sí, tenemos **dos**."})
    await asks(shop, marta, "suggest")
    await shop.work()
    found = await shown(shop, marta)
    assert (found.state, found.text) == (ConsultationState.DONE, "Sí, tenemos *dos*.")
    assert len(await shop.answers("Ana")) == said
    told = [one for one in await shop.all_of(LiveEvent, "Ana") if one.kind == EventKind.CONSULTATION_CHANGED]
    assert {one.user_id for one in told} == {marta.id}
    assert len(told) >= 2
    [call] = await shop.all_of(ApiCall, "Ana")
    assert (call.purpose, call.user_id) == (Purpose.HELP, marta.id)


@pytest.mark.parametrize("wish", [Wish.SHORTER, Wish.KINDER, Wish.CORRECT, Wish.TRANSLATE, Wish.ASK])
async def test_what_stands_in_the_text_box_is_data_between_tags(shop: Shop, marta: User, wish: Wish) -> None:
    await asks(shop, marta, wish, "Temos </texto> azul")
    await shop.work()
    asked = shop.asked[-1].body
    assert "<texto>\nTemos &lt;/texto&gt; azul\n</texto>" in asked["messages"][-1]["content"][-1]["text"]
    assert "tools" not in asked


@pytest.mark.parametrize("wish", [Wish.SUGGEST, Wish.UNDERSTAND, Wish.SUMMARISE])
async def test_what_needs_no_text_takes_none_along(shop: Shop, marta: User, wish: Wish) -> None:
    await asks(shop, marta, wish, "um rascunho")
    await shop.work()
    assert "um rascunho" not in str(shop.asked[-1].body)


@pytest.mark.parametrize(
    ("wish", "given", "field"),
    [("fly", "x", "wish"), ("shorter", "  ", "text"), ("ask", "", "text"), ("kinder", "x" * 4097, "text")],
)
async def test_what_claude_cannot_do_is_said_beside_its_field(
    shop: Shop, marta: User, wish: str, given: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await asks(shop, marta, wish, given)
    assert refused.value.field == field


async def test_a_question_is_answered_from_the_knowledge_base(shop: Shop, marta: User) -> None:
    async with transaction() as session:
        await articles.create(session, Wanted("Trocas", "A troca é de graça em até 30 dias."), None)
    await asks(shop, marta, "ask", "Qual é o prazo de troca?")
    await shop.work()
    assert "A troca é de graça em até 30 dias." in shop.words_asked()


async def test_what_claude_quotes_to_an_attendant_is_kept_beside_it(full: Shop, marta: User) -> None:
    async with transaction() as session:
        await articles.create(session, Wanted("Trocas", "A troca é de graça. Guarde a nota."), None)
    full.claude_will({"steps": [{"text": "Sim.", "cites": "A troca é de graça."}]})
    await asks(full, marta, "ask", "Troca custa?")
    await full.work()
    kept = await shown(full, marta)
    assert kept.text == "Sim."
    assert kept.sources == {"articles": [[1, "Trocas"]], "quotes": [[1, "A troca é de graça."]]}


async def test_what_is_stopped_keeps_what_was_written(shop: Shop, marta: User) -> None:
    shop.claude_will({"steps": [{"text": "Temos dois"}, {"stall": 60}, {"text": " vasos."}]})
    asked = await asks(shop, marta, "suggest")
    working = shop.working()

    async def seen() -> bool:
        return (await shown(shop, marta)).text == "Temos dois"

    await within(10, seen)
    async with transaction() as session:
        await asking.stop(session, asked, marta)
    await working
    found = await shown(shop, marta)
    assert (found.state, found.text) == (ConsultationState.STOPPED, "Temos dois")
    assert await shop.outcome() == "disconnected"


async def test_a_new_wish_takes_the_place_of_the_old_one(shop: Shop, marta: User) -> None:
    shop.claude_will({"text": "Novo."})
    first = await asks(shop, marta, "suggest")
    second = await asks(shop, marta, "summarise")
    await shop.work()
    found = await shown(shop, marta)
    assert (found.id, found.text) == (second, "Novo.")
    assert first != second
    assert len(shop.asked) == 1


async def test_nobody_sees_or_stops_a_colleagues(shop: Shop, marta: User) -> None:
    bruno = await shop.employs("Bruno")
    asked = await asks(shop, marta, "suggest")
    assert await card(shop, bruno) is None
    with pytest.raises(NotFound):
        async with transaction() as session:
            await asking.stop(session, asked, bruno)


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        ({"http_status": 529, "repeat": 2}, "busy"),
        ({"name": "refusal"}, "refused"),
        ({"http_status": 401}, "misconfigured"),
    ],
)
async def test_a_failure_is_told_and_the_customer_hears_nothing(
    shop: Shop, marta: User, failure: dict[str, Any], why: str
) -> None:
    shop.claude_will(failure)
    await asks(shop, marta, "suggest")
    await shop.work()
    found = await shown(shop, marta)
    assert found.state == ConsultationState.FAILED
    assert found.failure == why
    assert await shop.handoffs("Ana") == []


async def test_a_refused_key_ends_all_calls_until_somebody_has_seen_to_it(shop: Shop, marta: User) -> None:
    shop.claude_will({"http_status": 401})
    await asks(shop, marta, "suggest")
    await shop.work()
    async with reading() as session:
        assert (await installation(session)).claude_trouble is not None
        assert await limits.reason_to_ask_nothing(session, shop.desk.settings.zone) is not None


async def test_what_the_customer_writes_meanwhile_marks_a_suggestion_and_no_rewriting(
    shop: Shop, marta: User
) -> None:
    for wish, is_marked in (("suggest", True), ("shorter", False), ("summarise", True)):
        await asks(shop, marta, wish, "Temos, sim")
        await shop.work()
        found = await card(shop, marta)
        assert found is not None
        assert not found.is_outdated
        await shop.says("Ana", "E verdes?")
        found = await card(shop, marta)
        assert found is not None
        assert found.is_outdated is is_marked


async def test_what_was_used_knows_what_was_sent_instead(shop: Shop, marta: User) -> None:
    shop.claude_will({"text": "Sí, tenemos dos."})
    asked = await asks(shop, marta, "suggest")
    await shop.work()
    async with transaction() as session:
        await using.use(session, asked, marta)
    assert await card(shop, marta) is None
    for words in ("Sí, tenemos tres.", "Otra cosa"):
        async with transaction() as session:
            sent = await replying.reply(
                session, await shop.conversation_in(session, "Ana"), marta, text(words)
            )
            await using.note_sent(session, marta, sent)
    async with reading() as session:
        kept = await session.get_one(Consultation, asked)
        assert kept.message_id is not None
        assert (await session.get_one(Message, kept.message_id)).body == "Sí, tenemos tres."
        assert (kept.text, kept.user_id) == ("Sí, tenemos dos.", marta.id)
        assert kept.edit_distance == pytest.approx(3 / 17)  # "dos" became "tres"


async def sends(shop: Shop, by: User, what: Outgoing) -> Message:
    async with transaction() as session:
        sent = await replying.reply(session, await shop.conversation_in(session, "Ana"), by, what)
        await using.note_sent(session, by, sent)
    return sent


async def used_suggestion(shop: Shop, by: User, words: str) -> int:
    shop.claude_will({"text": words})
    asked = await asks(shop, by, "suggest")
    await shop.work()
    async with transaction() as session:
        await using.use(session, asked, by)
    return asked


async def distance_of(consultation_id: int) -> float | None:
    async with reading() as session:
        return (await session.get_one(Consultation, consultation_id)).edit_distance


async def test_what_becomes_of_the_message_later_changes_nothing(shop: Shop, marta: User) -> None:
    asked = await used_suggestion(shop, marta, "Temos **dois**.")
    sent = await sends(shop, marta, text(" Temos *dois*.\r\n"))
    assert await distance_of(asked) == 0
    await shop.changes(Message, body="Temos vinte.", revoked_at=shop.clock(), edited_at=shop.clock())
    await sends(shop, marta, text("Outra coisa"))
    async with transaction() as session:
        await using.note_sent(session, marta, await session.get_one(Message, sent.id))
    assert await distance_of(asked) == 0


async def test_what_has_a_form_of_its_own_is_not_what_became_of_a_suggestion(shop: Shop, marta: User) -> None:
    asked = await used_suggestion(shop, marta, "Temos dois.")
    await sends(shop, marta, location("-23,5", "-46,6", "A loja"))
    assert await distance_of(asked) is None
    await sends(shop, marta, text("Temos dois"))
    assert await distance_of(asked) == pytest.approx(1 / 11)


async def test_a_colleagues_message_is_not_what_became_of_it(shop: Shop, marta: User) -> None:
    asked = await used_suggestion(shop, marta, "Temos dois.")
    await sends(shop, await shop.employs("Bruno"), text("Temos dois."))
    assert await distance_of(asked) is None


async def test_the_reply_that_a_card_suggests_is_measured_like_any_other(shop: Shop, marta: User) -> None:
    async with transaction() as session:
        conversation = await shop.conversation_in(session, "Ana")
        told = handoff.Briefing(suggestion="Temos dois.")
        called = await handoff.hand_over(session, conversation, HandoffReason.OTHER, told)
    for _ in range(2):  # pressed twice, it is used once
        async with transaction() as session:
            conversation = await shop.conversation_in(session, "Ana")
            used = await using.use_briefing(session, conversation, called.id, marta)
    await sends(shop, marta, text("Temos dois!"))
    [kept] = await shop.all_of(Consultation, "Ana")
    assert (kept.id, kept.wish, kept.user_id) == (used.id, Wish.BRIEFING, marta.id)
    assert kept.edit_distance == pytest.approx(1 / 11)
    assert await card(shop, marta) is None
    with pytest.raises(Invalid):
        await asks(shop, marta, "briefing")


async def test_what_was_not_used_has_no_message(shop: Shop, marta: User) -> None:
    await asks(shop, marta, "suggest")
    await shop.work()
    async with transaction() as session:
        sent = await replying.reply(session, await shop.conversation_in(session, "Ana"), marta, text("Oi"))
        await using.note_sent(session, marta, sent)
    assert (await shown(shop, marta)).message_id is None


async def test_what_a_dead_worker_had_begun_is_not_written_anew_under_the_readers_eyes(
    shop: Shop, marta: User
) -> None:
    asked = await asks(shop, marta, "suggest")
    await grow(asked, "Temos")
    await shop.work()
    found = await shown(shop, marta)
    assert (found.state, found.failure, found.text) == (ConsultationState.FAILED, "interrupted", "Temos")
    assert shop.asked == []
