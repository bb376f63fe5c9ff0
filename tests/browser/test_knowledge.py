"""Knowledge in a real browser: written, looked at, published, brought in by files, deleted and brought back."""

from playwright.async_api import FilePayload, expect

from tests.browser.actors import Browsers
from tests.knowledge.made import pdf
from tests.knowledge.test_importing import FAQ, WORD

FILES: list[FilePayload] = [
    {"name": "trocas.docx", "mimeType": "application/octet-stream", "buffer": WORD},
    {"name": "perguntas.csv", "mimeType": "text/csv", "buffer": FAQ.encode()},
    {"name": "tabela.pdf", "mimeType": "application/pdf", "buffer": pdf("Frete: R$ 12")},
]


async def test_an_article_is_written_looked_at_and_published_without_a_mouse(browsers: Browsers) -> None:
    tab = await (await browsers.of()).tab("/")
    page = tab.page
    await page.get_by_role("link", name="Conhecimento").click()
    await page.get_by_role("link", name="Escrever o primeiro artigo").click()
    await page.get_by_label("Título: o que").fill("Frete")
    await page.get_by_label("O que Claude pode dizer").fill("Custa **R$ 12**.")
    await page.get_by_role("button", name="Pré-visualização").press("Enter")
    await expect(page.locator("#preview strong")).to_have_text("R$ 12")
    await expect(page.get_by_label("Título: o que")).to_have_value("Frete")
    await page.get_by_role("button", name="Publicar").press("Enter")
    await expect(page.get_by_text("Publicado: Claude responde com ele.")).to_be_visible()
    await expect(page.locator(".prose strong")).to_have_text("R$ 12")


async def test_three_files_become_drafts_that_one_button_publishes(browsers: Browsers) -> None:
    tab = await (await browsers.of()).tab("/knowledge/import")
    page = tab.page
    await page.locator("input[type=file]").set_input_files(FILES)
    await page.locator("[data-action='import']").click()
    await expect(page.locator("[data-outcome='kept']")).to_have_count(3)
    await page.get_by_role("button", name="Publicar todos").click()
    await expect(page.locator("[data-article]")).to_have_count(4)
    await expect(page.locator(".knowledge__draft")).to_have_count(0)
    await page.get_by_label("Buscar nos artigos").fill("sabado")
    await page.get_by_label("Buscar nos artigos").press("Enter")
    await expect(page.locator("[data-article]")).to_have_count(1)


async def test_what_was_deleted_is_brought_back_by_one_button(browsers: Browsers) -> None:
    tab = await (await browsers.of()).tab("/knowledge/new")
    page = tab.page
    await page.get_by_label("Título: o que").fill("Frete")
    await page.get_by_label("O que Claude pode dizer").fill("R$ 12")
    await page.get_by_role("button", name="Salvar como rascunho").click()
    await page.get_by_role("button", name="Apagar").click()
    await expect(page.get_by_text("“Frete” foi apagado")).to_be_visible()
    await page.get_by_role("button", name="Desfazer").click()
    await expect(page.get_by_role("heading", name="Frete")).to_be_visible()
    await expect(page.get_by_text("Rascunho: Claude não o lê.")).to_be_visible()
