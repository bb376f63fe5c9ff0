"""The log holds ids and kinds: no text, name, phone number, token or password, at any level and on any way in."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from app.db import database
from app.logs import configure_logs
from tests.actors import Desk, WhatsApp, running_desk, within
from tests.clocks import moving_clock
from tests.people import Attendant, Customer
from tests.whatsapp.bodies import change, contact, text, webhook
from tests.whatsapp.test_webhook_outages import fill_the_disk, locked_by_another_program, pages_allowed

TEXT, NAME, PHONE, BSUID = "canario-do-texto", "Canário do Nome", "5511977665544", "BR.777canario777"
TOKEN, PASSWORD, EMAIL = "canario-do-token", "canario-da-senha-2026", "canario@example.com"
ODD_TEXT = "canario-esquisito"
CANARIES = (TEXT, NAME, "Can\\u00e1rio", PHONE, PHONE[2:], BSUID, TOKEN, PASSWORD, EMAIL, ODD_TEXT, "canario")
WHO = Customer(NAME, wa_id=PHONE, bsuid=BSUID)
CARLA = Attendant(NAME, EMAIL, "attendant", PASSWORD)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, at DEBUG, as it would be printed; the test's own log is put back afterwards."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    printed = io.StringIO()
    configure_logs("DEBUG")
    for handler in root.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(printed)
    yield printed
    root.handlers[:] = before
    root.setLevel(level)


def assert_silent(log: io.StringIO) -> None:
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert len(lines) > 5
    for line in lines:
        written = json.dumps(line, ensure_ascii=False)
        assert not [canary for canary in CANARIES if canary in written], written[:2000]


async def people_come_and_talk(desk: Desk) -> int:
    """Customers and attendants by every door, rightly and wrongly; gives the conversation."""
    whatsapp: WhatsApp = desk.whatsapp
    await whatsapp.says(WHO, TEXT)
    carla = await desk.attendant(CARLA)
    conversation = await carla.conversation_with(NAME)
    await carla.http.post("/sign-in", data={"email": EMAIL, "password": PASSWORD + "x"})
    await carla.http.get(f"/c/{conversation}?q={TEXT}", headers={"Cookie": f"recado={TOKEN}"})
    await carla.post(f"/c/{conversation}/draft", {"text": TEXT})
    await carla.post(f"/c/{conversation}/mode", {"mode": TEXT})
    await carla.post("/settings", {"name": NAME, "locale": TEXT})
    await carla.http.post(f"/c/{conversation}/messages", data={"text": TEXT}, headers={"X-CSRF-Token": TOKEN})
    await carla.reply(conversation, TEXT)
    await carla.reply(conversation, TEXT * 500)
    await whatsapp.echoes(WHO, TEXT)
    await desk.marta.post("/settings/installation", {"instructions": TEXT})
    return conversation


async def test_no_canary_put_in_by_any_door_is_logged(log: io.StringIO, database_url: str) -> None:
    async with running_desk(database_url) as desk:
        with moving_clock() as hand:
            await desk.whatsapp.breaks({"name": "throttle"})
            conversation = await people_come_and_talk(desk)
            hand.move(minutes=2)
            await desk.whatsapp.accepted(at_least=1)
            await desk.whatsapp.breaks("cut", {"kind": "error", "code": 131026})
            for _ in range(2):
                await desk.marta.reply(conversation, TEXT)

            async def settled() -> bool:
                return "queued" not in [bubble.status for bubble in await desk.marta.bubbles(conversation)]

            await within(20, settled, what="the end of the sends")
    assert_silent(log)


async def test_what_cannot_be_used_or_stored_is_logged_without_its_content(
    log: io.StringIO, database_url: str
) -> None:
    async with running_desk(database_url) as desk:
        whatsapp = desk.whatsapp
        odd = [
            text("w1", ODD_TEXT, Customer("")),
            {"id": ODD_TEXT, "from": PHONE, "type": {TEXT: TEXT}},
            ODD_TEXT,
        ]
        good = webhook(change(*odd, text("w2", TEXT, WHO), contacts=[contact(WHO)]))
        for body in (good, b"\xff" + TEXT.encode(), f'{{"{TEXT}": NaN}}'.encode(), [TEXT]):
            assert await whatsapp.posts(body) == 200
        assert await whatsapp.world.courier.post_once(TEXT.encode(), f"sha256={TOKEN}") == 401
        async with locked_by_another_program(database_url):
            assert await whatsapp.posts(good) == 503
        if database().is_sqlite:
            await fill_the_disk()
        big = webhook(change(text("w3", TEXT + "x" * 300_000, WHO), contacts=[contact(WHO)]))
        assert await whatsapp.posts(big) == (503 if database().is_sqlite else 200)
        conversation = await desk.marta.conversation_with(NAME)
        await desk.marta.reply(conversation, TEXT + "y" * 4000)
        if database().is_sqlite:
            await pages_allowed(2**31)
    assert_silent(log)
