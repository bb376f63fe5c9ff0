"""Passages by their words, on both engines: stems, without accents, the rarest words first."""

import pytest

from app.db import reading, transaction
from app.knowledge import articles, postings, retrieval, stems
from app.knowledge.articles import Wanted
from app.knowledge.retrieval import By
from tests.engines import only_on
from tests.hostile.strings import ALL
from tests.knowledge.knowing import found, know

pytestmark = pytest.mark.usefixtures("opened")

HOSTILE = (
    *ALL,
    *(
        'NEAR(a b)" OR *',
        "stems : -^(",
        "a AND",
        '""""',
        "'; DROP TABLE passage; --",
        "&|!:*",
        "\0",
        "\ud800",
        "👩‍👩‍👧",
    ),
)


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("devolucoes", "Devolução"),
        ("DEVOLUÇÃO", "Devolução"),
        ("quero devolver", "Devolução"),
        ("entregam?", "Entregas"),
        ("a entrega", "Entregas"),
    ],
)
async def test_a_word_is_found_in_its_other_forms_and_without_its_accents(
    question: str, article: str
) -> None:
    await know("Devolução", "Aceitamos devoluções em até sete dias. Para devolver, escreva para nós.")
    await know("Entregas", "Entregamos em todo o Brasil.")
    assert await found(question) == [article]


async def test_a_rare_word_says_more_than_two_usual_ones() -> None:
    for place in range(8):
        await know(f"Produto {place}", f"Este produto barato chega em {place} dias.")
    await know("Garantia", "A garantia cobre defeitos por noventa dias e mais nada.")
    assert (await found("produto barato com garantia"))[0] == "Garantia"


async def test_of_two_with_the_same_word_the_shorter_comes_first() -> None:
    await know("Loja", "Há uma garantia. " + " ".join(f"palavra{place}" for place in range(60)))
    await know("Peças", "Há uma garantia.")
    await know("Horário", "Abrimos aos sábados.")
    assert await found("garantia") == ["Peças", "Loja"]


async def test_title_and_heading_count_with_the_text() -> None:
    await know("Estacionamento", "Há vagas atrás da loja.\n\n## Bicicletas\n\nPrenda-as ao portão.")
    async with reading() as session:
        under_title = (await retrieval.search(session, "estacionamento"))[0]
        under_heading = (await retrieval.search(session, "bicicleta"))[0]
    assert (under_title.title, under_heading.heading) == ("Estacionamento", "Bicicletas")
    assert under_heading.by == (By.WORDS,)
    assert under_heading.text == "Prenda-as ao portão."


async def test_nothing_is_found_that_is_no_draft_any_more_or_was_thrown_away() -> None:
    draft = await know("Garantia", "Um ano.", is_published=False)
    assert await found("garantia") == []
    async with transaction() as session:
        await articles.publish(session, [draft], None)
    assert await found("garantia") == ["Garantia"]
    async with transaction() as session:
        await articles.remove(session, draft)
    assert await found("garantia") == []
    async with transaction() as session:
        await articles.bring_back(session, draft)
    assert await found("garantia") == ["Garantia"]
    async with transaction() as session:
        await articles.publish(session, [draft], None, is_published=False)
    assert await found("garantia") == []


async def test_what_an_article_said_before_is_found_no_more() -> None:
    known = await know("Horário", "Abrimos aos sábados.")
    async with transaction() as session:
        await articles.change(session, known, Wanted("Horário", "Abrimos aos domingos."), None)
    assert await found("sábado") == []
    assert await found("domingo") == ["Horário"]


@only_on("postgres")
async def test_lists_that_are_too_many_to_be_held_are_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postings, "MOST_HELD", 1)
    await know("Garantia", "A garantia cobre defeitos.")
    await know("Defeitos", "Com defeito, troque em noventa dias.")
    for _ in range(2):
        assert await found("garantia com defeito") == ["Garantia", "Defeitos"]
        assert await found("noventa") == ["Defeitos"]
    assert postings._held is not None
    assert list(postings._held.lists) == stems.stems("noventa")


async def test_words_that_stand_everywhere_are_looked_for_only_where_there_are_no_others() -> None:
    await know("Quem somos", "Uma loja de Campinas.")
    await know("Trocas", "Quem comprou pode trocar.")
    assert await found("quem pode trocar") == ["Trocas"]
    assert await found("quem somos") == ["Quem somos"]
    assert stems.stems("quem é você") == [stems.stem(word) for word in ("quem", "e", "voce")]


@pytest.mark.parametrize("place", range(len(HOSTILE)))
@pytest.mark.alternating
async def test_no_question_and_no_article_is_read_as_a_command(place: int) -> None:
    hostile = HOSTILE[place]
    await know(f"Frete {hostile}"[:200], f"O frete é grátis. {hostile}")
    assert await found(f"{hostile} frete") != []
    await found(hostile)


async def test_a_megabyte_is_answered_as_its_beginning_is() -> None:
    await know("Frete", "palavra " * 20_000 + "\n\nO frete é grátis.")
    await know("Sem espaços", "x" * 190_000)
    assert "Frete" in await found("frete " + "ã" * 1_000_000)
    assert await found("🙂" * 300_000) == []


async def test_the_best_are_the_same_on_both_engines() -> None:
    told = {
        "Boleto": "O boleto vence em três dias.",
        "Cartão": "Aceitamos cartão de crédito em até dez parcelas sem juros, e débito à vista em qualquer loja.",
        "Pix": "Com pix há desconto: pague pelo código que aparece no fim da compra.",
        "Prazo do boleto": "Depois de pago, o boleto leva dois dias para cair, e a compra segue.",
        "Reembolso": "Compras pagas com boleto voltam por depósito; as com cartão, na fatura.",
        "Loja": "A loja fica no centro.",
    }
    for title, body in told.items():
        await know(title, body)
    assert (await found("boleto vencido"))[0] == "Boleto"
    assert (await found("quantos dias leva o boleto para cair?"))[0] == "Prazo do boleto"
    assert (await found("desconto com pix na compra"))[0] == "Pix"
    assert (await found("fatura do cartão"))[:2] == ["Reembolso", "Cartão"]
    assert (await found("onde fica a loja?"))[:2] == ["Loja", "Cartão"]
