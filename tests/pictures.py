"""Draws the pictures of the docs that show the desk, in light, in dark and on a phone: `python -m tests.pictures`.

Everybody in it is invented, and nothing in it is painted for the picture: a desk runs, customers write by the simulator,
and a browser photographs what an attendant sees.
"""

import asyncio
import io
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.async_api import Browser as Chromium

from app.migrate import migrate
from app.settings import database_address
from tests.actors import Desk, running_desk
from tests.chromium import installed_chromium, running_chromium
from tests.people import ANA, BRUNO, CLARA, PAULO, Customer

WHERE = Path(__file__).resolve().parent.parent / "docs" / "images"
WIDE, PHONE = {"width": 1180, "height": 760}, {"width": 390, "height": 760}
GAP, GROUND = 24, "#8a8f94"
DAY = 24 * 3600
OTHERS = [
    (Customer("Dora Nunes", wa_id="5511900000105"), "Obrigada, chegou tudo direitinho! 🌻"),
    (Customer("Floricultura Aurora", wa_id="5511900000106"), "Segue a tabela de novembro"),
    (Customer("Hélio Prado", wa_id="5511900000107"), "Dá para entregar amanhã cedo?"),
    (Customer("Íris Campos", wa_id="5511900000108"), "Qual é a chave do Pix?"),
    (BRUNO, "Vocês abrem no sábado?"),
    (CLARA, "Perfeito, combinado então"),
]


async def a_morning_in_the_shop(desk: Desk) -> int:
    """What the picture shows; gives the conversation that is open in it."""
    whatsapp, marta, began = desk.whatsapp, desk.marta, time.time() - 1500
    for number, (customer, text) in enumerate(OTHERS):
        await whatsapp.says(customer, text, at=began + number * 60)
    photo = {"customer": ANA.name, "type": "image", "text": "É este aqui, o azul"}
    await whatsapp.says(ANA, "Oi, bom dia! Vocês ainda têm o vaso da vitrine?", at=began + 900)
    await whatsapp.control("POST", "/messages", **photo)
    await whatsapp.control("GET", "/idle")
    ana = await marta.conversation_with(ANA.name)
    [asked, *_] = await marta.bubbles(ana)
    reply = {"text": "Bom dia, Ana! Temos *dois*: um grande e um pequeno.", "reply_to": str(asked.id)}
    await marta.sends(ana, reply)
    await marta.post(f"/c/{ana}/messages/{asked.id}/reaction", {"emoji": "👍"})
    await marta.post(f"/c/{ana}/notes", {"text": "Cliente antiga, dá para fazer 5 %"})
    await whatsapp.control("POST", "/messages", customer=ANA.name, type="audio")
    await whatsapp.says(ANA, "Quero o grande. Entregam em Pinheiros?")
    await whatsapp.control("GET", "/idle")
    colours = {"Entrega": "teal", "Orçamento": "orange"}
    for name, colour in colours.items():
        await marta.post("/labels", {"name": name, "colour": colour})
    await marta.post(f"/c/{ana}/labels", {"put": "1"})
    helio = await marta.conversation_with("Hélio Prado")
    await marta.post(f"/c/{helio}/labels", {"put": "2"})
    await marta.post(f"/c/{ana}/marks", {"mark": "pin"})
    iris = await marta.conversation_with("Íris Campos")
    await marta.post(f"/c/{iris}/marks", {"mark": "mute-8-hours"})
    paulo = await desk.attendant(PAULO)
    await paulo.reply(await marta.conversation_with(BRUNO.name), "Abrimos sim, das 9h às 18h")
    return ana


async def photograph(
    chromium: Chromium, desk: Desk, conversation: int, size: dict[str, int], theme: str
) -> Image.Image:
    context = await chromium.new_context(
        viewport=size,  # type: ignore[arg-type]
        color_scheme=theme,  # type: ignore[arg-type]
        locale="pt-BR",
        device_scale_factor=1,
        has_touch=size == PHONE,
    )
    cookie = {"name": "recado", "value": desk.marta.http.cookies["recado"], "url": desk.address}
    await context.add_cookies([cookie])  # type: ignore[list-item]
    page = await context.new_page()
    await page.goto(f"{desk.address}/c/{conversation}")
    await page.wait_for_selector(
        "#live-status[data-state='live'], #live-status[data-state='polling']", state="attached"
    )
    await page.wait_for_function("() => [...document.images].every(one => one.complete)")
    await page.locator("#alert-permission").evaluate("line => { line.hidden = true }")
    await page.locator("#thread").evaluate("box => { box.scrollTop = box.scrollHeight }")
    picture = await page.screenshot()
    await context.close()
    return Image.open(io.BytesIO(picture)).convert("RGB")


def side_by_side(pictures: list[Image.Image]) -> Image.Image:
    width = sum(picture.width for picture in pictures) + GAP * (len(pictures) + 1)
    sheet = Image.new("RGB", (width, max(picture.height for picture in pictures) + 2 * GAP), GROUND)
    left = GAP
    for picture in pictures:
        sheet.paste(picture, (left, GAP))
        left += picture.width + GAP
    return sheet


async def main() -> None:
    with TemporaryDirectory() as folder:
        url = database_address(f"sqlite:///{Path(folder) / 'recado.db'}")
        await migrate(url)
        async with running_desk(url) as desk, running_chromium(installed_chromium()) as chromium:
            ana = await a_morning_in_the_shop(desk)
            looks = [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light")]
            pictures = [await photograph(chromium, desk, ana, size, theme) for size, theme in looks]
    pictures[0].quantize(256).save(WHERE / "inbox-light.png", optimize=True)
    side_by_side(pictures).quantize(256).save(WHERE / "side-by-side.png", optimize=True)


if __name__ == "__main__":
    asyncio.run(main())
