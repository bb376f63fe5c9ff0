"""Stars, deleting for oneself, a message's details: each attendant's own, and nobody else's (B.8)."""

import re
from typing import Any

from tests.actors import Desk, WhatsApp, within
from tests.people import ANA, PAULO


async def test_a_star_is_ones_own_and_leads_from_the_page_of_favourites_to_its_message(
    desk: Desk, whatsapp: WhatsApp
) -> None:
    marta, paulo = desk.marta, await desk.attendant(PAULO)
    for text in ("um", "dois", "três"):
        await whatsapp.says(ANA, text)
    ids = [one.id for one in await marta.bubbles(1)]
    for message in ids[:2]:
        starred = await marta.post("/c/1/stars", {"message": str(message), "on": "on"})
        assert f'id="message-{message}"' in starred.text
        assert "data-local-starred" in starred.text

    page = (await marta.open("/starred")).text
    assert re.findall(r'href="/c/1\?at=(\d+)"', page) == [str(ids[1]), str(ids[0])]
    assert "dois" in page
    assert ANA.name in page
    assert (await marta.open("/c/1")).text.count("data-local-starred") == 2
    assert "data-local-starred" not in (await paulo.open("/c/1")).text
    assert "/c/1?at=" not in (await paulo.open("/starred")).text

    taken = await marta.post("/c/1/stars", {"message": str(ids[1]), "next": "/starred"}, htmx=False)
    assert (taken.status_code, taken.headers["location"]) == (303, "/starred")
    assert re.findall(r'href="/c/1\?at=(\d+)"', (await marta.open("/starred")).text) == [str(ids[0])]
    for nothing in ({}, {"message": "999", "on": "on"}, {"message": "x"}):
        assert (await marta.post("/c/1/stars", nothing)).status_code == 404
    too_many: dict[str, Any] = {"message": [str(ids[0])] * 101, "on": "on"}
    refused = await marta.post("/c/1/stars", too_many)
    assert (refused.status_code, "no máximo 100" in refused.text) == (422, True)


async def test_delete_for_me_hides_it_from_me_alone_and_can_be_undone(desk: Desk, whatsapp: WhatsApp) -> None:
    marta, paulo = desk.marta, await desk.attendant(PAULO)
    for text in ("um", "dois"):
        await whatsapp.says(ANA, text)
    wanted = (await marta.bubbles(1))[0].id
    await marta.post("/c/1/stars", {"message": str(wanted), "on": "on"})
    gone = await marta.post("/c/1/hidden-messages", {"message": str(wanted), "on": "on"})
    assert 'hx-swap="delete"' in gone.text
    assert "O cliente e seus colegas continuam com ela." in gone.text
    assert [one.text for one in await marta.bubbles(1)] == ["dois"]
    assert [one.text for one in await paulo.bubbles(1)] == ["um", "dois"]
    assert "/c/1?at=" not in (await marta.open("/starred")).text
    for person, hits in ((marta, 0), (paulo, 1)):
        assert (await person.open("/search?q=um")).text.count('href="/c/1?at=') == hits

    back = await marta.post("/c/1/hidden-messages", {"message": str(wanted)})
    assert "data-local-starred" in back.text
    assert [one.text for one in await marta.bubbles(1)] == ["um", "dois"]


async def test_a_messages_details_say_when_each_tick_came_and_what_became_of_every_attempt(
    desk: Desk, whatsapp: WhatsApp
) -> None:
    marta = desk.marta
    await whatsapp.says(ANA, "Oi")
    await whatsapp.breaks("refused")
    await marta.reply(1, "Bom dia")

    async def failed() -> bool:
        return (await marta.bubbles(1))[-1].status == "failed"

    await within(10, failed, what="the refusal")
    sent = (await marta.bubbles(1))[-1].id
    await whatsapp.breaks("no_statuses")
    await marta.post(f"/c/1/messages/{sent}/attempts")
    [accepted] = await whatsapp.accepted(at_least=1)
    await whatsapp.reports(accepted["wamid"], "delivered", "read")

    details = await marta.open(f"/c/1/messages/{sent}/info")
    assert 'data-drawer="message-info"' in details.text
    shown = re.findall(r"<dt>(.*?)</dt><dd>(<time|<span)", details.text)
    assert shown[:3] == [("Lida", "<time"), ("Entregue", "<time"), ("Enviada", "<time")]
    assert details.text.count('class="info__problem"') == 1  # of the first attempt
    alone = await marta.http.get(
        f"/c/1/messages/{sent}/info", headers={"HX-Request": "true", "HX-Target": "aside#drawer"}
    )
    assert alone.text.strip().startswith("<aside")
    asked = (await marta.bubbles(1))[0].id
    assert "Recebida" in (await marta.open(f"/c/1/messages/{asked}/info")).text
    assert (await marta.open("/c/1/messages/999/info")).status_code == 404
