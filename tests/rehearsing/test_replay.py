"""The pages of replays: what to try, how far it is, what would be different, and putting it in force."""

import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from app.accounts.models import User
from app.assistant.models import ApiCall, Purpose, Turn
from app.db import reading, transaction
from app.installation import Installation
from app.rehearsing.models import Outcome, Replay
from tests.actors import Browser, Desk, within, words_in
from tests.costs.books import booked, call
from tests.hostile.pages import anatomy_of, assert_harmless
from tests.hostile.strings import markup
from tests.people import ANA, BRUNO, PAULO
from tests.rehearsing.replays import NOW, THEN, a_replay

PAGE = "/claude/replay"
WANTED = {"most": "10", "instructions": "Assine como Lia.", "model": "claude-opus-5-5", "effort": "high"}
HANDS_OVER = {"tool": "handoff", "input": {"reason": "angry", "summary": "Atraso", "urgency": "normal"}}


@pytest.fixture
def desk_settings() -> dict[str, Any]:
    """Claude answers."""
    return {"claude_enabled": True}


async def claude_answers(desk: Desk, who: Any, text: str, *steps: dict[str, Any]) -> None:
    async with reading() as session:
        before = len((await session.scalars(select(Turn.id).where(Turn.ended_at.is_not(None)))).all())
    await desk.whatsapp.control("POST", "/claude/replies", match=text, steps=list(steps))
    await desk.whatsapp.says(who, text)

    async def ended() -> bool:
        async with reading() as session:
            ends = await session.scalars(select(Turn.id).where(Turn.ended_at.is_not(None)))
            return len(ends.all()) > before

    await within(20, ended, what="an answer")


async def over(who: Browser, address: str) -> str:
    """The page, once nothing is asked any more."""

    async def ready() -> str:
        page = (await who.open(address)).text
        return "" if "hx-trigger" in page else page

    found: str = await within(20, ready, what="the end of a replay")
    return found


async def becomes(email: str, role: str) -> None:
    async with transaction() as session:
        await session.execute(update(User).where(User.email == email).values(role=role))


async def test_attendants_see_no_replay_and_supervisors_put_nothing_in_force(desk: Desk) -> None:
    await desk.whatsapp.says(ANA, "oi")
    await a_replay()
    paulo = await desk.attendant(PAULO)
    doors = ("", "/1/stop", "/1/use", "/1/return", "/1/deletion")
    for door in ("", "/1"):
        assert (await paulo.open(PAGE + door)).status_code == 403
    for door in doors:
        assert (await paulo.post(PAGE + door, WANTED)).status_code == 403
    await becomes(PAULO.email, "supervisor")
    page = await paulo.open(f"{PAGE}/1")
    assert page.status_code == 200
    assert "use-replay" not in page.text
    assert "Aqui um administrador pode" in page.text
    for door in ("/1/use", "/1/return"):
        assert (await paulo.post(PAGE + door)).status_code == 403
    assert (await paulo.open(f"{PAGE}/99")).status_code == 404
    assert (await paulo.open(f"{PAGE}/x")).status_code == 404


async def test_without_answers_or_a_key_there_is_a_sentence_and_no_form(desk: Desk) -> None:
    page = (await desk.marta.open(PAGE)).text
    assert "O Claude ainda não respondeu a ninguém" in page
    assert "replay-form" not in page
    refused = await desk.marta.post(PAGE, WANTED, htmx=False)
    assert refused.status_code == 422
    await desk.whatsapp.says(ANA, "oi")
    await a_replay()
    desk.app.state.claude._api_key = ""
    page = (await desk.marta.open(PAGE)).text
    assert "Não há chave" in page
    assert "replay-form" not in page
    assert (await desk.marta.post(PAGE, WANTED, htmx=False)).status_code == 422


async def test_what_was_answered_is_shown_beside_what_would_be_said_and_put_in_force(desk: Desk) -> None:
    await desk.marta.post("/settings/installation", {"instructions": "Assine como Bia."})
    await claude_answers(desk, ANA, "abre amanhã?", {"text": "Abrimos às nove, Ana."})
    await claude_answers(desk, BRUNO, "cadê?", {"text": "Vou chamar alguém."}, HANDS_OVER)
    form = (await desk.marta.open(PAGE)).text
    assert "2 respostas" in words_in(form)
    assert "Assine como Bia." in form
    await desk.whatsapp.control(
        "POST", "/claude/replies", match="abre amanhã?", text="Abrimos às dez, Cliente."
    )
    await desk.whatsapp.control("POST", "/claude/replies", match="cadê?", text="Chega amanhã.")
    begun = await desk.marta.post(PAGE, WANTED, htmx=False)
    assert (begun.status_code, begun.headers["location"]) == (303, f"{PAGE}/1")
    page = await over(desk.marta, f"{PAGE}/1")
    told = re.sub(r"\s+", " ", words_in(page))
    assert "2 de 2 respostas" in told
    assert 'data-outcome="words"' in page
    assert 'data-outcome="answers"' in page
    assert re.search(r"<del><span[^>]*>[^<]*</span>nove, </del>", page)
    assert re.search(r"<ins><span[^>]*>[^<]*</span>dez, </ins>", page)
    assert "1 →antes, agora 0" in told
    assert "Ana" not in page
    assert f'href="/c/{await desk.marta.conversation_with(ANA.name)}"' in page
    page = (await desk.marta.open(f"{PAGE}/1?show=handovers")).text
    assert 'data-outcome="answers"' in page
    assert 'data-outcome="words"' not in page
    used = await desk.marta.post(f"{PAGE}/1/use", htmx=False)
    assert used.status_code == 303
    page = (await desk.marta.open(f"{PAGE}/1")).text
    assert "Em vigor desde" in page
    assert "use-replay" not in page
    assert "Assine como Lia." in (await desk.marta.open("/settings")).text
    await desk.marta.post(f"{PAGE}/1/return", htmx=False)
    assert "Assine como Bia." in (await desk.marta.open("/settings")).text
    await desk.marta.post("/settings/installation", {"instructions": "Assine como Rui."})
    refused = await desk.marta.post(f"{PAGE}/1/use", htmx=False)
    assert refused.status_code == 409
    assert "alguém mudou as instruções" in refused.text
    assert "Assine como Rui." in (await desk.marta.open("/settings")).text
    await desk.marta.post(f"{PAGE}/1/deletion", htmx=False)
    assert (await desk.marta.open(f"{PAGE}/1")).status_code == 404


async def test_the_number_of_answers_the_model_and_the_instructions_are_checked(desk: Desk) -> None:
    await claude_answers(desk, ANA, "oi", {"text": "Olá!"})
    wrong = (
        ("most", "0"), ("most", "101"), ("most", "x"), ("model", ""), ("effort", "enormous"),
        ("instructions", "x" * 20_001),
    )  # fmt: skip
    for field, value in wrong:
        refused = await desk.marta.post(PAGE, WANTED | {field: value}, htmx=False)
        assert refused.status_code == 422, field
    assert (await desk.marta.post(PAGE, WANTED | {"drafts": "x"}, htmx=False)).status_code == 404
    async with reading() as session:
        assert (await session.scalars(select(Replay))).all() == []


async def test_what_it_would_cost_follows_what_is_chosen(desk: Desk) -> None:
    await claude_answers(desk, ANA, "oi", {"text": "Olá!"})
    await claude_answers(desk, ANA, "tudo bem?", {"text": "Tudo!"})
    one = (await desk.marta.get(f"{PAGE}?most=1&model=claude-haiku-5-5")).text
    assert "1 resposta:" in words_in(one)
    assert "US$" in one
    assert "R$ " not in words_in(one).replace("US$", "")
    await desk.marta.post("/costs/prices/rates", {"usd_in_brl": "5,40"}, htmx=False)
    assert "R$" in words_in((await desk.marta.get(f"{PAGE}?most=1&model=claude-haiku-5-5")).text).replace(
        "US$", ""
    )
    unknown = (await desk.marta.get(f"{PAGE}?most=2&model=llama<b>")).text
    assert "este modelo não tem preço" in unknown
    async with transaction() as session:
        await session.execute(update(Installation).values(budget_day_microusd=1))
    await booked(call())
    assert "do que resta do orçamento" in (await desk.marta.get(f"{PAGE}?most=2&model=claude-haiku-5-5")).text


async def test_how_far_it_is_brings_what_is_new_and_its_end_the_whole_page(desk: Desk) -> None:
    await desk.whatsapp.says(ANA, "oi")
    await a_replay()
    async with transaction() as session:
        await session.execute(update(Replay).where(Replay.id == 2).values(done=1))
    page = (await desk.marta.open(f"{PAGE}/2")).text
    assert page.count("case--waits") == 5
    news = await desk.marta.get(f"{PAGE}/2?since=0")
    assert news.text.count("<hx-partial") == 1
    assert "since=1" in news.text
    assert (await desk.marta.get(f"{PAGE}/2?since=1")).status_code == 204
    await desk.marta.post(f"{PAGE}/2/stop", htmx=False)
    assert (await desk.marta.get(f"{PAGE}/2?since=1")).headers["HX-Refresh"] == "true"
    page = (await desk.marta.open(f"{PAGE}/2")).text
    assert "Parada" in page
    assert "case--waits" not in page
    for gone in (f"{PAGE}/1?since=x", f"{PAGE}/99?since=0"):
        assert (await desk.marta.get(gone)).headers["HX-Refresh"] == "true"


async def test_a_replay_goes_on_after_a_restart_and_what_was_broken_off_is_booked(desk: Desk) -> None:
    await claude_answers(desk, ANA, "abre amanhã?", {"text": "Abrimos."})
    await claude_answers(desk, BRUNO, "cadê?", {"text": "Chega logo."})
    stall = [{"text": "Abr"}, {"stall": 60.0}]
    await desk.whatsapp.control("POST", "/claude/replies", match="abre amanhã?", steps=stall)
    await desk.marta.post(PAGE, WANTED, htmx=False)

    async def is_half_done() -> bool:
        asked = (await desk.whatsapp.control("GET", "/claude/requests"))["requests"]
        return len(asked) == 4 and asked[-1]["pieces_sent"] > 0

    await within(20, is_half_done, what="the second case")
    await desk.program.restart()
    page = await over(desk.marta, f"{PAGE}/1")
    assert "2 de 2 respostas" in words_in(page)
    assert "Terminada" in page
    async with reading() as session:
        tests = await session.scalars(select(ApiCall.failure).where(ApiCall.purpose == Purpose.TEST))
        assert sorted(map(str, tests)) == ["None", "None", "stopped"]


async def test_every_kind_of_difference_has_a_badge_and_a_filter(desk: Desk) -> None:
    await desk.whatsapp.says(ANA, "oi")
    await a_replay()
    outcomes = {
        "all": [Outcome.WORDS, Outcome.SAME, Outcome.HANDS_OVER, Outcome.ANSWERS, Outcome.HELD, Outcome.FAILED],
        "different": [Outcome.WORDS, Outcome.HANDS_OVER, Outcome.ANSWERS, Outcome.HELD],
        "handovers": [Outcome.HANDS_OVER, Outcome.ANSWERS, Outcome.HELD],
    }  # fmt: skip
    for shown, expected in outcomes.items():
        page = (await desk.marta.open(f"{PAGE}/1?show={shown}")).text
        assert re.findall(r'data-outcome="(\w+)"', page) == expected
    assert (await desk.marta.open(f"{PAGE}/1?show=<b>")).text.count("data-outcome") == 6
    told = words_in((await desk.marta.open(f"{PAGE}/1")).text)
    for words in ("Outras ferramentas", "sem preço", "529 overloaded_error", "Custa R$ 9.", "Atraso"):
        assert words in told
    listed = words_in((await desk.marta.open(PAGE)).text)
    assert "6 respostas · 4 diferentes" in listed


async def test_hostile_words_stay_words(desk: Desk) -> None:
    await desk.whatsapp.says(ANA, "oi")
    await a_replay()
    hostile = [one.replace("\0", "") for one in markup()]
    told = [replace(NOW, words=text, summary=text, tools=[text], model=text) for text in hostile]
    await a_replay(" ".join(hostile), tuple((THEN, one) for one in told))
    for usual, path in (("1", f"{PAGE}/3"), ("2", f"{PAGE}/4")):
        page = await desk.marta.open(path)
        assert page.status_code == 200
        assert_harmless(page.text, anatomy_of((await desk.marta.open(f"{PAGE}/{usual}")).text), path)
    plain = await desk.marta.post(PAGE, WANTED | {"most": "0"}, htmx=False)
    refused = await desk.marta.post(
        PAGE, WANTED | {"most": "0", "instructions": hostile[0] + "</textarea><b>"}, htmx=False
    )
    assert_harmless(refused.text, anatomy_of(plain.text), PAGE)
