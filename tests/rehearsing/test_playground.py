"""The playground's page: an overseer plays the customer, and nothing of it leaves it."""

from sqlalchemy import func, select, update

from app.accounts.models import User
from app.conversations.models import Message
from app.db import reading, transaction
from app.installation import Installation
from app.rehearsing.models import Playground
from tests.actors import Browser, Desk, within
from tests.hostile.pages import anatomy_of, assert_harmless
from tests.people import PAULO

PAGE = "/claude/playground"


async def answered(who: Browser) -> str:
    """The page, once nothing is being written any more."""

    async def ready() -> str:
        page = (await who.open(PAGE)).text
        return "" if "hx-trigger" in page else page

    found: str = await within(20, ready, what="an answer")
    return found


async def says(who: Browser, text: str) -> str:
    assert (await who.post(PAGE, {"text": text}, htmx=False)).status_code == 303
    return await answered(who)


async def test_attendants_have_no_playground_and_supervisors_do(desk: Desk) -> None:
    paulo = await desk.attendant(PAULO)
    assert (await paulo.open(PAGE)).status_code == 403
    for door in ("", "/answers", "/setup", "/clearing"):
        assert (await paulo.post(PAGE + door, {"text": "oi"})).status_code == 403
    async with transaction() as session:
        await session.execute(update(User).where(User.email == PAULO.email).values(role="supervisor"))
    assert (await paulo.open(PAGE)).status_code == 200


async def test_claude_answers_there_and_the_inbox_stays_empty(desk: Desk) -> None:
    await desk.whatsapp.control("POST", "/claude/replies", text="Abrimos às *nove*.")
    page = await says(desk.marta, "que horas abre?")
    assert "que horas abre?" in page
    assert "Abrimos às <strong>nove</strong>." in page
    assert "info__times" in page  # how it was made
    async with reading() as session:
        assert (await session.execute(select(func.count()).select_from(Message))).scalar_one() == 0
    assert await desk.marta.conversations() == {}
    assert "Abrimos às" in (await desk.marta.open(PAGE)).text  # a reload shows the same
    await desk.marta.post(f"{PAGE}/clearing", htmx=False)
    assert "que horas abre?" not in (await desk.marta.open(PAGE)).text


async def test_a_hand_over_stands_as_a_card_and_another_answer_takes_its_place(desk: Desk) -> None:
    call = {"tool": "handoff", "input": {"reason": "angry", "summary": "Atraso", "urgency": "normal"}}
    await desk.whatsapp.control("POST", "/claude/replies", steps=[{"text": "Sinto muito."}, call])
    page = await says(desk.marta, "cadê?")
    assert 'data-reason="angry"' in page
    assert "Atraso" in page
    await desk.whatsapp.control("POST", "/claude/replies", text="Já chega amanhã.")
    await desk.marta.post(f"{PAGE}/answers", htmx=False)
    page = await answered(desk.marta)
    assert "Já chega amanhã." in page
    assert "data-reason" not in page


async def test_instructions_and_model_are_changed_for_the_playground_alone(desk: Desk) -> None:
    wanted = {"instructions": "Responda em versos.", "model": "claude-opus-5-5", "effort": "high"}
    assert (await desk.marta.post(f"{PAGE}/setup", wanted, htmx=False)).status_code == 303
    page = await says(desk.marta, "oi")
    assert "Responda em versos." in page
    asked = (await desk.whatsapp.control("GET", "/claude/requests"))["requests"][-1]["body"]
    assert "Responda em versos." in str(asked["system"])
    assert asked["model"] == "claude-opus-5-5"
    async with reading() as session:
        assert (await session.scalars(select(Installation.instructions))).first() in (None, "")
    await desk.marta.post(f"{PAGE}/setup", {"reset": "on"}, htmx=False)
    async with reading() as session:
        kept = (await session.scalars(select(Playground))).one()
    assert (kept.instructions, kept.model) == (None, "")
    for field, value in (("model", ""), ("effort", "enormous"), ("instructions", "x" * 20_001)):
        assert (
            await desk.marta.post(f"{PAGE}/setup", wanted | {field: value}, htmx=False)
        ).status_code == 422


async def test_what_cannot_be_asked_is_refused_with_a_sentence(desk: Desk) -> None:
    for text in ("", "  \n", "x" * 4097):
        refused = await desk.marta.post(PAGE, {"text": text}, htmx=False)
        assert refused.status_code == 422
        assert 'aria-invalid="true"' in refused.text
    async with transaction() as session:
        session.add(Installation(id=1, budget_day_microusd=0)) if not await session.get(
            Installation, 1
        ) else None
        await session.execute(update(Installation).values(budget_day_microusd=0))
    assert "O orçamento do Claude acabou." in await says(desk.marta, "oi")


async def test_hostile_words_stay_words(desk: Desk) -> None:
    usual = await says(desk.marta, "oi")
    hostile = "<img src=x onerror=alert(1)>\0\ud83d<script>alert(1)</script>"
    await desk.whatsapp.control(
        "POST", "/claude/replies", text="<b onclick=alert(1)>oi</b> <script>x</script>"
    )
    assert_harmless(
        await says(desk.marta, hostile.encode("utf-8", "replace").decode()), anatomy_of(usual), PAGE
    )
