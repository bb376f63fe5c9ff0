"""Labels: supervisors make them, everybody puts them on conversations, and all see them there."""

import asyncio
import re

import pytest

from app.accounts.models import User
from app.conversations import labelling
from app.db import transaction
from tests.actors import Browser, Desk, waits_in_line, words_in
from tests.people import ANA, BRUNO, PAULO


@pytest.fixture
async def ana(desk: Desk) -> int:
    await desk.whatsapp.says(ANA, "Oi")
    return await desk.marta.conversation_with(ANA.name)


async def make(by: Browser, name: str, colour: str = "green") -> int:
    return (await by.post("/labels", {"name": name, "colour": colour}, htmx=False)).status_code


async def ids(browser: Browser) -> dict[str, int]:
    """The labels' ids by their names."""
    page = (await browser.open("/labels")).text
    found = re.findall(r'data-label="(\d+)">.*?<span class="label-chip[^>]*>(.*?)</span>', page, re.S)
    return {words_in(name): int(label_id) for label_id, name in found}


def dots_in(page: str) -> list[str]:
    """What a listener hears of each row's labels."""
    return [words_in(one) for one in re.findall(r'<span class="row__labels".*?</span></span>', page, re.S)]


async def test_supervisors_make_labels_and_everybody_puts_them_on(desk: Desk, ana: int) -> None:
    marta, paulo = desk.marta, await desk.attendant(PAULO)
    assert (await make(paulo, "VIP"), await make(marta, "VIP")) == (403, 303)
    for name in ("Pago", "Entrega", "Área azul"):
        await make(marta, name, "cobalt")
    labels = await ids(paulo)
    for name in labels:
        for _ in range(2):  # a second press elsewhere does no harm
            answer = await paulo.post(f"/c/{ana}/labels", {"put": str(labels[name])})
            assert answer.status_code == 200
            assert name in answer.text
    page = (await marta.open(f"/c/{ana}")).text
    assert page.count('class="label-dot ') == 3
    assert re.findall(r"Etiquetas: [^<\"]*", page)[0].split(": ")[1].split(", ") == [
        "Entrega", "Pago", "VIP", "Área azul",
    ]  # fmt: skip
    assert page.count("Paulo Reis pôs a etiqueta") == 4
    plain = await paulo.post(f"/c/{ana}/labels", {"take_off": str(labels["VIP"])}, htmx=False)
    assert (plain.status_code, plain.headers["location"]) == (303, f"/c/{ana}/labels")
    assert "VIP" not in dots_in((await marta.open("/")).text)[0]


async def test_a_label_gets_another_name_and_colour_everywhere_and_goes_from_everywhere(
    desk: Desk, ana: int
) -> None:
    marta, paulo = desk.marta, await desk.attendant(PAULO)
    await desk.whatsapp.says(BRUNO, "Olá")
    bruno = await marta.conversation_with(BRUNO.name)
    await make(marta, "Antes")
    await make(marta, "Outra")
    label = (await ids(marta))["Antes"]
    for conversation in (ana, bruno):
        await marta.post(f"/c/{conversation}/labels", {"put": str(label)})
    wanted = {"name": "Depois", "colour": "red"}
    assert (await paulo.post(f"/labels/{label}", wanted, htmx=False)).status_code == 403
    assert (await marta.post(f"/labels/{label}", wanted, htmx=False)).status_code == 303
    page = (await paulo.open("/")).text
    assert dots_in(page) == ["Etiquetas: Depois"] * 2
    assert page.count("label-dot label--red") == 2
    assert (await paulo.post(f"/labels/{label}/deletion", htmx=False)).status_code == 403
    assert (await marta.post(f"/labels/{label}/deletion", htmx=False)).status_code == 303
    assert dots_in((await paulo.open("/")).text) == []
    for gone in (f"/labels/{label}", f"/labels/{label}/deletion"):
        assert (await marta.post(gone, wanted, htmx=False)).status_code == 404
    assert (await marta.post(f"/c/{ana}/labels", {"put": str(label)})).status_code == 404


async def test_a_name_or_colour_that_cannot_be_is_refused_beside_its_field(desk: Desk) -> None:
    await make(desk.marta, "VIP")
    for name, colour in (
        ("", "red"),
        ("x" * 41, "red"),
        ("a\u202eb", "red"),
        ("Novo", "of no kind"),
        (" VIP ", "red"),
    ):
        answer = await desk.marta.post("/labels", {"name": name, "colour": colour}, htmx=False)
        assert answer.status_code == 422, (name, colour)
        assert 'role="alert"' in answer.text
    assert list(await ids(desk.marta)) == ["VIP"]


async def test_of_two_who_want_one_name_at_once_the_later_is_told_that_it_is_taken(
    desk: Desk, database_url: str
) -> None:
    await make(desk.marta, "Pago")
    label = (await ids(desk.marta))["Pago"]
    async with transaction() as session:
        marta = await session.get_one(User, 1)
        await labelling.create(session, marta, "VIP", "red")
        rename = {"name": "VIP", "colour": "red"}
        later = asyncio.ensure_future(desk.marta.post(f"/labels/{label}", rename, htmx=False))
        await waits_in_line(database_url)
    assert (await later).status_code == 422
    assert sorted(await ids(desk.marta)) == ["Pago", "VIP"]
