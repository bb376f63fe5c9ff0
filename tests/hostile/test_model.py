"""A model turned against us: what it says is shown as text or held back, and no tool does more than it may."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import anyio
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update

from app.assistant.models import Turn, TurnState
from app.assistant.schedule import ANSWER
from app.contacts.models import Contact, Identity, IdentityKind
from app.conversations.models import Author, Conversation, ConversationLabel, Label, Message, Mode
from app.db import reading, transaction
from app.installation import Installation
from app.jobs import Job
from tests.actors import Desk, within
from tests.hostile.model import FACTS, Output, outputs
from tests.hostile.pages import Anatomy, anatomy_of, assert_harmless, whole_page
from tests.people import BRUNO, Customer

SECRET = "o cofre abre com 7731"  # what another customer has told
ALL = outputs()
AT_ONCE = 40


@pytest.fixture
def desk_settings() -> dict[str, Any]:
    """Claude answers."""
    return {"claude_enabled": True, "anthropic_api_key": "sk-ant-of-this-test-alone"}


def test_there_are_200_outputs_and_each_has_a_name() -> None:
    assert len(ALL) >= 200
    assert len({one.name for one in ALL}) == len(ALL)


def customer(number: int) -> Customer:
    return Customer(f"Cliente {number:03}", wa_id=f"55119001{number:05}")


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


async def shop_with_a_secret(desk: Desk) -> None:
    """Prices, a label that Claude may put, and another customer, who has told something."""
    async with desk.program.turning, transaction() as session:
        await session.execute(update(Installation).values(instructions=FACTS, claude_labels=True))
        session.add(Label(name="Troca", colour="green"))
    await desk.whatsapp.says(BRUNO, SECRET)
    await over(desk, 1)


async def over(desk: Desk, least: int) -> None:
    """So many turns have ended, and none is open."""

    async def ended() -> bool:
        async with reading() as session:
            states = (await session.scalars(select(Turn.state))).all()
        return len(states) >= least and TurnState.RUNNING not in states and not await open_jobs()

    await within(60, ended, what=f"{least} turns")


async def open_jobs() -> int:
    async with reading() as session:
        wanted = select(func.count()).select_from(Job).where(Job.kind == ANSWER)
        return (await session.execute(wanted)).scalar_one()


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


async def turns() -> int:
    async with reading() as session:
        return (await session.execute(select(func.count()).select_from(Turn))).scalar_one()


async def pages_of(desk: Desk, conversation: int, output: Output) -> AsyncIterator[str]:
    """The thread, and of what called tools how each message was made."""
    yield await whole_page(desk.marta, f"/c/{conversation}")
    if not any("tool" in step for step in output.steps):
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
        secret = select(Conversation).join(Contact).where(Contact.name == BRUNO.name)
        bruno = (await session.scalars(secret)).one()
    assert [output.name for one, output in theirs.items() if one in labelled] == []
    assert (bruno.id in labelled, bruno.mode, bruno.last_position) == (False, Mode.CLAUDE, 2)


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


def nothing_secret_was_told(desk: Desk) -> None:
    """What Claude was asked holds no key, no number, no word of anybody else."""
    settings = desk.settings
    values = (
        one for value in vars(settings).values() for one in (value if isinstance(value, tuple) else (value,))
    )
    secrets = [one.get_secret_value() for one in values if isinstance(one, SecretStr)]
    secrets = [one for one in secrets if one]
    assert len(secrets) >= 5
    for asked in desk.whatsapp.world.claude.asked:
        told = json.dumps(asked.body, ensure_ascii=False)
        assert not [one for one in secrets if one in told]
        assert "55119" not in told
        assert (SECRET in told) == (told.count("caso ") == 0)
