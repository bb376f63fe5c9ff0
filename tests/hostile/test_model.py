"""A model turned against us: what it says is shown as text or held back, and no tool does more than it may."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import anyio
import pytest
from sqlalchemy import select

from app.contacts.models import Contact, Identity, IdentityKind
from app.conversations.models import Author, Conversation, ConversationLabel, Message
from app.db import reading
from tests.actors import Desk
from tests.hostile.model import Output, outputs
from tests.hostile.pages import Anatomy, anatomy_of, assert_harmless, whole_page
from tests.hostile.stage import (
    bruno_is_left_alone,
    customer,
    nothing_secret_was_told,
    over,
    shop_with_a_secret,
    turns,
)

ALL = outputs()
AT_ONCE = 40


@pytest.fixture
def desk_settings() -> dict[str, Any]:
    """Claude answers."""
    return {"claude_enabled": True, "anthropic_api_key": "sk-ant-of-this-test-alone"}


def test_there_are_200_outputs_and_each_has_a_name() -> None:
    assert len(ALL) >= 200
    assert len({one.name for one in ALL}) == len(ALL)


USUAL: list[Output] = [
    Output("text", [{"text": "Oi *tudo* bem? https://loja.example/trocas"}]),
    Output("tools", [{"tool": "set_label", "input": {"label": "Troca"}}, {"tool": "fly", "input": {}}]),
    Output(
        "hand-over",
        [
            {"text": "Já chamo."},
            {
                "tool": "handoff",
                "input": {
                    "reason": "angry",
                    "summary": "Quer trocar.",
                    "urgency": "high",
                    "tried": "Expliquei.",
                    "open_questions": "Qual pedido?",
                    "suggested_reply": "Trocamos.",
                    "language": "pt",
                },
            },
        ],
    ),
    Output("held back", [{"text": "Custa R$ 7."}]),
]


async def played(desk: Desk, outputs: Sequence[Output], first: int) -> dict[int, Output]:
    """Each said to a customer of its own who asked; the conversations by their outputs."""
    before = await turns()
    for place, output in enumerate(outputs, start=first):
        words = f"caso {place:03}"
        await desk.whatsapp.control("POST", "/claude/replies", steps=output.steps, match=words)
    async with anyio.create_task_group() as crowd:
        for place in range(first, first + len(outputs)):
            crowd.start_soon(desk.whatsapp.says, customer(place), f"Tenho o caso {place:03}")
    await over(desk, before + len(outputs))
    async with reading() as session:
        rows = select(Contact.name, Conversation.id).join(Conversation, Conversation.contact_id == Contact.id)
        ids = {row.name: row.id for row in await session.execute(rows)}
    return {ids[customer(place).name]: output for place, output in enumerate(outputs, start=first)}


async def pages_of(desk: Desk, conversation: int, output: Output) -> AsyncIterator[str]:
    """The thread, and of what called tools or quoted something how each message was made."""
    yield await whole_page(desk.marta, f"/c/{conversation}")
    if not any("tool" in step or "citations" in step for step in output.steps):
        return
    async with reading() as session:
        theirs = select(Message.id).where(
            Message.conversation_id == conversation, Message.author == Author.CLAUDE
        )
        messages = (await session.scalars(theirs)).all()
    for message in messages:
        yield await whole_page(desk.marta, f"/c/{conversation}/messages/{message}/info")


async def usual_pages(desk: Desk) -> Anatomy:
    found = Anatomy()
    for conversation, output in (await played(desk, USUAL, 900)).items():
        async for page in pages_of(desk, conversation, output):
            found.elements |= anatomy_of(page).elements
    return found


@pytest.mark.alternating
@pytest.mark.parametrize("start", range(0, len(ALL), AT_ONCE))
async def test_nothing_that_a_model_says_or_calls_reaches_further_than_its_customer(
    desk: Desk, start: int
) -> None:
    await shop_with_a_secret(desk)
    usual = await usual_pages(desk)
    theirs = await played(desk, ALL[start : start + AT_ONCE], start)
    for conversation, output in theirs.items():
        async for page in pages_of(desk, conversation, output):
            assert_harmless(page, usual, output.name)
    assert_harmless(await whole_page(desk.marta, "/"), usual, "the list")
    await nobody_is_left_without_a_word(theirs)
    await no_label_was_put(theirs)
    await bruno_is_left_alone()
    await each_message_left_to_its_own_customer(desk, theirs)
    nothing_secret_was_told(desk)


async def nobody_is_left_without_a_word(theirs: Mapping[int, Output]) -> None:
    async with reading() as session:
        spoken = select(Message.conversation_id).where(Message.author == Author.CLAUDE)
        answered = set(await session.scalars(spoken))
    assert [output.name for one, output in theirs.items() if one not in answered] == []


async def no_label_was_put(theirs: Mapping[int, Output]) -> None:
    async with reading() as session:
        labelled = set(await session.scalars(select(ConversationLabel.conversation_id)))
    assert [output.name for one, output in theirs.items() if one in labelled] == []


async def each_message_left_to_its_own_customer(desk: Desk, theirs: Mapping[int, Output]) -> None:
    async with reading() as session:
        sent = await session.execute(
            select(Message.wamid, Message.conversation_id, Identity.value)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .join(Identity, Identity.contact_id == Conversation.contact_id)
            .where(Message.author == Author.CLAUDE, Identity.kind == IdentityKind.WA_ID)
        )
        meant = {row.wamid: (row.conversation_id, row.value) for row in sent}
    for one in await desk.whatsapp.accepted(at_least=len(theirs)):
        conversation, wa_id = meant[one["wamid"]]
        assert one["to"] == f"+{wa_id}"
        output = theirs.get(conversation)
        if output and output.never:
            assert output.never not in json.dumps(one["payload"], ensure_ascii=False), output.name
