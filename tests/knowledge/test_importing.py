"""Files become drafts: each kind, whatever its letters; what cannot be read is told by its name, and hurts nobody."""

import re
from html import unescape
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from app.db import reading
from app.knowledge.files.found import Unreadable, Why
from app.knowledge.models import KnowledgeArticle
from app.knowledge.reading import MOST_BYTES, articles_in
from tests.actors import Browser, Desk
from tests.hostile.pages import anatomy_of
from tests.knowledge.made import BOMB, DEEP, docx, locked_pdf, many_zeros, packed, paragraph, pdf
from tests.knowledge.test_pages import sends, written
from tests.people import PAULO

FAQ = "Pergunta;Resposta;Tema\nQual é o frete?;R$ 12 na cidade.;entrega\nAbrem sábado?;Das 9h às 13h.;horário\n;sem pergunta;\n"
NUMBERED = "<w:numPr><w:ilvl w:val='0'/></w:numPr>"
WORD = docx(
    paragraph("Política da loja", "Ttulo")
    + paragraph("Trocas", "Ttulo1")
    + paragraph("Em até sete dias.")
    + paragraph("com a nota", more=NUMBERED)
    + paragraph("sem uso", more=NUMBERED)
    + "<w:p><w:r><w:t>fica </w:t></w:r><w:del><w:r><w:delText>some</w:delText></w:r></w:del></w:p>"
    + "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Região</w:t></w:r></w:p></w:tc>"
    + "<w:tc><w:p><w:r><w:t>Prazo</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
)


async def brings(browser: Browser, *files: tuple[str, bytes]) -> httpx2.Response:
    fields: Any = [("csrf_token", (None, browser.token))] + [("files", one) for one in files]
    return await browser.http.post("/knowledge/import", files=fields, timeout=60)


def outcomes_in(page: str) -> list[tuple[str, str, str]]:
    """(name, kept or fault, what is said of it) of each file."""
    found = re.findall(
        r'<li class="knowledge__outcome.*?data-outcome="(\w+)".*?<bdi>(.*?)</bdi></p>(.*?)</li>', page, re.S
    )
    return [
        (unescape(name), state, unescape(re.sub(r"<[^>]+>|\s+", " ", words))) for state, name, words in found
    ]


async def kept() -> list[tuple[str, str, bool]]:
    async with reading() as session:
        there = select(KnowledgeArticle).where(KnowledgeArticle.removed_at.is_(None))
        rows = await session.scalars(there.order_by(KnowledgeArticle.id))
        return [(one.title, one.body, one.is_published) for one in rows]


GOOD: dict[str, tuple[bytes, list[tuple[str, str]]]] = {
    "Horário de sábado.txt": ("Das 9h às 13h.".encode(), [("Horário de sábado", "Das 9h às 13h.")]),
    "trocas_e_devolucoes.md": (b"# Trocas\r\n\r\nSete dias.\r\n", [("Trocas", "Sete dias.")]),
    "antigo.txt": ("Promoção à vista".encode("cp1252"), [("antigo", "Promoção à vista")]),
    "bloco de notas.txt": ("Olá ☀".encode("utf-16"), [("bloco de notas", "Olá ☀")]),
    "faq.csv": (FAQ.encode(), [("Qual é o frete?", "R$ 12 na cidade."), ("Abrem sábado?", "Das 9h às 13h.")]),
    "planilha.csv": (FAQ.encode("cp1252"), [("Qual é o frete?", "R$ 12 na cidade."), ("Abrem sábado?", "Das 9h às 13h.")]),
    "english.csv": (b'\xef\xbb\xbfid,Question,Answer\n1,"How, much?","R$ 12\n\nall"\n', [("How, much?", "R$ 12\n\nall")]),
    "politica.docx": (
        WORD,
        [("Política da loja", "# Trocas\n\nEm até sete dias.\n\n- com a nota\n- sem uso\n\nfica\n\nRegião | Prazo")],
    ),
    "tabela.pdf": (pdf("Frete: R$ 12", "Prazo: três dias"), [("tabela", "Frete: R$ 12\n\nPrazo: três dias")]),
    "pagina.html": (b"<title>Loja</title><nav>Menu</nav><h1>Frete</h1><p>R$&nbsp;12", [("Loja", "# Frete\n\nR$ 12")]),
    "sem ending": (b"Texto simples", [("sem ending", "Texto simples")]),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
async def test_what_a_file_says_is_found_in_it(name: str) -> None:
    content, expected = GOOD[name]
    assert [(one.title, one.body) for one in await articles_in(content, name)] == expected


BAD: dict[str, tuple[bytes, set[Why]]] = {
    "vazio.txt": (b"", {Why.EMPTY}),
    "so espacos.md": (b" \n\t ", {Why.EMPTY}),
    "foto.pdf": (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40, {Why.UNKNOWN}),
    "programa.txt": (b"\x7fELF" + b"\0" * 5000, {Why.UNKNOWN}),
    "grande.pdf": (b"%PDF-" + b"a" * (50 * 2**20), {Why.TOO_LARGE}),
    "antigo.doc": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, {Why.OLD_WORD}),
    "cortado.pdf": (pdf("Frete")[:200], {Why.DAMAGED, Why.NO_TEXT}),
    "trancado.pdf": (locked_pdf(), {Why.LOCKED}),
    "escaneado.pdf": (pdf(""), {Why.NO_TEXT}),
    "cobra.pdf": (pdf("x", kids="2 0 R"), {Why.DAMAGED, Why.NO_TEXT, Why.TOO_MUCH}),
    "muitas.pdf": (pdf("x", kids="3 0 R " * 301), {Why.TOO_MANY_PAGES, Why.DAMAGED}),
    "bomba.pdf": (pdf("x", packed_as=many_zeros(1500)), {Why.TOO_MUCH, Why.DAMAGED, Why.NO_TEXT}),
    "planilha.docx": (packed({"xl/workbook.xml": b"<a/>"}), {Why.UNKNOWN}),
    "cortado.docx": (WORD[:-40], {Why.UNKNOWN}),
    "torto.docx": (packed({"word/document.xml": b"<a><b></a>"}), {Why.DAMAGED}),
    "nada.docx": (docx(""), {Why.NO_TEXT}),
    "entidades.docx": (docx(paragraph("&a9;"), before=BOMB), {Why.DAMAGED}),
    "fora.docx": (docx(paragraph("&x;"), before='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), {Why.DAMAGED}),
    "bomba.docx": (packed({"word/document.xml": b" " * (300 * 2**20)}), {Why.TOO_MUCH}),
    "fundo.docx": (docx(DEEP), {Why.DAMAGED, Why.TOO_MUCH}),
    "sem colunas.csv": (b"a;b\n1;2\n", {Why.NO_COLUMNS}),
    "sem respostas.csv": (b"pergunta;resposta\nQual?;\n", {Why.EMPTY}),
    "longo.csv": (b"question,answer\n" + b"a,b\n" * 2001, {Why.TOO_MANY_ROWS}),
    "campo.csv": (b"question,answer\na," + b"b" * 200_000, {Why.DAMAGED}),
    "prosa.txt": (b"a " * 2_000_000, {Why.TOO_MUCH}),
    "aberto.html": (b"<div>" * 200_000 + b"<!--" * 50_000, {Why.NO_TEXT, Why.TOO_MUCH, Why.EMPTY}),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
async def test_what_cannot_be_read_says_why(name: str) -> None:
    content, reasons = BAD[name]
    with pytest.raises(Unreadable) as refused:
        await articles_in(content, name)
    assert refused.value.why in reasons


async def test_several_files_become_drafts_and_each_is_told_by_name(marta: Browser) -> None:
    answer = await brings(
        marta,
        ("frete.txt", b"R$ 12"),
        ("faq.csv", FAQ.encode()),
        ("entidades.docx", BAD["entidades.docx"][0]),
        ("grande.txt", b"a" * (MOST_BYTES + 1)),
        ("vazio.txt", b""),
    )
    assert answer.status_code == 200
    told = outcomes_in(answer.text)
    assert [(name, state) for name, state, _ in told] == [
        ("frete.txt", "kept"),
        ("faq.csv", "kept"),
        ("entidades.docx", "fault"),
        ("grande.txt", "fault"),
        ("vazio.txt", "fault"),
    ]
    assert "2 rascunhos" in told[1][2]
    assert "mais de 20 MB" in told[3][2]
    assert [(title, published) for title, _, published in await kept()] == [
        ("frete", False),
        ("Qual é o frete?", False),
        ("Abrem sábado?", False),
    ]
    ids = re.findall(r'name="articles" value="([\d,]+)"', answer.text)[-1]
    assert (await sends(marta, "/knowledge/publications", articles=ids, on="on")).status_code == 303
    assert all(published for _, _, published in await kept())


async def test_the_same_file_again_is_unchanged_or_offers_to_replace_its_article(marta: Browser) -> None:
    await brings(marta, ("frete.txt", b"R$ 12"))
    await sends(marta, "/knowledge/publications", articles="1", on="on")
    again = await brings(marta, ("frete.txt", b"R$ 12"))
    assert "1 artigo já diz o mesmo" in outcomes_in(again.text)[0][2]
    changed = await brings(marta, ("frete.txt", b"R$ 15"))
    assert "já tinha vindo de lá" in outcomes_in(changed.text)[0][2]
    assert await kept() == [("frete", "R$ 12", True), ("frete", "R$ 15", False)]
    assert "Pôr este no lugar" in (await marta.open("/knowledge/2")).text
    replaced = await sends(marta, "/knowledge/replacements", articles="2")
    assert replaced.headers["location"] == "/knowledge/1"
    assert await kept() == [("frete", "R$ 15", True)]


async def test_of_a_table_only_the_rows_that_changed_are_drafts_and_each_replaces_its_own(
    marta: Browser,
) -> None:
    await brings(marta, ("faq.csv", FAQ.encode()))
    await sends(marta, "/knowledge/publications", articles="1,2", on="on")
    answer = await brings(
        marta, ("faq.csv", FAQ.replace("R$ 12", "R$ 15").encode() + "Têm Pix?;Sim.;\n".encode())
    )
    told = outcomes_in(answer.text)[0][2]
    assert "2 rascunhos" in told
    assert "1 artigo já diz o mesmo" in told
    again = re.findall(r'name="articles" value="([\d,]+)"', answer.text)[0]
    await sends(marta, "/knowledge/replacements", articles=again)
    assert await kept() == [
        ("Qual é o frete?", "R$ 15 na cidade.", True),
        ("Abrem sábado?", "Das 9h às 13h.", True),
        ("Têm Pix?", "Sim.", False),
    ]


async def test_a_table_that_asks_the_same_twice_replaces_in_its_order(marta: Browser) -> None:
    await brings(marta, ("faq.csv", b"question,answer\nFrete?,R$ 12\n"))
    answer = await brings(marta, ("faq.csv", b"question,answer\nFrete?,R$ 13\nFrete?,R$ 14\n"))
    again = re.findall(r'name="articles" value="([\d,]+)"', answer.text)[0]
    assert again == "2,3"
    assert (await sends(marta, "/knowledge/replacements", articles=again)).status_code == 303
    assert await kept() == [("Frete?", "R$ 14", False)]


async def test_a_long_table_is_published_and_replaced_whole(marta: Browser) -> None:
    rows = [f"Pergunta {number}?,Resposta" for number in range(250)]
    for ending, path in (("", "publications"), (" nova", "replacements")):
        table = "\n".join(["question,answer", *(row + ending for row in rows)])
        answer = await brings(marta, ("faq.csv", table.encode()))
        ids = re.findall(r'name="articles" value="([\d,]+)"', answer.text)[0]
        assert (await sends(marta, f"/knowledge/{path}", articles=ids, on="on")).status_code == 303
    assert {(body, published) for _, body, published in await kept()} == {("Resposta nova", True)}
    assert len(await kept()) == 250


NAMES = {
    "../../etc/passwd.txt": "_.._etc_passwd.txt",
    "C:\\Windows\\frete.txt": "frete.txt",
    "frete\u202etxt.exe.txt": "fretetxt.exe.txt",
    "😀 frete.txt": "😀 frete.txt",
    "<img src=x onerror=alert(1)>.txt": "_img src=x onerror=alert(1)_.txt",
    "a" * 300 + ".txt": "a" * 116 + ".txt",
    "...": "Um arquivo sem nome",
}


async def test_a_files_name_is_shown_without_what_could_mislead(marta: Browser) -> None:
    answer = await brings(marta, *((name, f"Texto {number}".encode()) for number, name in enumerate(NAMES)))
    assert [name for name, _, _ in outcomes_in(answer.text)] == list(NAMES.values())
    assert "img" not in anatomy_of(answer.text).tags
    assert len(await kept()) == len(NAMES)


async def test_nothing_chosen_is_told_beside_the_field(marta: Browser) -> None:
    for files in ((), (("", b""),)):
        answer = await brings(marta, *files)
        assert answer.status_code == 422
        assert "Escolha pelo menos um arquivo" in answer.text


async def test_only_those_who_oversee_import_and_replace(desk: Desk) -> None:
    address = await written(desk.marta, "Frete")
    paulo = await desk.attendant(PAULO)
    assert (await paulo.open("/knowledge/import")).status_code == 403
    assert (await brings(paulo, ("frete.txt", b"R$ 1"))).status_code == 403
    assert (await sends(paulo, "/knowledge/replacements", articles=address[-1])).status_code == 403
    assert len(await kept()) == 1


@pytest.mark.parametrize("ids", ["", "x", "1,", "1,2;3", "9" * 19, "-1"])
async def test_ids_that_are_none_change_nothing(marta: Browser, ids: str) -> None:
    await written(marta, "Frete", publish="")
    for path in ("/knowledge/publications", "/knowledge/replacements"):
        assert (await sends(marta, path, articles=ids, on="on")).status_code == 404, path
    assert await kept() == [("Frete", "R$ 12.", False)]
