"""The page that tells how well Claude does."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app import clock
from app.accounts.models import User
from app.assistant.models import Turn, TurnState
from app.assistant.verdicts import Verdict
from app.consulting.models import Consultation
from app.conversations.handoff import HandoffReason
from app.conversations.handoff_models import Handoff
from app.db import reading, transaction
from tests.actors import Desk, within, words_in
from tests.people import ANA, EVIL, PAULO


@pytest.fixture
def desk_settings() -> dict[str, Any]:
    """Claude answers."""
    return {"claude_enabled": True}


async def page_of(desk: Desk, days: int | str = 7) -> str:
    return (await desk.marta.open(f"/claude/quality?days={days}")).text


def row(page: str, words: str) -> list[str]:
    """What stands in the row of a table that these words head."""
    [cells] = re.findall(rf'<th scope="row">{re.escape(words)}</th>(.*?)</tr>', page)
    return [words_in(cell) for cell in re.findall(r"<td>(.*?)</td>", cells)]


async def claude_says(desk: Desk, *scripts: list[dict[str, Any]]) -> int:
    """The conversation in which Claude did what these say, one after the other."""
    for number, steps in enumerate(scripts, start=1):
        await desk.whatsapp.control("POST", "/claude/replies", steps=steps)
        await desk.whatsapp.says(ANA, f"Pergunta {number}")

        async def over(count: int = number) -> bool:
            async with reading() as session:
                turns = (await session.scalars(select(Turn).where(Turn.ended_at.is_not(None)))).all()
            return len(turns) == count

        await within(20, over, what="the turn")
    return await desk.marta.conversation_with(ANA.name)


async def test_nothing_yet_is_said_in_a_sentence(desk: Desk) -> None:
    page = await page_of(desk)
    assert "Nada ainda" in page
    assert "<table" not in page


async def test_answers_hand_overs_thumbs_and_notes_are_counted(desk: Desk) -> None:
    told = {"reason": "needs_permission", "summary": "Quer trocar.", "suggested_reply": "Vou ver."}
    steps: list[dict[str, Any]] = [{"text": "Vou chamar alguém."}, {"tool": "handoff", "input": told}]
    conversation = await claude_says(desk, [{"text": "Em até 30 dias."}], [{"text": "Sim."}], steps)
    said = [one.id for one in await desk.marta.bubbles(conversation) if one.author == "claude"]
    door = f"/c/{conversation}/messages/{said[0]}/verdicts"
    await desk.marta.post(door, {"verdict": "bad", "note": f"São 15. {EVIL.name}"})
    await (await desk.attendant(PAULO)).post(door, {"verdict": "good"})
    page = await page_of(desk)
    told_words = " ".join(words_in(page).split())
    assert "Respostas do Claude2" in told_words
    assert "Passadas para pessoas1 (33%)" in told_words
    assert row(page, "claude-haiku-5-5") == ["2", "1", "1", "1"]
    assert row(page, "O Claude não pode decidir isso.")[0] == "1"
    assert row(page, "Resposta sugerida ao chamar uma pessoa")[:2] == ["1", "0"]
    assert f'href="/c/{conversation}?at={said[0]}"' in page
    assert "São 15. &lt;img src=x" in page
    assert "<img src=x" not in page


async def test_what_was_used_and_changed_is_told_by_wish(desk: Desk) -> None:
    told = {"reason": "other", "summary": "Quer trocar.", "suggested_reply": "Vou ver."}
    conversation = await claude_says(desk, [{"text": "Um momento."}, {"tool": "handoff", "input": told}])
    async with reading() as session:
        handoff_id = (await session.scalars(select(Handoff.id))).one()
    use = f"/c/{conversation}/handoffs/{handoff_id}/use"
    assert (await desk.marta.post(use)).status_code == 204
    await desk.marta.reply(conversation, "Vou ver!")
    assert row(await page_of(desk), "Resposta sugerida ao chamar uma pessoa") == ["1", "1", "1", "0", "12%"]
    for words, sent in (("Temos dois.", "Temos dois."), ("Temos seis.", "Temos sete!")):
        await suggested(desk, conversation, words)
        await desk.marta.reply(conversation, sent)
    await suggested(desk, conversation, "Isto não.", is_used=False)
    assert row(await page_of(desk), "Sugerir uma resposta") == ["3", "2", "2", "1", "14%"]


async def suggested(desk: Desk, conversation: int, words: str, *, is_used: bool = True) -> None:
    await desk.whatsapp.control("POST", "/claude/replies", steps=[{"text": words}])
    await desk.marta.post(f"/c/{conversation}/consultations", {"wish": "suggest"})

    async def written() -> int | None:
        async with reading() as session:
            asked = select(Consultation.id).where(Consultation.text == words, Consultation.state == "done")
            return (await session.scalars(asked)).one_or_none()

    consultation = await within(20, written, what="the suggestion")
    if is_used:
        await desk.marta.post(f"/c/{conversation}/consultations/{consultation}/use")


async def test_without_script_a_cards_reply_becomes_the_draft(desk: Desk) -> None:
    told = {"reason": "other", "summary": "Quer trocar.", "suggested_reply": "Vou ver."}
    conversation = await claude_says(desk, [{"text": "Um momento."}, {"tool": "handoff", "input": told}])
    async with reading() as session:
        handoff_id = (await session.scalars(select(Handoff.id))).one()
    used = await desk.marta.post(f"/c/{conversation}/handoffs/{handoff_id}/use", htmx=False)
    assert (used.status_code, used.headers["location"]) == (303, f"/c/{conversation}")
    assert ">Vou ver.</textarea>" in (await desk.marta.open(f"/c/{conversation}")).text
    assert (await desk.marta.post(f"/c/{conversation}/handoffs/999/use")).status_code == 404


async def test_only_what_happened_in_the_period_counts(desk: Desk) -> None:
    conversation = await claude_says(desk, [{"text": "Em até 30 dias."}])
    [_, said] = await desk.marta.bubbles(conversation)
    await desk.marta.post(f"/c/{conversation}/messages/{said.id}/verdicts", {"verdict": "good"})
    async with transaction() as session:
        before = clock.now() - timedelta(days=20)
        await session.execute(update(Turn).values(started_at=before))
        await session.execute(update(Verdict).values(given_at=before))
    assert "Nada ainda" in await page_of(desk, 7)
    assert row(await page_of(desk, 30), "claude-haiku-5-5") == ["1", "0", "1", "0"]
    for nonsense in ("", "0", "31", "x", "٣", "9" * 40):
        assert 'href="/claude/quality?days=7" aria-current="page"' in await page_of(desk, nonsense)


async def test_a_rule_and_a_newer_programs_words_have_their_row(desk: Desk) -> None:
    await desk.whatsapp.says(ANA, "Oi")
    conversation = await desk.marta.conversation_with(ANA.name)
    async with transaction() as session:
        now = clock.now()
        for reason in (HandoffReason.BUDGET_SPENT, "of_tomorrow"):
            session.add(Handoff(conversation_id=conversation, reason=reason, created_at=now, settled_at=now))
        turn = Turn(
            conversation_id=conversation, state=TurnState.ANSWERED, answers_position=1, model=EVIL.name,
            started_at=now,
        )  # fmt: skip
        session.add(turn)
        asked = {"user_id": 1, "conversation_id": conversation, "given": "", "text": "Oi", "read_up_to": 0}
        session.add(Consultation(wish="sing", state="done", began_at=now, **asked))
    page = await page_of(desk)
    assert row(page, "Nenhum: uma regra decidiu")[1] == "2"
    assert row(page, "O orçamento do Claude acabou.")[0] == "1"
    assert row(page, "Ajuda do Claude")[0] == "1"
    assert "&lt;img src=x" in page
    assert "<img src=x" not in page


async def test_supervisors_see_it_attendants_do_not(desk: Desk) -> None:
    paulo = await desk.attendant(PAULO)
    assert (await paulo.open("/claude/quality")).status_code == 403
    assert "/claude/quality" not in (await paulo.open("/settings")).text
    async with transaction() as session:
        await session.execute(update(User).where(User.email == PAULO.email).values(role="supervisor"))
    assert (await paulo.open("/claude/quality")).status_code == 200
    assert "/claude/quality" in (await paulo.open("/settings")).text
