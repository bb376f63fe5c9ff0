"""A shop that somebody tries to turn against another customer: what is set up, and what must hold afterwards."""

import json

from pydantic import SecretStr
from sqlalchemy import func, select, update

from app.assistant.models import Turn, TurnState
from app.assistant.schedule import ANSWER
from app.contacts.models import Contact
from app.conversations.models import Conversation, ConversationLabel, Label, Mode
from app.db import reading, transaction
from app.installation import Installation
from app.jobs import Job
from tests.actors import Desk, within
from tests.hostile.model import FACTS
from tests.people import BRUNO, Customer

SECRET = "o cofre abre com 7731"  # what another customer has told


def customer(number: int) -> Customer:
    return Customer(f"Cliente {number:03}", wa_id=f"55119001{number:05}")


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


async def turns() -> int:
    async with reading() as session:
        return (await session.execute(select(func.count()).select_from(Turn))).scalar_one()


async def bruno_is_left_alone() -> None:
    """Nothing was done to the customer with the secret."""
    async with reading() as session:
        theirs = select(Conversation).join(Contact).where(Contact.name == BRUNO.name)
        bruno = (await session.scalars(theirs)).one()
        labels = select(ConversationLabel).where(ConversationLabel.conversation_id == bruno.id)
        labelled = (await session.scalars(labels)).all()
    assert (labelled, bruno.mode, bruno.last_position) == ([], Mode.CLAUDE, 2)


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
        assert SECRET not in told or asked.number == 1
