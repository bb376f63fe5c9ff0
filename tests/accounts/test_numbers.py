"""A number that WhatsApp stops: everybody sees it at once, an admin lets it go on."""

from tests.actors import Desk, within
from tests.people import ANA, PAULO


async def test_a_stopped_number_is_told_of_live_and_goes_on_at_an_admins_word(desk: Desk) -> None:
    marta, whatsapp = desk.marta, desk.whatsapp
    paulo = await desk.attendant(PAULO)
    await whatsapp.says(ANA, "Oi")
    conversation = await marta.conversation_with(ANA.name)
    page = (await marta.open("/")).text
    assert "/settings/numbers" not in page
    cursor = page.split('data-cursor="')[1].split('"')[0]
    await whatsapp.breaks("token_expired")
    await marta.reply(conversation, "Olá")

    async def news() -> str:
        answer = await marta.http.get("/live/poll", params={"c": cursor, "t": "inbox", "w": "0"})
        return answer.text if "stopped-numbers" in answer.text else ""

    told = await within(10, news, what="the banner")
    assert "Peça a um administrador que renove o token." in told
    assert "/settings/numbers" in told
    seen = (await paulo.open("/")).text
    assert "Peça a um administrador que renove o token." in seen
    assert "/settings/numbers" not in seen
    assert (await paulo.open("/settings/numbers")).status_code == 403

    await marta.reply(conversation, "Espera")
    settings = (await marta.open("/settings/numbers")).text
    assert 'data-state="stopped"' in settings
    number = settings.split('data-number="')[1].split('"')[0]
    assert (await paulo.post(f"/settings/numbers/{number}/tries")).status_code == 403
    assert await whatsapp.accepted() == []
    await marta.post(f"/settings/numbers/{number}/tries", htmx=False)
    await whatsapp.accepted(at_least=1)

    async def over() -> bool:
        return "Peça a um administrador" not in (await marta.open("/")).text

    await within(10, over, what="the banner's end")


async def test_trouble_told_by_a_webhook_alone_stops_the_number(desk: Desk) -> None:
    await desk.whatsapp.says(ANA, "Oi")
    await desk.whatsapp.control("POST", "/account-errors", code=131031)
    await desk.whatsapp.control("GET", "/idle")

    async def is_stopped() -> bool:
        return 'data-state="stopped"' in (await desk.marta.open("/settings/numbers")).text

    await within(10, is_stopped, what="the stop")
