"""Attendants say what they think of Claude's answers."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from app.assistant.verdicts import Verdict
from app.db import reading
from tests.actors import Desk
from tests.conversations.test_how_made import answered
from tests.people import ANA, PAULO

HOSTILE = "<img src=x onerror=alert(1)>\0 é 'ruim'"


@pytest.fixture
def desk_settings() -> dict[str, Any]:
    """Claude answers."""
    return {"claude_enabled": True}


def pressed(page: str) -> list[str]:
    return re.findall(r'value="(good|bad)" aria-pressed="true"', page)


async def verdicts() -> list[Verdict]:
    async with reading() as session:
        return list((await session.scalars(select(Verdict).order_by(Verdict.id))).all())


async def test_each_attendant_has_one_verdict_and_may_think_again(desk: Desk) -> None:
    address = await answered(desk, [{"text": "Em até 30 dias."}])
    door = address.replace("/info", "/verdicts")
    paulo = await desk.attendant(PAULO)
    for attendant, thumb in ((desk.marta, "good"), (paulo, "bad"), (desk.marta, "bad")):
        answer = await attendant.post(door, {"verdict": thumb, "note": HOSTILE}, htmx=False)
        assert (answer.status_code, answer.headers["location"]) == (303, address)
    assert [one.is_good for one in await verdicts()] == [False, False]
    assert all(one.turn_id for one in await verdicts())
    page = (await desk.marta.open(address)).text
    assert pressed(page) == ["bad"]
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


async def test_only_answers_of_claudes_are_judged_and_only_up_or_down(desk: Desk) -> None:
    address = await answered(desk, [{"text": "Em até 30 dias."}])
    conversation = await desk.marta.conversation_with(ANA.name)
    await desk.marta.reply(conversation, "Oi, Ana")
    written = next(one for one in await desk.marta.bubbles(conversation) if one.author == "user")
    theirs = f"/c/{conversation}/messages/{written.id}/verdicts"
    assert (await desk.marta.post(theirs, {"verdict": "good"})).status_code == 404
    assert (
        await desk.marta.post(address.replace("/info", "/verdicts"), {"verdict": "up"})
    ).status_code == 422
    assert await verdicts() == []


async def test_the_menu_of_an_answer_has_both_thumbs_and_shows_the_chosen_one(desk: Desk) -> None:
    address = await answered(desk, [{"text": "Em até 30 dias."}])
    menu, door = address.replace("/info", "/menu"), address.replace("/info", "/verdicts")
    assert chosen_in((await desk.marta.get(menu)).text) == {"good": "false", "bad": "false"}
    told = (await desk.marta.post(door, {"verdict": "bad"})).text
    assert "Dizer por quê" in told
    assert pressed(told) == ["bad"]  # for the details, where they are open
    assert chosen_in((await desk.marta.get(menu)).text) == {"good": "false", "": "true"}
    paulo = await desk.attendant(PAULO)
    assert chosen_in((await paulo.get(menu)).text) == {"good": "false", "bad": "false"}
    assert "Avaliação retirada." in (await desk.marta.post(door, {"verdict": ""})).text
    assert await verdicts() == []
    await desk.marta.post(door, {"verdict": ""})  # again: nothing is there to be taken back
    assert await verdicts() == []


def chosen_in(menu: str) -> dict[str, str]:
    return dict(re.findall(r'name="verdict" value="(\w*)"[^>]*aria-pressed="(\w+)"', menu))


async def test_the_menu_of_what_somebody_else_wrote_has_none(desk: Desk) -> None:
    address = await answered(desk, [{"text": "Em até 30 dias."}])
    [asked, *_] = await desk.marta.bubbles(int(address.split("/")[2]))
    menu = address.rsplit("/", 2)[0] + f"/{asked.id}/menu"
    assert chosen_in((await desk.marta.get(menu)).text) == {}
