"""Forwarding: copies for up to five conversations, each within its own 24 hours (B.8)."""

import re
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from app import clock
from app.db import reading
from app.media.models import Media
from tests.actors import Desk, WhatsApp, within
from tests.people import ANA, BRUNO, CLARA


async def test_forwarding_sends_copies_of_texts_and_files_once_to_each_conversation(
    desk: Desk, whatsapp: WhatsApp
) -> None:
    marta = desk.marta
    await whatsapp.says(ANA, "O endereço é Rua Inventada, 1")
    await whatsapp.control("POST", "/messages", customer=ANA.name, type="image", text="A fachada", timeout=30)
    await whatsapp.says(BRUNO, "Oi")
    await whatsapp.says(CLARA, "Oi")
    ana, bruno, clara = [await marta.conversation_with(one.name) for one in (ANA, BRUNO, CLARA)]

    async def picture_is_here() -> bool:
        return 'data-media="there"' in (await marta.open(f"/c/{ana}")).text

    await within(20, picture_is_here, what="the picture")
    messages = [str(one.id) for one in await marta.bubbles(ana)]
    sheet = (await marta.get(f"/c/{ana}/forwarding?message={messages[0]}&message={messages[1]}")).text
    assert re.findall(r'name="message" value="(\d+)"', sheet) == messages
    assert {str(bruno), str(clara)} <= set(re.findall(r'name="to" value="(\d+)"', sheet))

    await marta.post(f"/c/{bruno}/draft", {"text": "Bruno, sobre ontem"})  # stays where it is being written
    form: dict[str, Any] = {"message": messages, "to": [str(clara), str(bruno)], "compose_id": str(uuid4())}
    for _ in range(2):  # a double click sends nothing twice
        sent = await marta.post(f"/c/{ana}/forwarding", form)
        assert sent.status_code == 200
    assert f"{CLARA.name}, {BRUNO.name}" in sent.text
    assert "Bruno, sobre ontem</textarea>" in (await marta.open(f"/c/{bruno}")).text
    accepted = await whatsapp.accepted(at_least=4)
    assert len(accepted) == 4
    for conversation in (bruno, clara):
        shown = [(one.direction, one.text) for one in await marta.bubbles(conversation)]
        assert shown == [("in", "Oi"), ("out", "O endereço é Rua Inventada, 1"), ("out", "A fachada")]
    async with reading() as session:
        files = (await session.scalars(select(Media).order_by(Media.id))).all()
    assert len({one.stored_as for one in files}) == 3
    assert len({one.sha256 for one in files}) == 1

    # What WhatsApp took from us is not brought there again.
    ours = [str((await marta.bubbles(bruno))[-1].id)]
    form = {"message": ours, "to": [str(clara)], "compose_id": str(uuid4())}
    await marta.post(f"/c/{bruno}/forwarding", form)
    again = (await whatsapp.accepted(at_least=5))[-1]
    known = [one["payload"]["image"]["id"] for one in accepted if one["payload"]["type"] == "image"]
    assert again["payload"]["image"]["id"] in known


async def test_a_conversation_whose_24_hours_are_over_is_not_offered_and_not_taken(
    desk: Desk, whatsapp: WhatsApp
) -> None:
    marta = desk.marta
    await whatsapp.says(ANA, "Oi")
    await whatsapp.says(BRUNO, "Faz tempo", at=clock.now().timestamp() - 2 * 86_400)
    ana, bruno = [await marta.conversation_with(one.name) for one in (ANA, BRUNO)]
    [message] = [str(one.id) for one in await marta.bubbles(ana)]
    sheet = (
        await marta.open(f"/c/{ana}/forwarding?message={message}")
    ).text  # a page of its own without script
    assert re.search(rf'value="{bruno}"\s+disabled', sheet)
    assert not re.search(rf'value="{ana}"\s+disabled', sheet)
    assert "só um modelo pode ser enviado" in sheet

    form: dict[str, Any] = {"message": [message], "to": [str(ana), str(bruno)], "compose_id": str(uuid4())}
    refused = await marta.post(f"/c/{ana}/forwarding", form)
    assert refused.status_code == 422
    assert "24 horas" in refused.text
    assert len(await marta.bubbles(ana)) == 1  # all or none
    many = [str(one) for one in range(100, 106)]
    wishes: list[dict[str, Any]] = [{"to": []}, {"to": many}, {"compose_id": "x"}]
    for wrong in wishes:
        assert (await marta.post(f"/c/{ana}/forwarding", form | wrong)).status_code == 422
    assert (await marta.post(f"/c/{ana}/forwarding", form | {"message": ["999"]})).status_code == 404
    assert (await marta.get(f"/c/{ana}/forwarding?message=999")).status_code == 404
