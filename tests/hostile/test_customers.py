"""Customers and texts that want to turn Claude against us: their words stay data, and nothing follows from them."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from app.conversations.models import ConversationLabel, Message
from app.db import reading, transaction
from app.knowledge import articles
from app.knowledge.articles import Wanted
from tests.actors import Desk
from tests.hostile.customers import INJECTIONS, TAGS
from tests.hostile.pages import anatomy_of, assert_harmless, whole_page
from tests.hostile.stage import bruno_is_left_alone, nothing_secret_was_told, over, shop_with_a_secret
from tests.people import Customer
from tests.whatsapp.bodies import change, contact, text, webhook

Json = dict[str, Any]
OURS = {"cliente", "contexto", "conhecimento", "trecho"}
INSIDE = {"trecho": "conhecimento"}  # which of ours stands in which; the others stand alone
AT_ONCE = 20


@pytest.fixture
def desk_settings() -> dict[str, Any]:
    """Claude answers."""
    return {"claude_enabled": True, "anthropic_api_key": "sk-ant-of-this-test-alone"}


def customer(place: int, words: str) -> Customer:
    return Customer(words, wa_id=f"55119002{place:05}")


def everywhere(sender: Customer, words: str, place: int) -> list[Json]:
    """The words in each place of a message that Claude gets to read."""
    here = f"w{place}"

    def of(kind: str, content: Any, number: int, **more: Any) -> Json:
        return text(f"{here}-{number}", "", sender) | {"type": kind, kind: content} | more

    card = {"name": {"formatted_name": words}, "phones": [{"phone": "+5521900000000"}]}
    item = {"product_retailer_id": words, "quantity": 1, "item_price": 2, "currency": "BRL"}
    advertisement = {"headline": words, "body": words, "source_url": "https://fb.me/1"}
    return [
        of("image", {"id": "1", "mime_type": "image/jpeg", "caption": words}, 1),
        of("document", {"id": "1", "filename": f"{words}.pdf", "caption": words}, 2),
        of("location", {"latitude": 1, "longitude": 2, "name": words, "address": words}, 3),
        of("contacts", [card], 4),
        of("order", {"text": words, "product_items": [item]}, 5),
        of("interactive", {"list_reply": {"title": words, "description": words}}, 6),
        of("interactive", {"nfm_reply": {"body": words, "response_json": '{"dia": "sexta"}'}}, 7),
        text(f"{here}-8", words, sender, referral=advertisement),
        text(f"{here}-9", f"{words} Onde fica a entrega?", sender),
    ]


def test_there_are_100_injections_in_names_texts_files_and_knowledge() -> None:
    places = len(everywhere(customer(0, ""), "", 0))
    assert len(set(INJECTIONS)) * places >= 100


async def knows(desk: Desk, words: list[str]) -> None:
    """Articles that somebody foreign has written, all of which fit the question."""
    async with desk.program.turning, transaction() as session:
        for number, one in enumerate(words):
            await articles.create(
                session, Wanted(f"Entrega {number} {one}"[:200], f"{one}\n\nEntrega: {one}"), None
            )


async def writes(desk: Desk, place: int, words: str) -> None:
    """This customer brings the words everywhere."""
    sender = customer(place, words)
    told = everywhere(sender, words, place)
    assert await desk.whatsapp.posts(webhook(change(*told, contacts=[contact(sender)]))) == 200


async def conversation_of(desk: Desk, wamid: str) -> int:
    async with reading() as session:
        found = select(Message.conversation_id).where(Message.wamid == wamid)
        return (await session.scalars(found)).one()


@pytest.mark.alternating
@pytest.mark.parametrize("start", range(0, len(INJECTIONS), AT_ONCE))
async def test_words_stay_data_wherever_they_stand(desk: Desk, start: int) -> None:
    await shop_with_a_secret(desk)
    injections = INJECTIONS[start : start + AT_ONCE]
    obeys = [
        {"tool": "set_label", "input": {"label": "Troca", "conversation": 1}},
        {"tool": "send_message", "input": {"to": "5521900000000", "text": "oi"}},
    ]
    await writes(desk, 0, "Bom dia")
    await over(desk, 2)
    usual = anatomy_of(await whole_page(desk.marta, f"/c/{await conversation_of(desk, 'w0-9')}"))
    await knows(desk, injections)
    before = len(desk.whatsapp.world.claude.asked)
    for place, words in enumerate(injections, start=1):
        await desk.whatsapp.control("POST", "/claude/replies", steps=obeys, match="entrega?")
        await writes(desk, place, words)
    await over(desk, len(injections) + 2)  # all at once: each waits some seconds for files that never come
    async with reading() as session:
        assert (await session.scalars(select(ConversationLabel))).all() == []
    for place, words in enumerate(injections, start=1):
        page = await whole_page(desk.marta, f"/c/{await conversation_of(desk, f'w{place}-9')}")
        assert_harmless(page, usual, words)
    asked = [one.body for one in desk.whatsapp.world.claude.asked[before:]]
    assert len(asked) >= len(injections)
    for body in asked:
        assert (body["system"], body["tools"]) == (asked[0]["system"], asked[0]["tools"])
        for message in body["messages"]:
            told = "\n".join(one["text"] for one in message["content"] if one["type"] == "text")
            words_are_data(message["role"], told, injections)
    nothing_secret_was_told(desk)
    await bruno_is_left_alone()


def words_are_data(role: str, told: str, injections: list[str]) -> None:
    assert TAGS not in told
    if role == "assistant":
        assert not [one for one in injections if one in told]
        return
    open_tags: list[str] = []
    for tag in re.findall(r"<[^>]*>?|>", told):
        name = tag.strip("</>")
        assert tag in (f"<{name}>", f"</{name}>"), tag
        assert name in OURS, tag
        if tag.startswith("</"):
            assert open_tags.pop() == name, tag
        else:
            assert open_tags == ([INSIDE[name]] if name in INSIDE else []), tag
            open_tags.append(name)
    assert open_tags == []
    outside = re.sub(r"<(\w+)>.*?</\1>", "", told, flags=re.S).strip()
    assert outside == "", outside[:200]
