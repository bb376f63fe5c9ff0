"""A replay asks again what was asked once: as it was then, without names, and nothing of it leaves."""

from collections.abc import Collection
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app import jobs
from app.accounts.models import User
from app.assistant.choices import Choice, chosen
from app.assistant.history import WRITTEN_DOWN
from app.assistant.models import ApiCall, Purpose, Turn
from app.contacts.models import Contact
from app.conversations.handoff_models import Handoff
from app.conversations.models import Author, Conversation, Message
from app.db import reading, transaction
from app.errors import Conflict, Invalid
from app.installation import Installation, installation
from app.knowledge import articles
from app.knowledge.articles import Wanted
from app.outbox.models import Delivery
from app.rehearsing import reckoning, replaying
from app.rehearsing.models import Outcome, Replay, ReplayCase, ReplayState
from app.rehearsing.remembering import remembered
from app.rehearsing.running_replays import AT_ONCE, ENOUGH_FAILURES, replay
from app.transcribing.models import Transcript, TranscriptState
from tests.assistant.shop import Shop
from tests.costs.books import HAIKU

CHOICE = Choice("claude-opus-5-5", "low")
INBOX = (Turn, Handoff, Conversation, Message, Delivery)


@pytest.fixture
async def marta(shop: Shop) -> User:
    shop.more_handlers["replay"] = replay
    return await shop.employs("Marta")


async def answered(shop: Shop, name: str, text: str, answer: str, **more: Any) -> None:
    shop.claude_will({"text": answer})
    await shop.says(name, text, **more)
    await shop.work()


async def begun(
    shop: Shop,
    user: User,
    *,
    instructions: str = "Assine como Lia.",
    most: int = 10,
    drafts: Collection[int] = (),
) -> int:
    async with transaction() as session:
        made = await replaying.begin(session, user, most, instructions, CHOICE, drafts, shop.desk.provider)
    return made.id


async def seen(replay_id: int) -> tuple[Replay, list[ReplayCase]]:
    async with reading() as session:
        found = await replaying.of_id(session, replay_id)
        return found, list(await replaying.cases_of(session, replay_id))


async def counted() -> list[int]:
    async with reading() as session:
        return [(await session.execute(select(func.count()).select_from(one))).scalar_one() for one in INBOX]


async def test_what_was_asked_once_is_asked_again_with_what_is_tried_and_nothing_leaves(
    shop: Shop, marta: User
) -> None:
    await shop.changes(Installation, instructions="Assine como Bia.")
    await answered(shop, "Ana", "que horas abre?", "Abrimos às nove. Bia")
    await answered(shop, "Ana", "e sábado?", "Sábado também. Bia")
    before, first = await counted(), len(shop.asked)
    shop.claude_will({"text": "Sábado também. Lia"}, {"text": "Abrimos\0 às \ud83d *nove*. Bia"})
    replay_id = await begun(shop, marta)
    await shop.work()
    found, (saturday, opening) = await seen(replay_id)
    assert (found.state, found.done) == (ReplayState.DONE, 2)
    assert (saturday.outcome, opening.outcome) == (Outcome.WORDS, Outcome.WORDS)
    assert (saturday.asked, opening.asked) == ("e sábado?", "que horas abre?")
    assert saturday.became is not None
    assert (saturday.was["words"], saturday.became["words"]) == ("Sábado também. Bia", "Sábado também. Lia")
    assert saturday.pieces is not None
    assert saturday.pieces["words"] == [["same", "Sábado também. "], ["gone", "Bia"], ["new", "Lia"]]
    tried = [one.body for one in shop.asked[first:]]
    assert all("Assine como Lia." in str(body["system"]) for body in tried)
    assert {body["model"] for body in tried} == {"claude-opus-5-5"}
    told = {one["messages"][-1]["content"][0]["text"].count("e sábado?") for one in tried}
    assert told == {0, 1}  # the earlier answer knows nothing of what was asked later
    assert "Abrimos às nove. Bia" in str(tried[0])
    assert await counted() == before
    async with reading() as session:
        purposes = (await session.scalars(select(ApiCall.purpose).order_by(ApiCall.id))).all()
        here = await installation(session)
    assert purposes[-2:] == [Purpose.TEST, Purpose.TEST]
    assert here.instructions == "Assine como Bia."


async def test_neither_claude_nor_the_rows_learn_whose_it_was(shop: Shop, marta: User) -> None:
    shop.world.customer("Ana").name = "Ana Souza"
    await answered(
        shop, "Ana", "Sou a Ana Souza, 11 98765-4321, ana@exemplo.com, CPF 529.982.247-25", "Oi, Ana!"
    )
    async with transaction() as session:
        await session.execute(update(Contact).values(book_name="Aninha Cliente Boa"))
    await answered(shop, "Ana", "aninha aqui de novo", "Oi de novo, Aninha!")
    await shop.says("Ana", "", type="contacts", content=[{"name": {"formatted_name": "Beatriz"}}])
    await shop.work()
    first = len(shop.asked)
    await shop.work()
    replay_id = await begun(shop, marta)
    await shop.work()
    _found, cases = await seen(replay_id)
    kept = str([(one.asked, one.was, one.became, one.pieces) for one in cases])
    asked = str([one.body["messages"] for one in shop.asked[first:]])
    assert len(cases) == 3
    for told in (kept, asked):
        for secret in ("Ana", "Souza", "ninha", "98765-4321", "@exemplo", "529.982", "Beatriz"):
            assert secret not in told, secret
    assert "Sou a Cliente, [telefone], [e-mail], CPF [CPF]" in kept
    assert "Oi, Cliente!" in kept
    assert "Nome do cliente no WhatsApp: Cliente" in asked


async def test_a_hand_over_that_was_and_is_no_more_and_one_that_comes(shop: Shop, marta: User) -> None:
    call = {"tool": "handoff", "input": {"reason": "angry", "summary": "Atraso", "urgency": "normal"}}
    shop.claude_will({"steps": [{"text": "Vou chamar alguém."}, call]})
    await shop.says("Ana", "cadê?")
    await shop.work()
    await answered(shop, "Bruno", "oi", "Olá!")
    shop.claude_will({"steps": [{"text": "Vou chamar alguém."}, call]}, {"text": "Chega amanhã."})
    replay_id = await begun(shop, marta)
    await shop.work()
    _found, (bruno, ana) = await seen(replay_id)
    assert (bruno.outcome, ana.outcome) == (Outcome.HANDS_OVER, Outcome.ANSWERS)
    assert bruno.became is not None
    assert (bruno.became["reason"], bruno.became["summary"]) == ("angry", "Atraso")
    assert (ana.was["reason"], ana.was["summary"]) == ("angry", "Atraso")


async def test_an_answer_that_would_be_held_back_is_told_with_its_words(shop: Shop, marta: User) -> None:
    await shop.changes(Installation, instructions="O vaso custa R$ 10.")
    await answered(shop, "Ana", "quanto é?", "Custa R$ 10.")
    shop.claude_will({"text": "Custa R$ 99."})
    replay_id = await begun(shop, marta, instructions="O vaso custa R$ 10.")
    await shop.work()
    _found, (case,) = await seen(replay_id)
    assert case.outcome == Outcome.HELD
    assert case.became is not None
    assert (case.became["words"], case.became["reason"]) == ("Custa R$ 99.", "unknown_price")


async def test_a_voice_message_is_asked_again_in_its_words(shop: Shop, marta: User) -> None:
    await answered(shop, "Ana", "oi", "Olá!")
    async with transaction() as session:
        message = (await session.scalars(select(Message).where(Message.author == Author.CONTACT))).one()
        message.type, message.content = "audio", {"voice": True}
        words = {"text": "Sou o Rui, 11 98765-4321", "state": TranscriptState.DONE}
        session.add(Transcript(message_id=message.id, asked_at=shop.clock(), **words))
    replay_id = await begun(shop, marta)
    await shop.work()
    _found, (case,) = await seen(replay_id)
    assert case.asked == f"{WRITTEN_DOWN} Sou o Rui, [telefone]"
    assert case.outcome == Outcome.WORDS  # no rule leaves it to people: then it was answered


async def test_what_was_settled_before_is_not_read_and_what_people_said_is(shop: Shop, marta: User) -> None:
    await answered(shop, "Ana", "primeira coisa", "Feito.")
    await shop.phone_says("Ana", "Aqui é da loja")
    async with transaction() as session:
        await session.execute(update(Conversation).values(mode="claude"))
    await answered(shop, "Ana", "segunda coisa", "Feita.")
    last = (await shop.turns("Ana"))[-1]
    await answered(shop, "Ana", "terceira", "Ok.")
    async with reading() as session:
        past = await remembered(session, last.id, shop.desk.settings.zone)
    assert past is not None
    said = [(one.by, one.text) for one in past.scene.said]
    assert said == [
        ("contact", "primeira coisa"),
        ("claude", "Feito."),
        ("phone", "Aqui é da loja"),
        ("contact", "segunda coisa"),
    ]
    assert (past.asked, past.was.words) == ("segunda coisa", "Feita.")
    assert past.scene.at == last.started_at


async def test_a_worker_that_goes_on_repeats_nothing_that_is_done(shop: Shop, marta: User) -> None:
    for place in range(AT_ONCE + 2):
        await answered(shop, "Ana", f"pergunta {place}", f"resposta {place}")
    replay_id, first = await begun(shop, marta), len(shop.asked)
    claim = await shop.claim()
    assert claim is not None
    claim.leaving.set()
    with pytest.raises(jobs.LeftUndone):
        await replay(claim, shop.desk)
    assert len(shop.asked) == first
    async with transaction() as session:  # as if a worker had died after some of it
        done = select(ReplayCase.id).where(ReplayCase.replay_id == replay_id, ReplayCase.place < 3)
        noted = update(ReplayCase).where(ReplayCase.id.in_(done))
        await session.execute(noted.values(outcome=Outcome.SAME, number=ReplayCase.place + 1))
        await session.execute(update(Replay).values(done=3))
        await session.execute(update(ReplayCase).where(ReplayCase.place == 3).values(tries=3))
        await jobs.give_back(session, claim)
    await shop.work()
    found, cases = await seen(replay_id)
    assert (found.state, found.done) == (ReplayState.DONE, AT_ONCE + 2)
    assert sorted(case.number or 0 for case in cases) == list(range(1, AT_ONCE + 3))
    assert cases[3].outcome == Outcome.FAILED  # over which workers have died again and again
    assert len(shop.asked) - first == AT_ONCE + 2 - 4


async def test_stopping_keeps_what_is_there_and_one_replay_runs_at_a_time(shop: Shop, marta: User) -> None:
    await answered(shop, "Ana", "oi", "Olá!")
    replay_id, first = await begun(shop, marta), len(shop.asked)
    with pytest.raises(Invalid):
        await begun(shop, marta)
    async with transaction() as session:
        await replaying.end(session, replay_id, ReplayState.STOPPED)
    await shop.work()
    found, (case,) = await seen(replay_id)
    assert (found.state, case.outcome, len(shop.asked)) == (ReplayState.STOPPED, None, first)
    another = await begun(shop, marta)
    async with transaction() as session:
        await replaying.delete(session, another)
    await shop.work()
    assert len(shop.asked) == first


async def test_a_spent_budget_and_failures_in_a_row_end_it_with_the_reason(shop: Shop, marta: User) -> None:
    for name in ("Ana", "Bruno", "Clara", "Davi", "Eva", "Fabio"):
        await answered(shop, name, "oi", "Olá!")
    shop.claude_will(*[{"name": "invalid"}] * 20)
    replay_id = await begun(shop, marta)
    await shop.work()
    found, cases = await seen(replay_id)
    assert (found.state, found.reason) == (ReplayState.FAILED, "400 invalid_request_error")
    assert found.done == 1 + AT_ONCE >= ENOUGH_FAILURES
    assert cases[-1].outcome is None
    await shop.changes(Installation, budget_day_microusd=0)
    replay_id = await begun(shop, marta)
    await shop.work()
    found, cases = await seen(replay_id)
    assert (found.state, found.reason, found.done) == (ReplayState.DECLINED, "budget_spent", 0)


async def test_what_was_tried_is_put_in_force_and_taken_back_unless_somebody_came_between(
    shop: Shop, marta: User
) -> None:
    await shop.changes(Installation, instructions="Assine como Bia.")
    await answered(shop, "Ana", "oi", "Olá!")
    replay_id, provider = await begun(shop, marta), shop.desk.provider
    await shop.work()

    async def in_force() -> tuple[str, Choice]:
        async with reading() as session:
            choice = await chosen(session, Purpose.ANSWER, provider)
            return (await installation(session)).instructions, choice

    before = await in_force()
    async with transaction() as session:
        await replaying.use(session, replay_id, provider)
    assert await in_force() == ("Assine como Lia.", CHOICE)
    async with transaction() as session:
        await replaying.take_back(session, replay_id, provider)
    assert await in_force() == before
    await shop.changes(Installation, instructions="Assine como Rui.")
    for change in (replaying.use, replaying.take_back):
        with pytest.raises(Conflict):
            async with transaction() as session:
                await change(session, replay_id, provider)
    assert await in_force() == ("Assine como Rui.", before[1])


async def test_a_draft_is_known_to_what_is_replayed(shop: Shop, marta: User) -> None:
    async with transaction() as session:
        draft = await articles.create(session, Wanted("Frete", "O frete é R$ 12.", is_published=False), None)
        long = await articles.create(session, Wanted("Tudo", "palavra " * 4000, is_published=False), None)
    await answered(shop, "Ana", "frete?", "Não sei.")
    replay_id = await begun(shop, marta, drafts=[draft.id, 10**9])
    await shop.work()
    assert "O frete é R$ 12." in str(shop.asked[-1].body)
    found, _cases = await seen(replay_id)
    assert found.drafts == {"articles": [[draft.id, "Frete"]]}
    with pytest.raises(Invalid):
        await begun(shop, marta, drafts=[draft.id, long.id])


async def test_what_it_will_cost_is_reckoned_by_what_it_took_then(shop: Shop, marta: User) -> None:
    await answered(shop, "Ana", "oi", "Olá!")
    await answered(shop, "Bruno", "oi", "Olá!")
    zone = shop.desk.settings.zone
    reckon = partial(reckoning.estimate, user=marta, zone=zone)
    async with transaction() as session:
        one = await session.scalar(select(ApiCall).order_by(ApiCall.id))
        assert one is not None
        spent = one.cost_microusd
        await session.delete(one)  # nobody booked it: it takes as much as the other
    async with reading() as session:
        found = await reckon(session, most=10, model=HAIKU)
        unknown = await reckon(session, most=10, model="llama")
        none = await reckon(session, most=0, model=HAIKU)
    assert spent
    assert (found.answers, found.microusd, found.is_too_much) == (2, 2 * spent, False)
    assert (unknown.microusd, unknown.tokens) == (None, found.tokens)
    assert (none.answers, none.microusd) == (0, 0)
    await shop.changes(Installation, budget_day_microusd=spent + 1)
    async with reading() as session:
        assert (await reckon(session, most=10, model=HAIKU)).is_too_much


async def test_there_is_nothing_to_replay_before_claude_has_answered_anybody(shop: Shop, marta: User) -> None:
    with pytest.raises(Invalid):
        await begun(shop, marta)


async def test_a_conversation_that_is_deleted_takes_its_cases_along(shop: Shop, marta: User) -> None:
    await answered(shop, "Ana", "oi", "Olá!")
    replay_id = await begun(shop, marta)
    async with transaction() as session:
        conversation = await shop.conversation_in(session, "Ana")
        await session.execute(update(Conversation).values(last_message_position=None))
        await session.delete(conversation)
    await shop.work()
    found, cases = await seen(replay_id)
    assert (found.state, cases) == (ReplayState.DONE, [])


async def test_a_message_that_was_taken_back_since_leaves_nothing_to_ask(shop: Shop, marta: User) -> None:
    await answered(shop, "Ana", "oi", "Olá!")
    async with transaction() as session:
        await session.execute(update(Message).values(revoked_at=shop.clock()))
    replay_id = await begun(shop, marta)
    await shop.work()
    found, (case,) = await seen(replay_id)
    assert (found.state, case.outcome, case.became) == (ReplayState.DONE, Outcome.GONE, None)
