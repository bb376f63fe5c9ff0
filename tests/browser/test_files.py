"""Files pasted, dropped and chosen: looked at before they go, each a message with its caption, none lost, none sent twice."""

from base64 import b64encode
from io import BytesIO
from typing import Any

from PIL import Image
from playwright.async_api import JSHandle, Locator, Route, expect

from tests.actors import WhatsApp
from tests.browser.actors import LOST, Browsers, Tab
from tests.browser.links import not_through
from tests.people import ANA, BRUNO

PARCEL = """
files => {
  const parcel = new DataTransfer()
  for (const [name, type, data] of files) {
    parcel.items.add(new File([Uint8Array.from(atob(data), (one) => one.charCodeAt(0))], name, { type }))
  }
  return parcel
}
"""
PASTE = """
(box, clipboardData) => box.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))
"""
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
File = tuple[str, str, bytes]


def picture(colour: str, size: tuple[int, int] = (60, 40), kind: str = "PNG") -> bytes:
    into = BytesIO()
    Image.new("RGB", size, colour).save(into, kind)
    return into.getvalue()


PHOTO: File = ("foto.png", "image/png", picture("teal"))
CONTRACT: File = ("contrato.txt", "text/plain", "Cláusula primeira".encode())
PRICES: File = ("preços.csv", "text/csv", b"quarto;450\nsuite;720\n")
DAMAGED: File = ("quebrada.png", "image/png", PHOTO[2][:50])
EMPTY: File = ("vazio.txt", "text/plain", b"")


async def at_anas(browsers: Browsers, whatsapp: WhatsApp) -> Tab:
    await whatsapp.says(ANA, "Oi")
    tab = await (await browsers.of()).tab("/c/1")
    await tab.receives()
    return tab


async def parcel_of(tab: Tab, *files: File) -> JSHandle:
    packed = [[name, kind, b64encode(data).decode()] for name, kind, data in files]
    return await tab.page.evaluate_handle(PARCEL, packed)


async def drop(tab: Tab, *files: File) -> None:
    parcel = await parcel_of(tab, *files)
    await tab.page.dispatch_event("#thread", "dragenter", {"dataTransfer": parcel})
    await expect(tab.page.locator(".drop-here")).to_be_visible()
    await tab.page.dispatch_event("#thread", "drop", {"dataTransfer": parcel})
    await expect(tab.page.locator(".drop-here")).to_be_hidden()


def readings(browsers: Browsers) -> int:
    """How often the browser has told that a conversation was read."""
    return sum(one.url.endswith("/reading") for one in browsers.opened[-1].requests)


def waiting(tab: Tab) -> Locator:
    return tab.page.locator(".outgoing__thumb")


def caption(tab: Tab) -> Locator:
    return tab.page.locator(".outgoing__caption:visible")


async def arrived(whatsapp: WhatsApp, count: int) -> list[tuple[str, dict[str, Any], bytes]]:
    """What WhatsApp accepted: type, the object of that type, and the bytes that it was given before."""
    sent = [one["payload"] for one in await whatsapp.accepted(at_least=count)]
    found = []
    for one in sent:
        about = one[one["type"]]
        file = whatsapp.world.media.find(about["id"])
        assert file is not None
        found.append((one["type"], about, file.data))
    return found


async def test_a_pasted_picture_goes_with_what_was_being_written(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    await tab.text_box.fill("A piscina")
    await tab.text_box.evaluate(PASTE, await parcel_of(tab, PHOTO))
    await expect(caption(tab)).to_have_value("A piscina")
    await expect(caption(tab)).to_be_focused()
    assert await tab.page.locator(".outgoing__preview img").evaluate("one => one.decode().then(() => true)")
    await caption(tab).press("Enter")
    await expect(tab.bubbles).to_have_count(2)
    await expect(tab.text_box).to_have_value("")
    await expect(tab.text_box).to_be_focused()
    [(kind, about, data)] = await arrived(whatsapp, 1)
    assert (kind, about["caption"]) == ("image", "A piscina")
    shown = Image.open(BytesIO(data)).convert("RGB")
    assert (shown.size, shown.getpixel((0, 0))) == ((60, 40), (0, 128, 128))


async def test_dropped_files_go_in_order_each_with_its_caption_and_unchanged_as_documents(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    await drop(tab, EMPTY, CONTRACT, PHOTO)
    for place, words in ((1, "O contrato"), (2, "O quarto")):
        await waiting(tab).nth(place).click()
        await caption(tab).fill(words)
    await tab.page.locator(".outgoing__as:visible input").check()

    await tab.page.locator('[data-outgoing="send"]').click()
    await expect(tab.page.locator(".outgoing__problem:visible")).to_contain_text("vazio")
    await expect(waiting(tab).nth(0)).to_have_attribute("aria-current", "true")
    assert await whatsapp.accepted() == []
    await tab.page.locator(".outgoing__remove:visible").click()
    await tab.page.locator(".outgoing__more input").set_input_files(
        {"name": PRICES[0], "mimeType": PRICES[1], "buffer": PRICES[2]}
    )
    await caption(tab).fill("Os preços")
    await caption(tab).press("Enter")

    await expect(tab.page.locator("#outgoing")).to_be_hidden()
    await expect(tab.bubbles).to_have_count(4)
    sent = await arrived(whatsapp, 3)
    assert [kind for kind, _, _ in sent] == ["document"] * 3
    assert [about["caption"] for _, about, _ in sent] == ["O contrato", "O quarto", "Os preços"]
    assert [data for _, _, data in sent] == [CONTRACT[2], PHOTO[2], PRICES[2]]


@not_through("restarting", reason="the answer is lost on purpose")
async def test_a_file_whose_answer_is_lost_stays_and_is_sent_once_and_a_refused_one_says_why(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    browsers.opened[-1].expects(*LOST, "422")

    async def lose_the_answer(route: Route) -> None:
        assert (await route.fetch()).status == 200
        await route.abort("connectionreset")

    await tab.page.route("**/c/1/messages", lose_the_answer, times=1)
    await drop(tab, PHOTO, DAMAGED)
    problem = tab.page.locator(".outgoing__problem:visible")
    await caption(tab).fill("só uma vez")
    await caption(tab).press("Enter")
    await expect(problem).to_contain_text("sem conexão")
    await expect(waiting(tab)).to_have_count(2)
    await expect(caption(tab)).to_have_value("só uma vez")

    await caption(tab).press("Enter")
    await expect(waiting(tab)).to_have_count(1)
    await expect(problem).to_contain_text("documento")
    await tab.page.locator(".outgoing__as:visible input").check()
    await tab.page.locator('[data-outgoing="send"]').click()
    await expect(tab.page.locator("#outgoing")).to_be_hidden()
    await expect(tab.bubbles).to_have_count(3)
    assert [kind for kind, _, _ in await arrived(whatsapp, 2)] == ["image", "document"]


async def test_escape_gives_the_text_back_and_files_are_not_lost_on_the_way_to_another_conversation(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    await whatsapp.says(BRUNO, "Boa tarde")
    await tab.text_box.fill("meio escrito")
    await drop(tab, PHOTO)
    await expect(caption(tab)).to_have_value("meio escrito")
    await tab.page.keyboard.press("Escape")
    await expect(tab.page.locator("#outgoing")).to_be_hidden()
    await expect(tab.text_box).to_have_value("meio escrito")

    await drop(tab, PHOTO)
    question = tab.page.locator("#discard-unsent")
    await tab.row(BRUNO).locator(".row__link").click()
    await question.locator('[value="keep"]').click()
    await expect(waiting(tab)).to_have_count(1)
    await tab.row(BRUNO).locator(".row__link").click()
    await question.locator('[value="discard"]').click()
    await expect(tab.page.locator(".header__name")).to_have_text(BRUNO.name)
    await expect(waiting(tab)).to_have_count(0)


async def test_what_comes_while_the_files_cover_the_thread_is_read_only_after_them(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    await tab.unread(ANA, 0)
    await drop(tab, PHOTO)
    await expect(tab.thread).to_be_hidden()
    told = readings(browsers)
    await whatsapp.says(ANA, "Ainda está aí?")
    await expect(tab.bubble("Ainda está aí?")).to_be_attached()
    await tab.page.evaluate(TWO_FRAMES)
    assert readings(browsers) == told
    await tab.page.keyboard.press("Escape")
    await tab.unread(ANA, 0)
