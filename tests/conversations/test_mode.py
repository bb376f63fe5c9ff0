"""Who answers: Claude or a person, never both; every way to change it, and who then has the conversation."""

import pytest

from app.assistant.schedule import ANSWER
from app.jobs import Job
from tests.actors import Browser, Desk, running_desk, within
from tests.clocks import count, moving_clock
from tests.people import ANA, PAULO


@pytest.fixture
def desk_settings() -> dict[str, object]:
    """Claude is on, and waits so long that it never answers while a test runs."""
    return {"claude_enabled": True, "claude_wait_seconds": 300}


@pytest.fixture
async def ana(desk: Desk) -> int:
    await desk.whatsapp.says(ANA, "Oi")
    return await desk.marta.conversation_with(ANA.name)


async def mode(browser: Browser, conversation: int) -> str:
    page = (await browser.open(f"/c/{conversation}")).text
    return page.split('data-mode="')[1].split('"')[0]


async def switch(browser: Browser, conversation: int, **fields: str) -> int:
    return (await browser.post(f"/c/{conversation}/mode", fields)).status_code


async def answerer(browser: Browser, conversation: int) -> str:
    """The words in the header about who answers."""
    page = (await browser.open(f"/c/{conversation}")).text
    return " ".join(page.split('class="header__line">')[1].split("</p>")[0].split())


async def test_a_new_conversation_is_claudes_where_claude_answers(desk: Desk, ana: int) -> None:
    assert await mode(desk.marta, ana) == "claude"
    assert await count(Job, Job.kind == ANSWER) == 1


async def test_a_reply_makes_it_a_persons_and_the_first_to_answer_has_it(desk: Desk, ana: int) -> None:
    paulo = await desk.attendant(PAULO)
    await paulo.reply(ana, "Oi, Ana")
    await desk.marta.reply(ana, "Também estou aqui")
    assert await mode(desk.marta, ana) == "person"
    assert PAULO.name in await answerer(desk.marta, ana)


async def test_taking_over_makes_it_mine_whoever_had_it(desk: Desk, ana: int) -> None:
    paulo = await desk.attendant(PAULO)
    assert await switch(paulo, ana, mode="person") == 200
    assert PAULO.name in await answerer(desk.marta, ana)
    assert await switch(desk.marta, ana, mode="person") == 200
    assert PAULO.name not in await answerer(paulo, ana)


async def test_handing_back_gives_claude_what_the_customer_still_waits_for(desk: Desk, ana: int) -> None:
    await switch(desk.marta, ana, mode="person")
    assert await switch(desk.marta, ana, mode="claude") == 200
    assert await mode(desk.marta, ana) == "claude"
    assert await count(Job, Job.kind == ANSWER) == 1
    assert desk.marta.attendant.name not in await answerer(desk.marta, ana)


async def test_an_answer_from_the_phone_silences_claude(desk: Desk, ana: int) -> None:
    await desk.whatsapp.echoes(ANA, "Respondi do celular")
    assert await mode(desk.marta, ana) == "person"


async def test_off_stays_off_when_the_customer_writes(desk: Desk, ana: int) -> None:
    assert await switch(desk.marta, ana, mode="off") == 200
    await desk.whatsapp.says(ANA, "Tem alguém?")
    assert await mode(desk.marta, ana) == "off"


async def test_a_pause_says_until_when_and_then_claude_answers_again(desk: Desk, ana: int) -> None:
    with moving_clock() as hand:
        assert await switch(desk.marta, ana, mode="paused", minutes="30") == 200
        assert await mode(desk.marta, ana) == "paused"
        hand.move(minutes=29)
        assert await mode(desk.marta, ana) == "paused"
        hand.move(minutes=2)

        async def resumed() -> bool:
            return await mode(desk.marta, ana) == "claude"

        await within(20, resumed, what="the end of the pause")


@pytest.mark.parametrize("minutes", ["0", "-5", "1.5", "meia hora", "10081", "9" * 30, "１０"])
async def test_a_pause_of_no_reasonable_length_is_refused(desk: Desk, ana: int, minutes: str) -> None:
    assert await switch(desk.marta, ana, mode="paused", minutes=minutes) == 422
    assert await mode(desk.marta, ana) == "claude"


@pytest.mark.parametrize("word", ["", "Claude", "robot", "person "])
async def test_a_mode_that_there_is_not_is_refused(desk: Desk, ana: int, word: str) -> None:
    assert await switch(desk.marta, ana, mode=word) == 422
    assert await mode(desk.marta, ana) == "claude"


async def test_without_claude_people_answer_and_nobody_can_hand_back(database_url: str) -> None:
    async with running_desk(database_url) as desk:
        await desk.whatsapp.says(ANA, "Oi")
        conversation = await desk.marta.conversation_with(ANA.name)
        assert await mode(desk.marta, conversation) == "person"
        assert await switch(desk.marta, conversation, mode="claude") == 422
        assert 'data-action="hand-back"' not in (await desk.marta.open(f"/c/{conversation}")).text


async def test_a_plain_form_goes_back_to_the_conversation(desk: Desk, ana: int) -> None:
    answer = await desk.marta.post(f"/c/{ana}/mode", {"mode": "off"}, htmx=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/c/{ana}")
    answer = await desk.marta.post(f"/c/{ana}/turn/stop", htmx=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/c/{ana}")


async def test_resolving_gives_what_comes_next_to_claude(desk: Desk, ana: int) -> None:
    await switch(desk.marta, ana, mode="person")
    assert (await desk.marta.post(f"/c/{ana}/resolution")).status_code == 422  # nobody has read it
    await desk.marta.reply(ana, "Resolvido")
    assert (await desk.marta.post(f"/c/{ana}/resolution")).status_code == 200
    assert await mode(desk.marta, ana) == "claude"
    page = (await desk.marta.open(f"/c/{ana}")).text
    assert 'data-action="resolve"' not in page
    assert "concluiu esta conversa" in page
    await desk.whatsapp.says(ANA, "Mais uma coisa")
    assert 'data-action="resolve"' in (await desk.marta.open(f"/c/{ana}")).text
