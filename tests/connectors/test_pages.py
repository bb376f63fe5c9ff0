"""An admin describes a connector, tries it and allows it; its keys are seen once, when they are typed."""

from typing import Any

import pytest
from sqlalchemy import select

from app.connectors.models import Connector
from app.db import reading
from tests.actors import Browser, Desk
from tests.connectors.made import KEY
from tests.people import PAULO

PAGE = "/settings/connectors"


@pytest.fixture
async def admin(desk: Desk) -> Browser:
    """Of a program that plays Claude itself, as in development: its simulated shop may be asked."""
    desk.app.state.settings = desk.app.state.settings.model_copy(update={"plays_claude": True})
    return desk.marta


def form(desk: Desk, **given: Any) -> dict[str, Any]:
    address = desk.app.state.settings.anthropic_base_url
    usual = {
        "name": "order_status",
        "description": "Diz onde está um pedido.",
        "method": "GET",
        "url": f"{address}/shop/orders/{{{{order}}}}?de={{{{phone}}}}",
        "new_headers": f"X-Api-Key: {KEY}\nX-Customer: {{{{bsuid}}}}",
        "changes": "",
        "timeout_seconds": "5",
        "argument-0-name": "order",
        "argument-0-kind": "text",
        "argument-0-description": "O número do pedido.",
        "argument-0-required": "on",
    }
    return usual | given


async def kept() -> Connector | None:
    async with reading() as session:
        return (await session.scalars(select(Connector))).one_or_none()


async def test_a_connector_is_made_and_tried_and_its_key_never_shown(desk: Desk, admin: Browser) -> None:
    made = await admin.post(PAGE, form(desk))
    assert made.status_code == 303, made.text
    page = (await admin.get(f"{PAGE}/1")).text
    assert "X-Api-Key: ••••••" in page
    tried = await admin.post(
        f"{PAGE}/1/trial", {"sample-order": "1001", "sample-phone": "55", "sample-bsuid": "B"}
    )
    assert tried.status_code == 200
    assert "/shop/orders/1001?de=55" in tried.text
    assert "a caminho" in tried.text
    assert "&lt;resposta_do_sistema&gt;" in tried.text
    stored = await kept()
    assert stored is not None
    assert stored.is_on
    assert KEY not in page + tried.text + stored.headers_sealed + (await admin.get(PAGE)).text


async def test_a_new_connector_begins_with_what_is_usual(admin: Browser) -> None:
    page = await admin.get(f"{PAGE}/new")
    assert page.status_code == 200
    assert 'name="timeout_seconds" value="5"' in page.text


async def test_a_header_stays_until_it_is_replaced_or_taken_away(desk: Desk, admin: Browser) -> None:
    await admin.post(PAGE, form(desk))
    await admin.post(f"{PAGE}/1", form(desk, new_headers="x-api-key: other"))
    page = (await admin.get(f"{PAGE}/1")).text
    assert "x-api-key: ••••••" in page
    assert "X-Api-Key: ••••••" not in page
    assert "X-Customer: ••••••" in page
    await admin.post(f"{PAGE}/1", form(desk, new_headers="", without="X-Customer"))
    page = (await admin.get(f"{PAGE}/1")).text
    assert "x-api-key: ••••••" in page
    assert "X-Customer: ••••••" not in page


async def test_what_changes_something_waits_for_permission(desk: Desk, admin: Browser) -> None:
    await admin.post(PAGE, form(desk, changes="on", method="POST"))
    stored = await kept()
    assert stored is not None
    assert not stored.is_on
    await admin.post(f"{PAGE}/1/permission", {"is_on": "on"})
    assert (stored := await kept()) is not None
    assert stored.is_on
    await admin.post(f"{PAGE}/1/permission", {"is_on": "off"})
    await admin.post(f"{PAGE}/1", form(desk, method="POST"))
    await admin.post(f"{PAGE}/1/permission", {"is_on": "on"})
    await admin.post(f"{PAGE}/1", form(desk, changes="on", method="POST"))
    assert (stored := await kept()) is not None
    assert not stored.is_on
    await admin.post(f"{PAGE}/1/removal")
    assert await kept() is None


WRONG = [
    {"name": "Order"}, {"name": ""}, {"name": "handoff"}, {"name": "search_knowledge"}, {"name": "ação"},
    {"description": ""}, {"description": "x" * 1001}, {"description": "a\0b"},
    {"method": "TRACE"},
    {"url": ""}, {"url": "http://loja.example/{{order}}"}, {"url": "https://{{order}}.loja.example/"},
    {"url": "https://loja.example{{order}}"}, {"url": "https://a@loja.example/{{order}}"},
    {"url": "https://loja.example/{{order}}#x"}, {"url": "https://loja.example/{{order}}/{{other}}"},
    {"url": "https://loja.example/{{order}}/{other}"}, {"url": "javascript:{{order}}"},
    {"url": "https://loja.example:{{order}}/"}, {"url": "https://loja.example/x"},
    {"body": "{}"}, {"method": "POST", "body": "{"}, {"method": "POST", "body": '{"a": "{{other}}"}'},
    {"new_headers": "X"}, {"new_headers": "Host: evil.example"}, {"new_headers": "X: {{order}}"},
    {"new_headers": "X: é"}, {"new_headers": "X Y: 1"}, {"new_headers": "Idempotency-Key: 1"},
    {"timeout_seconds": "0"}, {"timeout_seconds": "21"}, {"timeout_seconds": "cinco"},
    {"picks": "a..b"}, {"picks": ","}, {"picks": "x" * 501},
    {"argument-0-name": "phone"}, {"argument-0-name": "Order"}, {"argument-0-description": ""},
    {"argument-0-limits": "abc"}, {"argument-0-limits": "9999"}, {"argument-0-kind": "choice"},
    {"argument-0-kind": "integer", "argument-0-limits": "9-1"}, {"argument-0-kind": "integer", "argument-0-limits": "1-2.5"},
    {"argument-1-name": "order", "argument-1-description": "again"},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: "-".join(wrong.values())[:30])
async def test_what_cannot_be_is_refused_beside_its_field(
    desk: Desk, admin: Browser, wrong: dict[str, str]
) -> None:
    answer = await admin.post(PAGE, form(desk, **wrong))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert await kept() is None


async def test_a_name_is_taken_once(desk: Desk, admin: Browser) -> None:
    await admin.post(PAGE, form(desk))
    assert (await admin.post(PAGE, form(desk))).status_code == 422
    assert (await admin.post(f"{PAGE}/1", form(desk))).status_code == 303


async def test_a_trial_with_wrong_words_names_the_argument(desk: Desk, admin: Browser) -> None:
    await admin.post(PAGE, form(desk, **{"argument-0-kind": "integer", "argument-0-limits": "1-5"}))
    answer = await admin.post(f"{PAGE}/1/trial", {"sample-order": "seis"})
    assert answer.status_code == 422
    assert "order: int_type" in answer.text


async def test_only_admins_come_in(desk: Desk, admin: Browser) -> None:
    await admin.post(PAGE, form(desk))
    paulo = await desk.attendant(PAULO)
    for path in (PAGE, f"{PAGE}/new", f"{PAGE}/1"):
        assert (await paulo.get(path)).status_code == 403
    for path in (PAGE, f"{PAGE}/1", f"{PAGE}/1/trial", f"{PAGE}/1/permission", f"{PAGE}/1/removal"):
        assert (await paulo.post(path, {"is_on": "off"})).status_code == 403
    stored = await kept()
    assert stored is not None
    assert stored.is_on
