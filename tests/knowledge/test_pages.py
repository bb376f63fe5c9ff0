"""The pages of the knowledge base: who reads, who writes, what two writers at once are told, what is brought back."""

import re
from html import unescape

import httpx2
import pytest
from sqlalchemy import select

from app.db import reading
from app.knowledge.models import KnowledgeArticle, Passage
from tests.actors import Browser, Desk
from tests.hostile.strings import ALL, sendable
from tests.people import PAULO, Attendant

SOFIA = Attendant("Sofia Prado", "sofia@example.com", "supervisor")


async def sends(browser: Browser, path: str, **fields: object) -> httpx2.Response:
    """As the form does without a script: multipart, for articles are long."""
    files = {name: (None, str(value)) for name, value in {"csrf_token": browser.token, **fields}.items()}
    return await browser.http.post(path, files=files)


async def written(browser: Browser, title: str, body: str = "R$ 12.", *, publish: str = "on") -> str:
    """The address of a new article."""
    answer = await sends(browser, "/knowledge", title=title, body=body, publish=publish)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def version_in(page: str) -> str:
    return unescape(re.findall(r'name="version" value="([^"]*)"', page)[0])


def titles_in(page: str) -> list[str]:
    return re.findall(r'<li><a class="knowledge__article".*?knowledge__title"[^>]*>(.*?)</span>', page, re.S)


async def test_an_article_is_written_read_and_divided(marta: Browser) -> None:
    empty = (await marta.open("/knowledge")).text
    assert "Ainda não há nada escrito aqui" in empty
    assert 'href="/knowledge/new"' in empty
    address = await written(marta, "Frete", "Custa **R$ 12**.\n\n# Prazo\n\nTrês dias.")
    page = (await marta.open(address)).text
    assert "<strong>R$ 12</strong>" in page
    assert "<h2>Prazo</h2>" in page
    assert "2 trechos" in page
    assert "Publicado" in page
    assert "mudado por marta, Hoje" in page
    assert titles_in((await marta.open("/knowledge")).text) == ["Frete"]


async def test_attendants_read_what_is_published_and_change_nothing(desk: Desk) -> None:
    public, draft = await written(desk.marta, "Frete"), await written(desk.marta, "Trocas", publish="")
    paulo = await desk.attendant(PAULO)
    page = (await paulo.open("/knowledge")).text
    assert titles_in(page) == ["Frete"]
    assert "/knowledge/new" not in page
    assert (await paulo.open(public)).status_code == 200
    assert "removal" not in (await paulo.open(public)).text
    assert (await paulo.open(draft)).status_code == 404
    assert titles_in((await paulo.open("/knowledge?q=trocas")).text) == []
    for path in ("/knowledge/new", f"{public}/edit"):
        assert (await paulo.open(path)).status_code == 403, path
    for path in ("/knowledge", public, f"{public}/removal", f"{public}/return", "/knowledge/preview",
                 "/knowledge/publications"):  # fmt: skip
        assert (await sends(paulo, path, title="x", body="y", articles=1)).status_code == 403, path
    sofia = await desk.attendant(SOFIA)
    assert titles_in((await sofia.open("/knowledge")).text) == ["Frete", "Trocas"]
    assert (await written(sofia, "Pagamento")).startswith("/knowledge/")


async def test_the_search_minds_neither_accents_nor_capitals_and_looks_into_the_text(marta: Browser) -> None:
    await written(marta, "Devolução", "Em até sete dias, com a nota.")
    await written(marta, "Frete", "Grátis acima de R$ 200.")
    for asked, found in (
        ("devolucao", ["Devolução"]),
        ("GRATIS", ["Frete"]),
        ("ate nota", ["Devolução"]),
        ("nada disso", []),
        ("   ", ["Devolução", "Frete"]),
        ("!!!", ["Devolução", "Frete"]),
    ):
        page = (await marta.get(f"/knowledge?q={asked}")).text
        assert titles_in(page) == found, asked
    assert "Nenhum artigo tem “nada disso”" in (await marta.get("/knowledge?q=nada disso")).text


async def test_published_and_withdrawn_again(marta: Browser) -> None:
    address = await written(marta, "Frete", publish="")
    assert "Rascunho" in (await marta.open("/knowledge")).text
    number = address.rpartition("/")[2]
    published = await sends(marta, "/knowledge/publications", articles=number, on="on")
    assert (published.status_code, published.headers["location"]) == (303, address)
    assert "Publicado" in (await marta.open(address)).text
    await sends(marta, "/knowledge/publications", articles=number)
    assert "Rascunho: Claude não o lê" in (await marta.open(address)).text


async def test_saving_leaves_a_draft_a_draft_and_what_is_published_published(marta: Browser) -> None:
    for publish, state in (("", False), ("on", True)):
        address = await written(marta, "Frete", publish=publish)
        version = version_in((await marta.open(f"{address}/edit")).text)
        await sends(marta, address, title="Frete", body="R$ 15.", version=version)
        async with reading() as session:
            article = await session.get_one(KnowledgeArticle, int(address.rpartition("/")[2]))
            assert (article.body, article.is_published) == ("R$ 15.", state)


async def test_of_two_who_edit_the_same_article_the_second_is_told_and_loses_nothing(desk: Desk) -> None:
    address = await written(desk.marta, "Frete", "R$ 12.")
    sofia = await desk.attendant(SOFIA)
    versions = [version_in((await one.open(f"{address}/edit")).text) for one in (desk.marta, sofia)]
    first = await sends(sofia, address, title="Frete", body="R$ 15, diz Sofia.", version=versions[1])
    assert first.status_code == 303
    second = await sends(desk.marta, address, title="Frete", body="R$ 9, diz Marta.", version=versions[0])
    assert second.status_code == 409
    assert "Outra pessoa mudou este artigo" in second.text
    assert "Como Sofia Prado salvou" in second.text
    assert "R$ 15, diz Sofia." in second.text
    assert "R$ 9, diz Marta.</textarea>" in second.text
    knowingly = await sends(
        desk.marta, address, title="Frete", body="R$ 9, diz Marta.", version=version_in(second.text)
    )
    assert knowingly.status_code == 303
    assert "R$ 9, diz Marta." in (await sofia.open(address)).text


async def test_what_was_deleted_while_one_wrote_can_be_saved_anew(desk: Desk) -> None:
    address = await written(desk.marta, "Frete")
    version = version_in((await desk.marta.open(f"{address}/edit")).text)
    await sends(desk.marta, f"{address}/removal")
    late = await sends(desk.marta, address, title="Frete", body="Meu texto longo.", version=version)
    assert late.status_code == 404
    assert "Alguém apagou este artigo" in late.text
    assert "Meu texto longo.</textarea>" in late.text
    assert 'action="/knowledge"' in late.text


async def test_deleting_can_be_undone_at_once_and_for_thirty_days(marta: Browser) -> None:
    address = await written(marta, "Frete")
    gone = await sends(marta, f"{address}/removal")
    page = (await marta.open(gone.headers["location"])).text
    assert "“Frete” foi apagado" in page
    assert titles_in(page) == []
    assert (await marta.open(address)).status_code == 404
    assert "Apagados nos últimos 30 dias" in (await marta.open("/knowledge")).text
    back = await sends(marta, f"{address}/return")
    assert back.headers["location"] == address
    page = (await marta.open("/knowledge")).text
    assert titles_in(page) == ["Frete"]
    assert "Apagados nos últimos" not in page
    async with reading() as session:
        assert list(await session.scalars(select(Passage.article_id)))


WRONG = {
    "no title": ("  ", "R$ 12", "Dê um título"),
    "no text": ("Frete", " \n ", "pelo menos uma frase"),
    "a title too long": ("a" * 201, "R$ 12", "mais longo do que um artigo"),
    "a text too long": ("Frete", "á" * 200_001, "mais longo do que um artigo"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_what_cannot_be_kept_is_told_beside_its_field_and_stays_typed(
    marta: Browser, what: str
) -> None:
    title, body, told = WRONG[what]
    address = await written(marta, "Trocas")
    version = version_in((await marta.open(f"{address}/edit")).text)
    for path in ("/knowledge", address):
        answer = await sends(marta, path, title=title, body=body, version=version)
        assert answer.status_code == 422, path
        assert re.search(rf'role="alert">[^<]*{re.escape(told)}', answer.text), path
        assert body.strip() in unescape(answer.text)


async def test_the_preview_is_a_piece_of_the_page_or_the_whole_form_and_keeps_nothing(marta: Browser) -> None:
    piece = await marta.post("/knowledge/preview", {"title": "Frete", "body": "**R$ 12**"})
    assert piece.text.lstrip().startswith("<section")
    assert "<strong>R$ 12</strong>" in piece.text
    whole = await sends(marta, "/knowledge/preview", title="Frete", body="**R$ 12**", article="")
    assert "<strong>R$ 12</strong>" in whole.text
    assert "**R$ 12**</textarea>" in whole.text
    for wrong in ("999", "x", "9" * 30):
        assert (
            await sends(marta, "/knowledge/preview", title="a", body="b", article=wrong)
        ).status_code == 404
    async with reading() as session:
        assert list(await session.scalars(select(KnowledgeArticle.id))) == []


@pytest.mark.parametrize("wrong", ["0", "-1", "x", "９", "1" * 19, "9" * 18])
async def test_an_address_of_no_article_is_404(marta: Browser, wrong: str) -> None:
    assert (await marta.open(f"/knowledge/{wrong}")).status_code == 404
    assert (await marta.open(f"/knowledge/{wrong}/edit")).status_code == 404
    for path in ("removal", "return"):
        assert (await sends(marta, f"/knowledge/{wrong}/{path}")).status_code == 404


async def test_hostile_words_are_kept_as_they_are_and_do_nothing(marta: Browser) -> None:
    for hostile in [one for one in map(sendable, ALL) if one.strip() and len(one) <= 200][::7]:
        address = await written(marta, hostile, f"Antes {hostile} depois")
        for path in (address, f"{address}/edit", "/knowledge"):
            page = await marta.open(path)
            assert page.status_code == 200, hostile
            assert "<script>alert" not in page.text.lower()
            assert "<img src=x" not in page.text.lower()


async def test_a_hundred_articles_stand_on_a_page_and_the_rest_on_the_next(marta: Browser) -> None:
    for number in range(101):
        await written(marta, f"Pergunta {number:03}")
    page = (await marta.open("/knowledge")).text
    assert len(titles_in(page)) == 100
    rest = unescape(re.findall(r'href="(/knowledge\?[^"]*from=100)"', page)[0])
    assert titles_in((await marta.open(rest)).text) == ["Pergunta 100"]
