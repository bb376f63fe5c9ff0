"""One composer, one message: a double click, a lost answer or a second tab never sends twice."""

import asyncio
from uuid import uuid4

import pytest

from tests.actors import Browser, Desk, WhatsApp, within
from tests.outbox.thread import Thread, attempts, thread_with
from tests.people import BRUNO, PAULO

COMPOSE = "9a1fd1de-27b5-4a1e-8b0c-9be3a7a0d001"


async def sent(whatsapp: WhatsApp, ana: Thread) -> list[str]:
    """What left, once a last message of its own has been delivered: the outbox keeps their order."""
    await ana.sends("fim")
    await ana.shows("fim", "delivered")
    return (await attempts(whatsapp))[:-1]


async def test_the_same_composer_again_gives_the_same_message(ana: Thread, whatsapp: WhatsApp) -> None:
    first = await ana.sends("Uma vez", COMPOSE)
    for spelling in (COMPOSE, COMPOSE.upper(), COMPOSE):
        again = await ana.sends("Uma vez", spelling)
        assert f'data-message="{(await ana.bubble("Uma vez")).id}"' in again.text
    assert 'data-direction="out"' in first.text
    assert await sent(whatsapp, ana) == ["Uma vez"]


async def test_the_same_composer_with_another_text_is_refused_with_the_text_kept(
    ana: Thread, whatsapp: WhatsApp
) -> None:
    await ana.sends("Uma vez", COMPOSE)
    refused = await ana.browser.reply(ana.id, "Outra coisa", COMPOSE)
    assert refused.status_code == 409
    assert "Outra coisa</textarea>" in refused.text
    assert COMPOSE not in refused.text
    assert await sent(whatsapp, ana) == ["Uma vez"]


async def test_another_attendants_or_conversations_composer_is_refused(
    desk: Desk, ana: Thread, whatsapp: WhatsApp
) -> None:
    await ana.sends("Uma vez", COMPOSE)
    paulo = await desk.attendant(PAULO)
    assert (await paulo.reply(ana.id, "Uma vez", COMPOSE)).status_code == 409
    bruno = await thread_with(desk.marta, whatsapp, BRUNO)
    assert (await desk.marta.reply(bruno.id, "Uma vez", COMPOSE)).status_code == 409
    assert await sent(whatsapp, ana) == ["Uma vez"]


async def test_a_double_click_sends_once_and_both_answers_bring_the_bubble(
    ana: Thread, whatsapp: WhatsApp
) -> None:
    answers = await asyncio.gather(*(ana.browser.reply(ana.id, "Clique duplo", COMPOSE) for _ in range(8)))
    bubble = await ana.bubble("Clique duplo")
    assert [answer.status_code for answer in answers] == [200] * 8
    assert all(f'data-message="{bubble.id}"' in answer.text for answer in answers)
    assert await sent(whatsapp, ana) == ["Clique duplo"]


async def posting(browser: Browser, path: str, fields: dict[str, str]) -> asyncio.StreamWriter:
    """A form sent on a connection whose answer nobody reads."""
    request = browser.http.build_request("POST", path, data=fields, headers={"X-CSRF-Token": browser.token})
    _, writer = await asyncio.open_connection(request.url.host, request.url.port)
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    writer.write(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + request.content)
    return writer


async def test_an_answer_lost_on_the_way_and_asked_for_again_is_one_message(
    ana: Thread, whatsapp: WhatsApp
) -> None:
    browser = ana.browser
    lost = await posting(browser, f"/c/{ana.id}/messages", {"text": "Caiu a rede", "compose_id": COMPOSE})

    async def stored() -> bool:
        return "Caiu a rede" in [bubble.text for bubble in await browser.bubbles(ana.id)]

    await within(5, stored, what="the message")
    lost.close()
    await ana.sends("Caiu a rede", COMPOSE)
    assert await sent(whatsapp, ana) == ["Caiu a rede"]


async def test_without_a_composer_each_request_is_a_message_of_its_own(
    ana: Thread, whatsapp: WhatsApp
) -> None:
    for _ in range(2):
        assert (await ana.browser.post(f"/c/{ana.id}/messages", {"text": "sim"})).status_code == 200
    assert await sent(whatsapp, ana) == ["sim", "sim"]


@pytest.mark.parametrize("text", ["", "   ", "\n\t \r\n", "x" * 4097, "🌻" * 2049])
async def test_a_text_that_cannot_be_sent_is_refused_beside_the_field_and_kept(
    ana: Thread, text: str
) -> None:
    refused = await ana.browser.reply(ana.id, text)
    assert refused.status_code == 422
    assert 'id="composer"' in refused.text
    assert 'aria-invalid="true"' in refused.text
    assert f"{text.strip()}</textarea>" in refused.text
    assert len(await ana.browser.bubbles(ana.id)) == 1


async def test_the_longest_text_is_sent_whole(ana: Thread, whatsapp: WhatsApp) -> None:
    longest = "é" * 4096
    await ana.sends("  " + longest + "\r\n")
    assert (await whatsapp.accepted(at_least=1))[0]["payload"]["text"]["body"] == longest


async def test_a_composer_id_that_is_none_is_refused(ana: Thread) -> None:
    refused = await ana.browser.reply(ana.id, "oi", "não é um uuid")
    assert refused.status_code == 422
    assert "oi</textarea>" in refused.text


async def test_a_plain_form_goes_back_to_the_conversation_or_shows_the_refused_text_whole(
    ana: Thread,
) -> None:
    fields = {"text": "sem script", "compose_id": str(uuid4())}
    answer = await ana.browser.post(f"/c/{ana.id}/messages", fields, htmx=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/c/{ana.id}")
    refused = await ana.browser.post(f"/c/{ana.id}/messages", {"text": "x" * 4097}, htmx=False)
    assert refused.status_code == 422
    assert "<!doctype html>" in refused.text
    assert "x" * 4097 in refused.text
