"""axe-core finds nothing: every page, what opens on it, in the three languages; its colours in both themes."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import FilePayload, Page, expect
from sqlalchemy import update
from starlette.routing import Match, Route

from app import clock
from app.accounts.models import User
from app.conversations.handoff import HandoffReason
from app.conversations.handoff_models import Handoff
from app.conversations.models import Conversation
from app.db import transaction
from app.i18n import LOCALES, language_tag
from app.proposing.models import Proposal
from app.routes import routes
from tests.actors import Desk, WhatsApp
from tests.browser.actors import Browsers
from tests.costs.books import booked, call
from tests.people import ANA, BRUNO
from tests.rehearsing.replays import a_replay

Step = Callable[[Page], Awaitable[None]]
EVERYTHING = {"resultTypes": ["violations"]}
COLOURS = EVERYTHING | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
KINDS = ("image", "audio", "document", "location", "contacts", "order", "unsupported", "sticker")


def click(selector: str, shown: str) -> Step:
    async def step(page: Page) -> None:
        await page.locator(selector).first.click()
        await expect(page.locator(shown).first).to_be_visible()

    return step


def pressed(keys: str, shown: str) -> Step:
    async def step(page: Page) -> None:
        await page.locator("body").press(keys)
        await expect(page.locator(shown).first).to_be_visible()

    return step


# What is looked at: the address, and what is opened there ("" for the page as it comes).
PAGES: dict[str, tuple[str, Step | None]] = {
    "the inbox": ("/", None),
    "a conversation": ("/c/1", None),
    "a conversation whose window is closed": ("/c/2", None),
    "a message's menu": ("/c/1", click(".message--in .bubble__menu", "#message-menu button")),
    "the attach menu": ("/c/1", click(".attach", "#attach-menu")),
    "a form of another kind": (
        "/c/1",
        lambda page: opened_kind(page),
    ),
    "who a customer is": ("/c/1/contact", None),
    "photos of a conversation": ("/c/1/shared/media", None),
    "links of a conversation": ("/c/1/shared/links", None),
    "documents of a conversation": ("/c/1/shared/documents", None),
    "a photo over the page": ("/c/1/shared/media", click(".thing", "#viewer .viewer__picture")),
    "search in a conversation": ("/c/1/search?q=oi", None),
    "a message's details": ("/c/1/messages/1/info", None),
    "favourite messages": ("/starred", None),
    "where to forward to": ("/c/1", lambda page: chosen(page, "forward", "#forward")),
    "selecting messages": ("/c/1", lambda page: chosen(page, "select-messages", "#selection")),
    "a row's menu": ("/", lambda page: by_right_click(page)),
    "a conversation's actions": ("/c/1/menu", None),
    "who has it": ("/c/1/assignment", None),
    "whether to block a customer": ("/c/1/blocking", None),
    "the same over the page": ("/c/1", pressed("Control+Shift+B", "#sheet form")),
    "its labels": ("/c/1/labels", None),
    "what Claude can do for an attendant": ("/c/1/consultations", None),
    "a private note": ("/c/1/notes/new", None),
    "a private note, changed": ("/c/1/notes/2", None),
    "the emoji": ("/c/1", pressed("Control+Alt+E", "#emoji-panel [role=gridcell], #emoji-panel button")),
    "found": ("/search?q=oi", None),
    "the palette": ("/", pressed("Alt+K", "#palette .palette__entry")),
    "the help for the keyboard": ("/", pressed("Control+Slash", ".overlay[open]")),
    "the settings": ("/settings", None),
    "the keyboard's settings": ("/settings/shortcuts", None),
    "the numbers": ("/settings/numbers", None),
    "the opening hours": ("/settings/opening-hours", None),
    "the journal": ("/settings/journal", None),
    "a journal's entry": ("/settings/journal/1", None),
    "the labels": ("/labels", None),
    "Claude's settings": ("/claude", None),
    "how well Claude does": ("/claude/quality?days=90", None),
    "the playground": ("/claude/playground", None),
    "the replays": ("/claude/replay", None),
    "a replay": ("/claude/replay/1", click(".replay__tried > summary", ".replay__about")),
    "a replay under way": ("/claude/replay/2", None),
    "the connectors": ("/settings/connectors", None),
    "a new connector": ("/settings/connectors/new", None),
    "a connector": ("/settings/connectors/1", None),
    "the costs": ("/costs", None),
    "the prices": ("/costs/prices", click(".price__title", ".price__form")),
    "the templates": ("/templates", None),
    "the choice of a template": ("/c/1/templates", None),
    "a template's fields": ("/c/1/templates/1", None),
    "a new conversation": ("/conversations/new", None),
    "a contact": ("/contacts/1", None),
    "the quick replies": ("/quick-replies", None),
    "the choice of a quick reply": ("/c/1/quick-replies", None),
    "a new quick reply": ("/quick-replies/new", None),
    "a quick reply": ("/quick-replies/1", None),
    "the chats with Claude": ("/assistant", None),
    "a chat with Claude": ("/assistant/1", None),
    "a chat's name and model": ("/assistant/1/edit", None),
    "the knowledge": ("/knowledge", None),
    "a new article": ("/knowledge/new", None),
    "what Claude could not answer": ("/knowledge/unanswered", None),
    "the import": ("/knowledge/import", None),
    "what became of a file": ("/knowledge/import", lambda page: imported(page)),
    "an article": ("/knowledge/1", click(".knowledge__passages > summary", ".knowledge__passage")),
    "an article, changed": ("/knowledge/1/edit", click("[data-action='preview']", "#preview .prose")),
    "the page without a connection": ("/offline", None),
    "a page that is not there": ("/c/999", None),
    "the simulator": ("/simulator", None),
}


# Addresses that are no pages, or whose page is one of those above.
ELSEWHERE = {
    "conversations", "messages", "composer-kind", "message-menu", "viewer", "quote", "unread-bar", "media",
    "media-preview", "palette", "colleagues", "forwarding", "call", "quick-reply-file", "live", "poll", "probe", "webhook",
    "sign-in", "first-run", "healthz", "readyz", "favicon", "service_worker",
}  # fmt: skip


def test_every_page_is_looked_at() -> None:
    addresses = [path.partition("?")[0] for path, _ in PAGES.values()]
    asked = [{"type": "http", "path": path, "method": "GET", "headers": []} for path in addresses]
    for route in routes():
        if isinstance(route, Route) and "GET" in (route.methods or ()) and route.name not in ELSEWHERE:
            assert any(route.matches(one)[0] is Match.FULL for one in asked), route.name


async def imported(page: Page) -> None:
    files: list[FilePayload] = [
        {"name": "frete.txt", "mimeType": "text/plain", "buffer": b"R$ 12"},
        {"name": "nada.txt", "mimeType": "text/plain", "buffer": b""},
    ]
    await page.locator("input[name='files']").set_input_files(files)
    await click("[data-action='import']", ".knowledge__outcome--fault")(page)


async def by_right_click(page: Page) -> None:
    await page.locator("#conversation-list a").first.click(button="right")
    await expect(page.locator("#row-menu button").first).to_be_visible()


async def chosen(page: Page, command: str, shown: str) -> None:
    await click(".message--in .bubble__menu", "#message-menu button")(page)
    await click(f"#message-menu [data-command='{command}']", shown)(page)


async def opened_kind(page: Page) -> None:
    await click(".attach", "#attach-menu")(page)
    await click("[hx-get$='/composer/list']", "#kind-sheet form")(page)


async def violations(page: Page, options: dict[str, Any]) -> list[str]:
    found = (await Axe().run(page, options=options)).response["violations"]
    return [
        f"{one['id']}: {node['target'][0]} {json.dumps(node['any'][:1] or node['all'][:1])[:300]}"
        for one in found
        for node in one["nodes"]
    ]


async def looked_at(page: Page, name: str, locale: str) -> dict[str, list[str]]:
    """What is wrong with it, by its name and theme. The dark one has other colours, the same in every language."""
    found = {}
    for theme, options in (("light", EVERYTHING), ("dark", COLOURS))[: 2 if locale == LOCALES[0] else 1]:
        await page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        if wrong := await violations(page, options):
            found[f"{name}, {theme}"] = wrong
    return found


async def a_desk_with_everything(desk: Desk, whatsapp: WhatsApp) -> None:
    """Ana sent one of each kind and was answered; Bruno wrote long ago."""
    await whatsapp.says(ANA, "Oi! Vi o vaso *azul* em https://example.com/vaso")
    await desk.marta.post("/c/1/notes", {"text": "Cliente antiga"})
    for kind in KINDS:
        await whatsapp.control("POST", "/messages", customer=ANA.name, type=kind)
    await whatsapp.says(BRUNO, "Vocês abrem no sábado?")
    await whatsapp.control("GET", "/idle")
    [first, *_] = await desk.marta.bubbles(1)
    await desk.marta.sends(1, {"text": "Custa R$ 89,00", "reply_to": str(first.id)})
    await desk.marta.sends(1, {"kind": "buttons", "text": "Confirma?", "button": ["Sim", "Não"]})
    await desk.marta.post(f"/c/1/messages/{first.id}/reaction", {"emoji": "👍"})
    await desk.marta.post("/c/1/stars", {"message": str(first.id), "on": "on"})
    await desk.marta.post("/assistant", {"text": "O que diz a base?"})
    await desk.marta.post("/quick-replies", {"shortcut": "horario", "text": "Abrimos às 9h"})
    await desk.marta.post(
        "/knowledge", {"title": "Frete", "body": "# Quanto custa\n\nR$ 12, [veja](https://example.com)."}
    )
    await desk.marta.post("/templates/sync", {})
    argument = {"argument-0-name": "order", "argument-0-description": "O número do pedido."}
    where = {"url": "https://loja.example/{{order}}", "method": "GET", "timeout_seconds": "5"}
    about = {"name": "order_status", "description": "Onde está um pedido.", "new_headers": "X-Key: a"}
    await desk.marta.post("/settings/connectors", about | where | argument)
    await booked(call(), conversation=1)
    await a_replay()
    async with transaction() as session:
        await session.execute(update(Conversation).where(Conversation.id == 2).values(window_until=None))
        asked = {
            "reason": HandoffReason.NO_INFORMATION,
            "summary": "Se abre no sábado.",
            "created_at": clock.now(),
        }
        handoff = Handoff(conversation_id=2, settled_at=clock.now(), **asked)
        session.add(handoff)
        await session.flush()
        said = {"outcome": "new", "title": "Abrem no sábado?", "body": "Sim, das **9h** às 13h."}
        session.add(Proposal(handoff_id=handoff.id, state="ready", asked_at=clock.now(), **said))


@pytest.mark.parametrize("locale", LOCALES)
async def test_axe_finds_nothing_on_any_page_in_any_language_or_theme(
    desk: Desk, browsers: Browsers, whatsapp: WhatsApp, locale: str
) -> None:
    await a_desk_with_everything(desk, whatsapp)
    async with transaction() as session:
        await session.execute(update(User).values(locale=locale))
    browser = await browsers.of(reduced_motion="reduce")
    browser.expects("404")
    tab = await browser.tab("/c/1")
    await tab.receives()
    await tab.page.evaluate("document.body.append(document.createElement('img'))")
    assert await violations(tab.page, EVERYTHING), "the instrument sees"
    found: dict[str, list[str]] = {}
    for name, (path, opened) in PAGES.items():
        await tab.visits(browser.address + path)
        if opened is not None:
            await opened(tab.page)
        found |= await looked_at(tab.page, name, locale)
    stranger = await browsers.chromium.new_context(locale=language_tag(locale))
    page = await stranger.new_page()
    await page.goto(browser.address + "/sign-in")
    await expect(page.locator("html")).to_have_attribute("lang", language_tag(locale))
    found |= await looked_at(page, "signing in", locale)
    await stranger.close()
    assert found == {}
