"""Keys press what they promise: each default, on a Brazilian keyboard too, and what an attendant chose instead."""

import asyncio
import re
import time
from typing import Any

from playwright.async_api import Page, Route, expect

from app.keyboard.combinations import announced
from app.keyboard.commands import BY_NAME, COMMANDS, Place
from tests.actors import Desk, WhatsApp
from tests.browser.actors import Browsers, Tab
from tests.people import ANA, BRUNO

# One button for each command in place of the page's own, in a menu that is open; what is pressed is written down.
STAND_INS = """(names) => {
  for (const own of document.querySelectorAll("[data-command]")) own.removeAttribute("data-command")
  const menu = Object.assign(document.createElement("div"), { popover: "manual" })
  menu.append(...names.map((name) => Object.assign(document.createElement("button"), { textContent: name })))
  for (const button of menu.children) {
    button.dataset.command = button.textContent
    button.addEventListener("click", () => { window.pressed.push(button.textContent) })
  }
  document.body.append(menu)
  menu.showPopover()
  window.pressed = []
}"""
TYPE = """(told) => {
  const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...told })
  document.activeElement.dispatchEvent(event)
  return event.defaultPrevented
}"""


async def at_anas(browsers: Browsers, whatsapp: WhatsApp) -> Tab:
    await whatsapp.says(BRUNO, "Bom dia")
    await whatsapp.says(ANA, "Oi")
    ana = await browsers.desk.marta.conversation_with(ANA.name)
    tab = await (await browsers.of()).tab(f"/c/{ana}")
    await tab.receives()
    return tab


async def pressed(page: Page) -> list[str]:
    return list(await page.evaluate("window.pressed.splice(0)"))


async def test_each_combination_presses_its_command_also_on_a_brazilian_keyboard_and_where_it_was_changed(
    browsers: Browsers, whatsapp: WhatsApp, desk: Desk
) -> None:
    tab = await at_anas(browsers, whatsapp)
    page = tab.page
    record = page.locator('[data-command="record"]')
    await expect(record).to_have_attribute("aria-keyshortcuts", announced(BY_NAME["record"].keys[0]))
    await page.evaluate(STAND_INS, [command.name for command in COMMANDS if command.place is not Place.MOVE])

    on_escape = [command.name for command in COMMANDS if "Escape" in command.keys]
    for command in COMMANDS:
        where = tab.text_box if command.place is Place.TEXT else tab.thread
        await where.focus()
        for keys in command.keys if command.place is not Place.MOVE else ():
            await page.keyboard.press(keys)
            expected = on_escape[0] if keys == "Escape" else command.name
            assert await pressed(page) == [expected], keys

    async def types(**told: Any) -> list[str]:
        prevented = await page.evaluate(TYPE, told)
        found = await pressed(page)
        assert prevented is bool(found)
        return found

    held = {"ctrlKey": True, "altKey": True}
    assert await types(key="/", code="IntlRo", **held) == ["search"]  # where "/" is on ABNT2
    assert await types(key="e", code="KeyE", **held) == ["emoji"]
    assert await types(key="°", code="KeyE", modifierAltGraph=True, **held) == []  # AltGr+E writes a degree
    assert await types(key="?", code="KeyW", modifierAltGraph=True, **held) == ["shortcuts"]
    assert await types(key="e", code="KeyE", isComposing=True, **held) == []
    await tab.text_box.focus()
    assert await types(key="?", code="Slash", shiftKey=True) == []  # a question is being written
    assert await types(key="e", code="KeyE", **held) == ["emoji"]

    answer = await desk.marta.post("/settings/shortcuts", {"command": "pin", "keys": "ctrl+alt+9"})
    assert answer.status_code == 200
    await expect(page.locator("#app")).to_have_attribute("data-shortcuts", re.compile("Digit9"))
    await page.evaluate(STAND_INS, ["pin"])
    await page.keyboard.press("Control+Alt+Digit9")
    assert await pressed(page) == ["pin"]
    await page.keyboard.press(BY_NAME["pin"].keys[0])
    assert await pressed(page) == []


async def test_arrows_go_through_list_thread_and_menus_and_the_focus_survives_what_arrives(
    browsers: Browsers, whatsapp: WhatsApp, desk: Desk
) -> None:
    tab = await at_anas(browsers, whatsapp)
    keys = tab.page.keyboard
    for text in ("um", "dois", "três"):
        await tab.send(text)
    focused = tab.page.locator(":focus")

    await keys.press("F6")  # from the text round to the list
    await expect(tab.row(ANA).locator(".row__link")).to_be_focused()
    await keys.press("ArrowDown")
    await expect(tab.row(BRUNO).locator(".row__link")).to_be_focused()
    assert await tab.page.locator("#conversation-list a[tabindex='0']").count() == 1
    bruno = await tab.row(BRUNO).get_attribute("data-conversation") or ""
    await whatsapp.says(BRUNO, "Outra coisa", at=time.time() + 1)  # his row moves to the top
    await expect(tab.rows.first).to_have_attribute("data-conversation", bruno)
    await expect(tab.row(BRUNO).locator(".row__link")).to_be_focused()
    await keys.press("End")
    await expect(tab.row(ANA).locator(".row__link")).to_be_focused()

    await keys.press("F6")
    await expect(tab.bubble("três")).to_be_focused()
    await keys.press("ArrowUp")
    await keys.press("Home")
    await expect(tab.bubble("Oi")).to_be_focused()
    message = await tab.bubble("Oi").get_attribute("data-message")
    conversation = await tab.thread.get_attribute("data-thread")
    await desk.marta.post(f"/c/{conversation}/messages/{message}/reaction", {"emoji": "👍"})
    await expect(tab.bubble("Oi").locator(".reactions")).to_have_text("👍")
    await expect(tab.bubble("Oi")).to_be_focused()
    await keys.press("ArrowDown")
    await expect(tab.bubble("um")).to_be_focused()
    await keys.press("ArrowUp")
    await keys.press("Enter")
    await expect(tab.page.locator("#message-menu")).to_be_visible()
    await expect(focused).to_have_text("👍")
    await keys.press("End")
    await expect(tab.page.locator("#message-menu").get_by_role("button").last).to_be_focused()
    await keys.press("Escape")
    await expect(tab.bubble("Oi")).to_be_focused()
    await keys.press("Shift+F10")
    await expect(tab.page.locator("#message-menu")).to_be_visible()
    await keys.press("Escape")

    await keys.press("Alt+R")
    await expect(tab.page.locator("#composer-quote")).to_contain_text("Oi")
    await expect(tab.text_box).to_be_focused()
    await keys.press("Alt+I")
    await expect(tab.page.locator("#drawer")).to_be_visible()
    await keys.press("Escape")  # step by step: the quote, the drawer, the conversation
    await expect(tab.page.locator("#composer-quote")).to_be_empty()
    await keys.press("Escape")
    await expect(tab.page.locator("#drawer")).to_be_hidden()
    await keys.press("Control+Alt+Shift+BracketRight")
    await expect(tab.page.locator(".header__name")).to_have_text(BRUNO.name)
    await keys.press("Control+Slash")
    await expect(tab.page.locator("#help")).to_contain_text("Alt+K")
    await keys.press("Escape")
    await expect(tab.page.locator("#help")).to_be_hidden()
    await expect(tab.page.locator(".header__name")).to_have_text(BRUNO.name)


async def test_a_rows_command_is_done_also_where_the_row_changes_while_its_menu_is_on_its_way(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    asked, changed = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        asked.set()
        await changed.wait()
        await route.continue_()

    await tab.page.route("**/menu", late)
    await tab.page.keyboard.press("Control+Alt+Shift+KeyE")
    await asked.wait()
    await whatsapp.says(ANA, "Mais uma coisa")
    await expect(tab.row(ANA)).to_contain_text("Mais uma coisa")
    changed.set()
    await expect(tab.row(ANA)).to_have_count(0)


async def test_the_palette_finds_actions_and_conversations_by_their_names_and_puts_the_last_used_first(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    keys, box = tab.page.keyboard, tab.page.locator("#palette-text")
    chosen = tab.page.locator("#palette [aria-selected=true]")

    await keys.press("Alt+K")
    await expect(box).to_be_focused()
    await keys.type("configuracoes")
    await expect(chosen).to_contain_text("Configurações")
    await box.fill("assu")
    await expect(chosen).to_contain_text("Assumir")
    await expect(box).to_have_attribute("aria-activedescendant", "palette-take")
    await box.fill("xyzzy")
    await expect(tab.page.locator("#palette [role=status]")).to_have_text("Nada tem esse nome.")
    await keys.press("Escape")
    await expect(tab.text_box).to_be_focused()

    await keys.press("Alt+K")
    await expect(box).to_be_focused()
    await keys.type("assumir")
    await expect(chosen).to_have_attribute("data-presses", "take")
    await keys.press("Enter")
    await expect(tab.thread).to_have_attribute("data-mode", "person")
    await keys.press("Alt+K")
    await expect(box).to_be_focused()
    await keys.type("0102")  # the end of his number; Enter need not wait for the answer
    await keys.press("Enter")
    await expect(tab.page.locator(".header__name")).to_have_text(BRUNO.name)
    await keys.press("Alt+K")
    await expect(tab.page.locator("#palette-recent [role=option]")).to_have_text(["Assumir Ctrl+Alt+Shift+T"])
    await expect(chosen).to_have_attribute("data-presses", "take")
    await keys.press("ArrowDown")
    await expect(chosen).to_contain_text(ANA.name)


async def test_a_dialog_gives_the_focus_back_to_the_row_or_message_it_was_opened_from(
    browsers: Browsers, whatsapp: WhatsApp, desk: Desk
) -> None:
    await desk.marta.post("/labels", {"name": "Entrega", "colour": "teal"})
    tab = await at_anas(browsers, whatsapp)
    page, keys = tab.page, tab.page.keyboard
    sheet, palette, link = (
        page.locator("#sheet"),
        page.locator("#palette"),
        tab.row(BRUNO).locator(".row__link"),
    )
    menu = page.locator("#row-menu")

    for name in ("Etiquetas…", "Atribuir a…"):
        await link.focus()
        await keys.press("Shift+F10")
        await menu.get_by_role("link", name=name).press("Enter")
        await expect(sheet).to_be_visible()
        await keys.press("Escape")
        await expect(sheet).to_be_hidden()
        await expect(link).to_be_focused()

    await keys.press("Shift+F10")
    await menu.get_by_role("link", name="Atribuir a…").press("Enter")
    await sheet.get_by_role("searchbox").press("Enter")  # the first: herself
    await expect(sheet).to_be_hidden()
    await expect(tab.row(BRUNO).locator(".row__assignee")).to_be_visible()
    await expect(link).to_be_focused()

    for where in (link, tab.bubble("Oi")):
        for opening, dialog in (("Alt+KeyK", palette), ("Control+Slash", page.locator("#help"))):
            await where.focus()
            await keys.press(opening)
            await expect(dialog).to_be_visible()
            await keys.press("Escape")
            await expect(dialog).to_be_hidden()
            await expect(where).to_be_focused()

    await link.focus()
    await keys.press("Alt+KeyK")
    await expect(page.locator("#palette-text")).to_be_focused()
    await keys.type("Etiqueta")
    await keys.press("Enter")
    await expect(sheet).to_be_visible()
    await keys.press("Escape")
    await expect(link).to_be_focused()


async def test_the_menu_of_the_open_conversation_begins_a_selection_with_nothing_chosen(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    page, menu = tab.page, tab.page.locator("#conversation-menu")
    await page.locator(".header__more").press("Enter")
    await menu.get_by_role("link", name="Pesquisar na conversa").press("Enter")
    await expect(page.locator("#thread-search-words")).to_be_focused()
    await page.locator(".header__more").press("Enter")
    await menu.get_by_role("button", name="Selecionar mensagens").press("Enter")
    await expect(menu).to_be_hidden()
    count = page.locator(".selection__count")
    await expect(count).to_have_text("Selecionadas: 0")
    await expect(page.locator(".selection").get_by_role("button", name="Encaminhar")).to_be_disabled()
    box = tab.bubble("Oi").get_by_role("checkbox")
    await expect(box).to_be_focused()
    await box.press("Space")
    await expect(count).to_have_text("Selecionadas: 1")
