"""Merging and undoing while customers write and people answer: each message stands once, and only one press counts."""

import asyncio
import logging

import pytest

from app.whatsapp.models import SetAside
from tests.actors import Browser, Desk, WhatsApp
from tests.clocks import count
from tests.contacts.merges import contacts, hears, newest_merge, threads
from tests.people import ANA, PAULO, Customer

ROUNDS, AT_ONCE = 2, 6
UNDER_NUMBER, UNDER_ID = Customer(ANA.name, wa_id=ANA.wa_id), Customer(ANA.name, bsuid=ANA.bsuid)


async def test_what_is_written_while_two_people_merge_and_undo_stands_once(
    desk: Desk, whatsapp: WhatsApp, caplog: pytest.LogCaptureFixture
) -> None:
    people = [desk.marta, await desk.attendant(PAULO)]
    await hears(whatsapp, "first", "do número", UNDER_NUMBER)
    await hears(whatsapp, "second", "do id", UNDER_ID)
    conversations = sorted(await threads(desk.marta))
    one, other = await contacts()
    said = ["do número", "do id"]

    async def writes(wamid: str, who: Customer) -> None:
        await hears(whatsapp, wamid, wamid, who)
        said.append(wamid)

    async def answers(person: Browser, conversation: int, text: str) -> None:
        answer = await person.reply(conversation, text)
        if answer.status_code == 307:  # the thread has moved meanwhile
            assert answer.headers["location"] == f"/c/{conversations[0]}/messages"
            answer = await person.reply(conversations[0], text)
        assert answer.status_code == 200
        said.append(text)

    async def everybody(path: str, fields: dict[str, str], name: str) -> None:
        """Both press the same button while Ana writes under both names and both of them answer her."""
        pressed: list[int] = []

        async def presses(person: Browser) -> None:
            pressed.append((await person.post(path, fields, htmx=False)).status_code)

        talk = [writes(f"{name} {number}", (UNDER_NUMBER, UNDER_ID)[number % 2]) for number in range(AT_ONCE)]
        replies = [
            answers(person, conversation, f"{name} resposta {conversation} {place}")
            for place, person in enumerate(people)
            for conversation in conversations
        ]
        await asyncio.gather(*(presses(person) for person in people), *talk, *replies)
        assert sorted(pressed) == [303, 409], name

    for turn in range(ROUNDS):
        await everybody(f"/contacts/{one}/merges", {"other_id": str(other)}, f"união {turn}")
        assert await contacts() == [one]
        await everybody(f"/contacts/{one}/merges/{(await newest_merge()).id}/undo", {}, f"volta {turn}")
        assert await contacts() == [one, other]
    shown = [text for bubbles in (await threads(desk.marta)).values() for text in bubbles]
    assert sorted(shown) == sorted(said)
    assert await count(SetAside) == 0
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []
