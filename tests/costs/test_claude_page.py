"""The page of Claude's settings: models by purpose, the connection, what is wrong with it, and the budget."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import select, update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from app import clock
from app.accounts.models import User
from app.assistant.claude import Claude
from app.assistant.models import ApiCall, ModelChoice, Purpose
from app.assistant.trying import try_connection
from app.db import reading, transaction
from app.installation import Installation, installation
from app.pages.claude_words import (
    BUSY,
    NO_KEY,
    NO_MONEY,
    NO_SUCH_MODEL,
    NOT_ITS_API,
    NOT_PERMITTED,
    NOT_REACHED,
    REFUSED,
    WRONG_KEY,
    meaning,
)
from app.simulator.serve import address_of, listening, served
from tests.actors import Desk
from tests.costs.books import booked, call
from tests.people import PAULO


async def kept() -> Installation:
    async with reading() as session:
        return (await session.scalars(select(Installation))).one()


async def becomes_a_supervisor(who: str) -> None:
    async with transaction() as session:
        await session.execute(update(User).where(User.email == who).values(role="supervisor"))


async def test_only_admins_see_it(desk: Desk) -> None:
    paulo = await desk.attendant(PAULO)
    await becomes_a_supervisor(PAULO.email)
    assert (await paulo.open("/claude")).status_code == 403
    for door in ("tests", "tries", "models", "conduct", "budget"):
        assert (await paulo.post(f"/claude/{door}")).status_code == 403


async def test_the_providers_models_can_be_chosen_by_purpose(desk: Desk) -> None:
    page = (await desk.marta.open("/claude")).text
    assert "Claude Opus 5.5" in page
    wanted = {f"{name}-{one}": value for one in ("answer", "help", "pane", "judge")
              for name, value in (("model", "claude-opus-5-5"), ("effort", "medium"))}  # fmt: skip
    assert (await desk.marta.post("/claude/models", wanted, htmx=False)).status_code == 303
    async with reading() as session:
        rows = (await session.scalars(select(ModelChoice))).all()
    assert {(row.purpose, row.model, row.effort) for row in rows} == {
        (purpose, "claude-opus-5-5", "medium") for purpose in ("answer", "help", "pane", "judge")
    }
    for field, value in (("model-help", ""), ("model-help", "x" * 121), ("effort-help", "enormous")):
        refused = await desk.marta.post("/claude/models", wanted | {field: value}, htmx=False)
        assert refused.status_code == 422


async def test_a_model_that_is_going_is_warned_of(desk: Desk) -> None:
    async with transaction() as session:
        session.add(ModelChoice(purpose=Purpose.HELP, model="claude-sonnet-4-5", effort="low"))
    assert "Este modelo acaba em 30/11/2026" in (await desk.marta.open("/claude")).text


async def test_testing_the_connection_tells_that_it_works_and_is_booked(desk: Desk) -> None:
    answer = await desk.marta.post("/claude/tests", htmx=False)
    assert (
        "Funciona: alcançado, a chave é aceita, claude-haiku-5-5 é conhecido e aceita ferramentas."
        in answer.text
    )
    async with reading() as session:
        (row,) = (await session.scalars(select(ApiCall))).all()
    assert (row.purpose, row.conversation_id, row.failure) == (Purpose.TEST, None, None)
    assert row.user_id is not None
    asked = (await desk.whatsapp.control("GET", "/claude/requests"))["requests"]
    assert [one["body"]["max_tokens"] for one in asked] == [1]


async def test_a_model_that_takes_no_tools_is_told_of(desk: Desk) -> None:
    await desk.whatsapp.control("POST", "/claude/replies", name="invalid")
    answer = await desk.marta.post("/claude/tests", htmx=False)
    assert "mas não aceita ferramentas" in answer.text


async def test_what_switched_claude_off_is_told_until_it_works_again(desk: Desk) -> None:
    paulo = await desk.attendant(PAULO)
    trouble = update(Installation).values(
        claude_trouble="401 authentication_error", claude_trouble_at=clock.now()
    )
    alarm = "O Claude está desligado"
    assert alarm not in (await desk.marta.open("/")).text
    async with transaction() as session:
        await session.execute(trouble)
    assert alarm in (await desk.marta.open("/")).text
    assert alarm not in (await paulo.open("/")).text
    assert "A chave não é aceita." in (await desk.marta.open("/claude")).text
    await desk.whatsapp.control("POST", "/claude/replies", name="unauthorized")
    assert "A chave não é aceita." in (await desk.marta.post("/claude/tests", htmx=False)).text
    assert (await kept()).claude_trouble is not None
    await desk.marta.post("/claude/tests", htmx=False)
    assert (await kept()).claude_trouble is None
    async with transaction() as session:
        await session.execute(trouble)
    assert (await desk.marta.post("/claude/tries", htmx=False)).status_code == 303
    assert alarm not in (await desk.marta.open("/")).text


async def test_the_budget_is_kept_and_warned_of_at_four_fifths(desk: Desk) -> None:
    paulo = await desk.attendant(PAULO)
    wanted = {"budget_day": "0,001", "budget_month": "", "answers_per_day": "7"}
    assert (await desk.marta.post("/claude/budget", wanted, htmx=False)).status_code == 303
    here = await kept()
    assert (here.budget_day_microusd, here.budget_month_microusd, here.answers_per_day) == (1000, None, 7)
    await booked(call(), call(), call())
    assert "orçamento" not in (await desk.marta.open("/")).text
    await booked(call())
    for who in (desk.marta, paulo):
        assert ("O orçamento do Claude acabou." in (await who.open("/")).text) == (who is desk.marta)
    await desk.marta.post("/claude/budget", wanted | {"budget_day": "0,00125"}, htmx=False)
    await becomes_a_supervisor(PAULO.email)
    assert "Do orçamento do Claude, 80 % já foram gastos." in (await paulo.open("/")).text
    for field, value in (("budget_day", "much"), ("budget_month", "-1"), ("answers_per_day", "0")):
        refused = await desk.marta.post("/claude/budget", wanted | {field: value}, htmx=False)
        assert refused.status_code == 422
        assert 'aria-invalid="true"' in refused.text


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("no key", NO_KEY), ("401 authentication_error", WRONG_KEY), ("402 billing_error", NO_MONEY),
        ("429 enforced_spend_limit_reached", NO_MONEY), ("403 permission_error", NOT_PERMITTED),
        ("404 not_found_error", NO_SUCH_MODEL), ("404 NotFoundError", NOT_ITS_API), ("truncated", NOT_ITS_API),
        ("429 rate_limit_error", BUSY), ("529 overloaded_error", BUSY), ("500 api_error", BUSY),
        ("APIConnectionError", NOT_REACHED), ("413 request_too_large", REFUSED),
    ],
)  # fmt: skip
def test_each_failure_says_what_to_do(kind: str, words: str) -> None:
    assert meaning(kind) == words


@asynccontextmanager
async def a_web_page() -> AsyncIterator[str]:
    """A server that is not Anthropic's at all: it answers everything with a page."""

    async def anything(request: Request) -> Response:
        return HTMLResponse("<h1>It works!</h1>")

    app: Any = Starlette(routes=[Route("/{path:path}", anything, methods=["GET", "POST"])])
    with listening() as listener:
        async with served(app, listener):
            yield address_of(listener)


async def test_a_server_of_another_kind_is_told_from_one_that_is_not_there() -> None:
    async with a_web_page() as address:
        wrong = Claude(api_key="", base_url=address, model="any")
        tried = await try_connection(wrong, "any")
        await wrong.close()
    assert tried.failure is not None
    assert meaning(tried.failure) == NOT_ITS_API
    nobody = Claude(api_key="", base_url="http://127.0.0.1:9", model="any")
    tried = await try_connection(nobody, "any")
    await nobody.close()
    assert tried.failure is not None
    assert meaning(tried.failure) == NOT_REACHED


async def test_when_claude_comes_back_whether_it_labels_and_what_it_sees_is_kept(desk: Desk) -> None:
    wanted = {"returns_after_hours": "3", "claude_labels": "on"}  # no tick: it sees every number
    assert (await desk.marta.post("/claude/conduct", wanted, htmx=False)).status_code == 303
    async with reading() as session:
        here = await installation(session)
    assert (here.returns_after_hours, here.returns_when_resolved, here.claude_labels) == (3, False, True)
    assert not here.hides_numbers
    for hours in ("24", "-1", "some"):
        refused = await desk.marta.post("/claude/conduct", {"returns_after_hours": hours}, htmx=False)
        assert refused.status_code == 422
