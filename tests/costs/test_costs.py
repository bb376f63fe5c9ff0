"""The page of costs: what the ledger and Meta's reports come to, and who may see it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from app import clock
from app.accounts.models import User
from app.assistant.costs import by_day, lines_by, of_conversation
from app.assistant.models import ApiCall, ModelPrice, Purpose
from app.assistant.replies import Usage
from app.contacts.models import Contact
from app.db import reading, transaction
from app.forms import scaled_number
from app.installation import Installation
from app.months import Month
from app.outbox import billing
from app.outbox.models import MessagePrice
from app.whatsapp.models import Number
from tests.actors import Desk
from tests.costs.books import HAIKU, arrived, booked, call
from tests.people import ANA, EVIL, PAULO

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NOVEMBER = Month(date(2026, 11, 1), SAO_PAULO)


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


async def number_id() -> int:
    async with reading() as session:
        return (await session.scalars(select(Number.id))).one()


async def test_an_empty_month_says_so(desk: Desk) -> None:
    page = (await desk.marta.open("/costs")).text
    assert "Nada foi gasto neste mês." in page
    assert "<table" not in page


async def test_what_a_month_has_cost_stands_by_day_model_purpose_and_conversation(desk: Desk) -> None:
    await desk.whatsapp.says(ANA, "Oi")
    conversation = await desk.marta.conversation_with(ANA.name)
    await booked(call(), call(), conversation=conversation)
    await booked(call(model="gemma4"), purpose=Purpose.HELP)
    await booked(
        call(
            Usage(input_tokens=500, output_tokens=10, is_estimated=True), stop_reason=None, failure="stopped"
        )
    )
    async with transaction() as session:
        await session.execute(update(Installation).values(usd_in_brl=5_000_000, usd_in_brl_at=clock.now()))
    page = (await desk.marta.open("/costs")).text
    assert "US$\xa00,0006" in page.replace("&nbsp;", "\xa0")  # 250 + 250 + 55
    assert "R$\xa00,0028" in page
    assert "gemma4" in page
    assert "1 chamada sem preço" in page
    assert "Ajuda a atendentes" in page
    assert "1 chamada foi interrompida" in page
    assert f'<a href="/c/{conversation}" dir="auto">{ANA.name}</a>' in page


async def test_days_and_months_begin_at_midnight_of_the_business(desk: Desk) -> None:
    # Sao Paulo is three hours behind: one in the morning in UTC is the evening before.
    await booked(call(at=at(1, 1)), call(at=at(1, 4)), call(at=at(2, 1)), call(at=at(30, 23)))
    async with reading() as session:
        days = await by_day(session, NOVEMBER)
        october = await by_day(session, NOVEMBER.previous)
        december = await by_day(session, NOVEMBER.next)
    assert {day: line.calls for day, line in days.items()} == {1: 2, 30: 1}
    assert {day: line.calls for day, line in october.items()} == {31: 1}
    assert december == {}


async def test_the_cached_share_counts_everything_that_was_read(desk: Desk) -> None:
    await booked(call(Usage(input_tokens=100, cache_write_5m_tokens=150, cache_read_tokens=750), at=at(3)))
    async with reading() as session:
        (line,) = await lines_by(session, NOVEMBER, ApiCall.model)
    assert (line.key, line.prompt_tokens, line.cached_percent) == (HAIKU, 1000, 75)


async def test_another_month_is_chosen_by_its_address(desk: Desk) -> None:
    await booked(call(at=datetime(2026, 10, 5, tzinfo=UTC)))
    page = (await desk.marta.open("/costs?month=2026-10")).text
    assert '<option value="2026-10" selected>' in page
    assert HAIKU in page
    for nonsense in ("2026-13", "x", "1999-01", "2026-1'"):
        assert (await desk.marta.open(f"/costs?month={nonsense}")).status_code == 200


async def test_supervisors_see_costs_admins_set_prices_attendants_neither(desk: Desk) -> None:
    paulo = await desk.attendant(PAULO)
    for path in ("/costs", "/costs/prices"):
        assert (await paulo.open(path)).status_code == 403
    async with transaction() as session:
        await session.execute(update(User).where(User.email == PAULO.email).values(role="supervisor"))
    assert (await paulo.open("/costs")).status_code == 200
    assert "/costs/prices" not in (await paulo.open("/costs")).text
    assert (await paulo.open("/costs/prices")).status_code == 403
    for door in ("models", "rates"):
        assert (await paulo.post(f"/costs/prices/{door}", {"model": "x"})).status_code == 403


async def test_a_hostile_name_is_text(desk: Desk) -> None:
    await desk.whatsapp.says(ANA, "Oi")
    conversation = await desk.marta.conversation_with(ANA.name)
    async with transaction() as session:
        await session.execute(update(Contact).values(name=EVIL.name))
    await booked(call(model=EVIL.name), conversation=conversation)
    page = (await desk.marta.open("/costs")).text
    assert "<img src=x" not in page
    assert page.count("&lt;img src=x") == 2


async def test_the_drawer_tells_what_a_conversation_has_cost(desk: Desk) -> None:
    await desk.whatsapp.says(ANA, "Oi")
    conversation = await desk.marta.conversation_with(ANA.name)
    assert "O Claude custou aqui" not in (await desk.marta.open(f"/c/{conversation}/contact")).text
    await booked(call(), call(), conversation=conversation)
    assert "O Claude custou aqui" in (await desk.marta.open(f"/c/{conversation}/contact")).text
    paulo = await desk.attendant(PAULO)
    assert "O Claude custou aqui" not in (await paulo.open(f"/c/{conversation}/contact")).text
    async with reading() as session:
        assert (await of_conversation(session, conversation)).microusd == 500


# Prices


MODEL = {
    "model": HAIKU,
    "input": "0,20",
    "output": "1",
    "cache_write_5m": "0.25",
    "cache_write_1h": "0.40",
    "cache_read": "0.02",
}


async def test_a_new_price_counts_from_now_on_and_what_is_booked_keeps_its_cost(desk: Desk) -> None:
    await booked(call())
    assert (await desk.marta.post("/costs/prices/models", MODEL, htmx=False)).status_code == 303
    await booked(call())
    async with reading() as session:
        rows = (await session.scalars(select(ApiCall).order_by(ApiCall.id))).all()
        versions = (await session.scalars(select(ModelPrice).where(ModelPrice.model == HAIKU))).all()
    assert [row.cost_microusd for row in rows] == [250, 500]
    assert [row.price_id for row in rows] == [version.id for version in versions]
    await desk.marta.post("/costs/prices/models", MODEL, htmx=False)  # again: nothing is new
    async with reading() as session:
        assert len((await session.scalars(select(ModelPrice).where(ModelPrice.model == HAIKU))).all()) == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("input", ""), ("input", "abc"), ("output", "-1"), ("cache_read", "0.0000001"), ("input", "99999999999"),
        ("model", ""), ("model", "x" * 121), ("long_above", "1"), ("long_input", "1"), ("valid_from", "tomorrow"),
    ],
)  # fmt: skip
async def test_what_is_no_price_is_refused_beside_its_field(desk: Desk, field: str, value: str) -> None:
    answer = await desk.marta.post("/costs/prices/models", MODEL | {"form": "+", field: value}, htmx=False)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    async with reading() as session:
        assert len((await session.scalars(select(ModelPrice).where(ModelPrice.model == HAIKU))).all()) == 1


async def test_the_dollar_and_messages_have_a_price_that_somebody_typed(desk: Desk) -> None:
    answer = await desk.marta.post(
        "/costs/prices/rates", {"usd_in_brl": "5,43", "service": "0,0068"}, htmx=False
    )
    assert answer.status_code == 303
    page = (await desk.marta.open("/costs/prices")).text
    assert 'value="5,43"' in page
    assert 'value="0,0068"' in page
    assert "Digitado: " in page
    refused = await desk.marta.post("/costs/prices/rates", {"usd_in_brl": "a lot"}, htmx=False)
    assert refused.status_code == 422
    assert 'value="a lot"' in refused.text


@pytest.mark.parametrize(
    ("text", "scaled"),
    [("0,1", 100_000), ("0.10", 100_000), ("2", 2_000_000), (" 5.4321 ", 5_432_100), ("1.2345678", None),
     ("1e3", None), ("", None), (",5", None), ("1.2340000000", 1_234_000), ("٣", None), ("1_0", None)],
)  # fmt: skip
def test_numbers_are_typed_with_a_comma_or_a_point(text: str, scaled: int | None) -> None:
    assert scaled_number(text, places=6, highest=10**10) == scaled


# Meta


async def test_messages_are_counted_once_by_kind_and_charged_by_the_price_of_their_day(desk: Desk) -> None:
    await desk.whatsapp.says(ANA, "Oi")
    where: dict[str, Any] = {
        "conversation": await desk.marta.conversation_with(ANA.name),
        "number": await number_id(),
    }
    await arrived("free_customer_service", "service", at=at(2), **where)
    await arrived(
        "free_customer_service", "service", at=at(2, 13), words=("sent", "delivered", "read"), **where
    )
    await arrived("free_customer_service", "service", at=at(2, 14), words=("sent",), **where)  # never arrived
    await arrived("regular", "service", at=at(3), **where)
    await arrived("regular", "service", at=at(5), words=("sent", "read"), **where)
    await arrived("regular", "moon", at=at(5, 13), **where)
    await arrived("regular", "service", at=at(1, 1), **where)  # still October there
    async with transaction() as session:
        for since, microusd in ((at(1), 6_800), (at(4), 8_000)):
            session.add(MessagePrice(category="service", valid_from=since, microusd=microusd))
        await session.flush()
        billed = await billing.of_month(session, NOVEMBER)
    assert billed.free_by_number == {where["number"]: 2}
    assert billed.charged == {"service": 2, "moon": 1}
    assert billed.microusd_by_day == {3: 6_800, 5: 8_000}
    assert (billed.microusd, billed.unpriced) == (14_800, 1)


async def test_the_page_shows_how_many_free_messages_are_used(desk: Desk) -> None:
    await desk.whatsapp.says(ANA, "Oi")
    conversation = await desk.marta.conversation_with(ANA.name)
    now = clock.now()
    for second in range(3):
        await arrived(
            "free_customer_service", "service", conversation=conversation, number=await number_id(),
            at=now - timedelta(milliseconds=second),
        )  # fmt: skip
    assert "3 de 1.000 grátis neste mês" in (await desk.marta.open("/costs")).text
