"""Draws the pictures of the docs that show the desk, in light, in dark and on a phone: `python -m tests.pictures`.

Everybody in it is invented, and nothing in it is painted for the picture: a desk runs, customers write by the simulator,
and a browser photographs what an attendant sees.
"""

import asyncio
import io
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page

from app.migrate import migrate
from app.settings import database_address
from tests.actors import Desk, running_desk
from tests.chromium import installed_chromium, running_chromium
from tests.knowledge.test_importing import FAQ, brings
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

ARTICLES = {
    "Entrega: quanto custa e quanto demora": "Entregamos em toda a cidade por **R$ 12**; acima de R$ 200 é grátis.\n\n"
    "# Prazo\n\n- Pedidos até as 14h: no mesmo dia\n- Interior: três dias úteis\n\n# Domingos e feriados\n\nNão entregamos.",
    "Formas de pagamento": "Pix, cartão em até três vezes ou dinheiro na entrega.",
    "Trocas": "Em até sete dias, com a nota.",
}


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


async def what_claude_knows(desk: Desk) -> None:
    """Some articles, one of them a draft, and a table of questions."""
    for title, body in ARTICLES.items():
        fields = {"title": title, "body": body, "publish": "" if title == "Trocas" else "on"}
        await desk.marta.post("/knowledge", fields)
    await brings(desk.marta, ("perguntas.csv", FAQ.encode()))


@asynccontextmanager
async def looking_at(
    chromium: Chromium, desk: Desk, path: str, size: dict[str, int], theme: str
) -> AsyncIterator[Page]:
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
    await page.goto(desk.address + path)
    yield page
    await context.close()


def taken(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture)).convert("RGB")


async def photograph(
    chromium: Chromium, desk: Desk, conversation: int, size: dict[str, int], theme: str
) -> Image.Image:
    async with looking_at(chromium, desk, f"/c/{conversation}", size, theme) as page:
        return await photograph_thread(page)


async def photograph_knowledge(chromium: Chromium, desk: Desk) -> Image.Image:
    """The list in light, an article on a phone in dark."""
    async with looking_at(chromium, desk, "/knowledge", WIDE, "light") as page:
        everything = taken(await page.screenshot())
    async with looking_at(chromium, desk, "/knowledge/1", PHONE, "dark") as page:
        await page.locator(".knowledge__passages > summary").click()
        return side_by_side([everything, taken(await page.screenshot())])


async def photograph_chats(chromium: Chromium, desk: Desk) -> Image.Image:
    """A chat with Claude in light, the beginning of a new one on a phone in dark."""
    answer = (
        "Aceitamos trocas em até **30 dias**:\n\n- com a nota\n- sem uso\n\nQuer que eu escreva ao cliente?"
    )
    await desk.whatsapp.control("POST", "/claude/replies", text=answer)
    await desk.marta.post("/assistant", {"text": "Até quando um cliente pode trocar um vaso?"})
    async with looking_at(chromium, desk, "/assistant/1", WIDE, "light") as page:
        await page.wait_for_selector(".exchange[data-state='done']")
        open_one = taken(await page.screenshot())
    async with looking_at(chromium, desk, "/assistant", PHONE, "dark") as page:
        return side_by_side([open_one, taken(await page.screenshot())])


async def photograph_thread(page: Page) -> Image.Image:
    await page.wait_for_selector(
        "#live-status[data-state='live'], #live-status[data-state='polling']", state="attached"
    )
    await page.wait_for_function("() => [...document.images].every(one => one.complete)")
    await page.locator("#alert-permission").evaluate("line => { line.hidden = true }")
    await page.locator("#thread").evaluate("box => { box.scrollTop = box.scrollHeight }")
    return taken(await page.screenshot())


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
            await what_claude_knows(desk)
            knowledge = await photograph_knowledge(chromium, desk)
            chat = await photograph_chats(chromium, desk)
    pictures[0].quantize(256).save(WHERE / "inbox-light.png", optimize=True)
    side_by_side(pictures).quantize(256).save(WHERE / "side-by-side.png", optimize=True)
    knowledge.quantize(256).save(WHERE / "knowledge.png", optimize=True)
    chat.quantize(256).save(WHERE / "chat.png", optimize=True)


if __name__ == "__main__":
    asyncio.run(main())
