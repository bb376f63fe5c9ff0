"""An attendant talks with Claude over what the business knows: theirs alone, kept, stopped, asked anew, found again."""

from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models import User
from app.assistant.models import ApiCall, Purpose
from app.chats import chatting
from app.chats import reading as chats
from app.chats.reading import Exchange
from app.consulting import asking
from app.consulting.running import consult, grow
from app.db import reading, transaction
from app.errors import Invalid, NotFound
from app.knowledge import articles
from app.knowledge.articles import Wanted
from app.live.events import LiveEvent
from tests.assistant.shop import Shop, within


@pytest.fixture
async def marta(shop: Shop) -> User:
    shop.more_handlers[asking.CONSULT] = consult
    return await shop.employs("Marta")


async def begins(by: User, text: str) -> int:
    async with transaction() as session:
        return (await chatting.begin(session, by, text)).id


async def asks(by: User, chat: int, text: str) -> None:
    async with transaction() as session:
        await chatting.ask(session, await chatting.chat_for(session, by, chat), text)


async def exchanges(by: User, chat: int, version: int | None = None) -> list[Exchange]:
    async with reading() as session:
        found = await chatting.chat_for(session, by, chat)
        return list(await chats.exchanges_of(session, found, version))


async def found(by: User, asked: str) -> list[str]:
    async with reading() as session:
        return [chat.title for chat in await chats.chats_of(session, by, asked)]


async def test_a_chat_knows_what_was_said_and_is_booked_to_the_attendant(shop: Shop, marta: User) -> None:
    shop.claude_will({"text": "Trinta **dias**."}, {"text": "Sim."})
    chat = await begins(marta, "Qual é o prazo de troca?")
    await shop.work()
    await asks(marta, chat, "Para todos?")
    await shop.work()
    assert [one.shown.text for one in await exchanges(marta, chat)] == ["Trinta *dias*.", "Sim."]
    said = [(one["role"], one["content"][-1]["text"]) for one in shop.asked[-1].body["messages"]]
    assert said == [
        ("user", "Qual é o prazo de troca?"),
        ("assistant", "Trinta *dias*."),
        ("user", "Para todos?"),
    ]
    async with reading() as session:
        calls = (await session.scalars(select(ApiCall))).all()
        told = set(await session.scalars(select(LiveEvent.user_id)))
    assert {(call.purpose, call.user_id) for call in calls} == {(Purpose.PANE, marta.id)}
    assert told == {marta.id}


async def test_nobody_else_reaches_a_chat(shop: Shop, marta: User) -> None:
    paulo = await shop.employs("Paulo")
    chat = await begins(marta, "Um segredo")
    with pytest.raises(NotFound):
        await exchanges(paulo, chat)
    assert await found(paulo, "segredo") == []


async def test_another_answer_is_one_more_version_and_the_newest_is_read(shop: Shop, marta: User) -> None:
    shop.claude_will({"text": "Um."}, {"text": "Dois."})
    chat = await begins(marta, "Quantos?")
    await shop.work()
    [first] = await exchanges(marta, chat)
    async with transaction() as session:
        ours = await chatting.chat_for(session, marta, chat)
        await chatting.ask_again(session, ours, first.question.id)
    await shop.work()
    [newest] = await exchanges(marta, chat)
    assert (newest.shown.text, newest.number, newest.beside(-1)) == ("Dois.", 2, first.shown.id)
    [older] = await exchanges(marta, chat, first.shown.id)
    assert (older.shown.text, older.number, older.beside(-1)) == ("Um.", 1, None)


async def test_what_is_stopped_keeps_its_beginning(shop: Shop, marta: User) -> None:
    shop.claude_will({"steps": [{"text": "Temos"}, {"stall": 60}, {"text": " tudo."}]})
    chat = await begins(marta, "O que temos?")
    working = shop.working()

    async def seen() -> bool:
        return (await exchanges(marta, chat))[0].shown.text == "Temos"

    await within(10, seen)
    with pytest.raises(Invalid):
        await asks(marta, chat, "E mais?")
    async with transaction() as session:
        await asking.stop(session, (await exchanges(marta, chat))[0].shown.id, marta)
    await working
    [one] = await exchanges(marta, chat)
    assert (one.shown.state, one.shown.text) == ("stopped", "Temos")


async def test_what_a_dead_worker_left_is_interrupted(shop: Shop, marta: User) -> None:
    chat = await begins(marta, "O que temos?")
    await grow((await exchanges(marta, chat))[0].shown.id, "Temos")
    await shop.work()
    [one] = await exchanges(marta, chat)
    assert (one.shown.state, one.shown.failure, one.shown.text) == ("failed", "interrupted", "Temos")


@pytest.mark.parametrize("failure", [{"http_status": 529, "repeat": 2}, {"name": "refusal"}])
async def test_a_failure_is_told(shop: Shop, marta: User, failure: dict[str, Any]) -> None:
    shop.claude_will(failure)
    chat = await begins(marta, "Oi")
    await shop.work()
    assert (await exchanges(marta, chat))[0].shown.state == "failed"


async def test_what_is_found_is_told_beside_the_answer_and_the_chats_own_model_is_asked(
    shop: Shop, marta: User
) -> None:
    async with transaction() as session:
        article = await articles.create(session, Wanted("Trocas", "A troca é de graça em até 30 dias."), None)
    chat = await begins(marta, "Qual é o prazo de troca?")
    async with transaction() as session:
        chatting.change(await chatting.chat_for(session, marta, chat), "Trocas", "claude-haiku-5-5")
    await shop.work()
    assert "A troca é de graça em até 30 dias." in str(shop.asked[-1].body)
    assert (await exchanges(marta, chat))[0].shown.sources == {"articles": [[article.id, "Trocas"]]}
    assert shop.asked[-1].body["model"] == "claude-haiku-5-5"


async def test_chats_are_found_by_title_question_and_answer_whatever_the_accents(
    shop: Shop, marta: User
) -> None:
    shop.claude_will({"text": "A devolução é grátis."})
    await begins(marta, "Qual é a política de 100%?")
    await shop.work()
    await begins(marta, "Outra coisa")
    title = "Qual é a política de 100%?"
    for words in ("POLITICA", "devolucao gratis", "qual devolu"):
        assert await found(marta, words) == [title]
    assert await found(marta, "inexistente") == []
    assert await found(marta, "") == ["Outra coisa", title]


async def test_a_deleted_chat_is_gone_and_comes_back(shop: Shop, marta: User) -> None:
    chat = await begins(marta, "Apague-me")
    async with transaction() as session:
        chatting.delete(await chatting.chat_for(session, marta, chat))
    assert await found(marta, "") == []
    with pytest.raises(NotFound):
        await exchanges(marta, chat)
    async with transaction() as session:
        chatting.bring_back(await chatting.chat_for(session, marta, chat, deleted=True))
    assert await found(marta, "apague") == ["Apague-me"]


@pytest.mark.parametrize(("text", "problem"), [("  ", "text"), ("x" * 8001, "text")])
async def test_what_cannot_be_asked_is_said(shop: Shop, marta: User, text: str, problem: str) -> None:
    with pytest.raises(Invalid) as refused:
        await begins(marta, text)
    assert refused.value.field == problem
