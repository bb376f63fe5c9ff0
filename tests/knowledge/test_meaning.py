"""Passages by their meaning: with the model that is installed, and with a server of embeddings that also fails."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from app.db import reading, transaction
from app.jobs import Job
from app.knowledge import articles, retrieval, versions
from app.knowledge.articles import Wanted
from app.knowledge.embedders.embedder import choosing
from app.knowledge.embedders.matrix import rows_in
from app.knowledge.embedders.sentence_encoder import SentenceEncoder
from app.knowledge.embedders.server import EmbeddingsServer
from app.knowledge.models import Passage
from app.knowledge.retrieval import By
from app.simulator.config import SimulatorConfig
from app.simulator.embeddings_stage import Embeddings
from app.simulator.serve import running
from tests.clocks import moving_clock
from tests.hostile.strings import ALL
from tests.knowledge.knowing import embedders, found, know, work

pytestmark = pytest.mark.usefixtures("opened")

CONFIG = SimulatorConfig(webhook_url="http://127.0.0.1:1/", app_secret="-", verify_token="-")


@pytest.fixture
async def server() -> AsyncIterator[tuple[Embeddings, str]]:
    """The server's stage and the address of its embeddings."""
    async with running(CONFIG) as (world, address):
        yield world.embeddings, f"{address}/v1/embeddings"


@pytest.fixture
async def stage(server: tuple[Embeddings, str]) -> AsyncIterator[Embeddings]:
    """The same, chosen for this process."""
    stage, url = server
    async with choosing(EmbeddingsServer(url, "nomic", "chave")):
        yield stage


async def job() -> Job | None:
    async with reading() as session:
        return (await session.scalars(select(Job).where(Job.kind == versions.EMBED))).one_or_none()


async def test_what_shares_no_word_with_the_question_is_found_by_its_meaning() -> None:
    await know("Horário", "A loja abre às nove e fecha às dezoito, de segunda a sexta.")
    await know("Trocas", "Aceitamos de volta produtos sem uso durante trinta dias.")
    question = "quero devolver o que comprei"
    assert await found(question) == []
    async with choosing(SentenceEncoder()):
        await work()
        assert (await found(question))[0] == "Trocas"
        async with reading() as session:
            best = (await retrieval.search(session, question))[0]
    assert set(best.by) == {By.MEANING, By.SENTENCE}
    assert await embedders() == {"Horário": "use-multilingual-v3 512", "Trocas": "use-multilingual-v3 512"}


async def test_a_server_is_asked_with_its_model_and_key_and_its_places_are_believed(
    stage: Embeddings,
) -> None:
    await know("Frete", "Entregamos em todo o Brasil.")
    await know("Garantia", "Um ano contra defeitos.")
    await work()
    assert {one["model"] for one in stage.asked} == {"nomic"}
    assert set(stage.keys) == {"Bearer chave"}
    assert (await found("defeitos garantia"))[0] == "Garantia"
    assert (await found("entregamos brasil"))[0] == "Frete"
    assert await job() is None


@pytest.mark.parametrize(
    "answer",
    [
        500,
        401,
        {"data": []},
        {"data": "no list"},
        {"error": "none"},
        {"data": [{"index": 0, "embedding": []}]},
        {"data": [{"index": 0, "embedding": ["a"]}]},
        {"data": [{"index": 0, "embedding": [0.0, 0.0]}]},
        {"data": [{"index": 0, "embedding": [1e39, 1.0]}]},
        {"data": [{"index": 0, "embedding": None}]},
    ],
)
@pytest.mark.alternating
async def test_a_server_that_fails_loses_nothing_and_is_asked_again(
    stage: Embeddings, answer: int | dict[str, object]
) -> None:
    await know("Frete", "Entregamos em todo o Brasil.")
    stage.answers = [answer]
    with moving_clock() as hand:
        await work()
        failed = await job()
        assert failed is not None
        assert failed.error == "EmbedderFailed"
        assert await embedders() == {"Frete": None}
        assert await found("entregas") == ["Frete"]
        hand.move(minutes=1)
        await work()
        assert await job() is None
    assert await embedders() == {"Frete": "nomic 64"}


async def test_vectors_of_another_dimension_in_the_middle_are_refused(stage: Embeddings) -> None:
    await know("Frete", "Entregamos.")
    wrong = {"data": [{"index": place, "embedding": [1.0] * 65} for place in range(3)]}
    right = {"data": [{"index": 0, "embedding": [1.0] * 64}]}
    stage.answers = [right, wrong]  # the second is for the article, its title and its sentence
    await work()
    assert await embedders() == {"Frete": None}


async def test_after_a_change_of_dimension_or_model_everything_is_embedded_anew_and_nothing_is_compared_before(
    server: tuple[Embeddings, str],
) -> None:
    stage, url = server
    await know("Frete", "Entregamos em todo o Brasil.")
    async with choosing(EmbeddingsServer(url, "nomic", "")):
        await work()
        stage.dimension = 32
        async with reading() as session:
            assert (await retrieval.search(session, "entregamos"))[0].by == (By.WORDS,)
        async with transaction() as session:
            await versions.changed(session)
        await work()
        assert await embedders() == {"Frete": "nomic 32"}
        async with reading() as session:
            assert (await retrieval.search(session, "entregamos"))[0].by == tuple(By)
    async with choosing(EmbeddingsServer(url, "outro", "")):
        async with reading() as session:
            assert (await retrieval.search(session, "entregamos"))[0].by == (By.WORDS,)
        async with transaction() as session:
            await versions.changed(session)
        await work()
        assert await embedders() == {"Frete": "outro 32"}


async def test_a_question_that_cannot_be_embedded_is_answered_by_words(stage: Embeddings) -> None:
    await know("Frete", "Entregamos em todo o Brasil.")
    await work()
    stage.answers = [503]
    async with reading() as session:
        assert [one.by for one in await retrieval.search(session, "entregas")] == [(By.WORDS,)]


async def test_what_changes_or_goes_is_compared_as_it_is_now(stage: Embeddings) -> None:
    known = await know("Frete", "Entregamos em todo o Brasil.")
    await work()
    assert await found("cobertura") == ["Frete"]  # the nearest there is
    async with transaction() as session:
        await articles.change(session, known, Wanted("Garantia", "Um ano."), None)
    assert await found("cobertura") == []
    await work()
    assert await found("cobertura") == ["Garantia"]
    async with transaction() as session:
        await articles.remove(session, known)
    assert await found("cobertura") == []


async def test_an_article_that_is_changed_while_it_is_embedded_keeps_no_vector_of_its_old_words() -> None:
    known = await know("Frete", "Entregamos em todo o Brasil.")

    class Overtaken(SentenceEncoder):
        """While it thinks for the first time, somebody writes."""

        is_first = True

        async def embed(self, texts: Sequence[str]) -> Any:
            if len(texts) > 1 and self.is_first:
                self.is_first = False
                async with transaction() as session:
                    await articles.change(session, known, Wanted("Frete", "Não entregamos."), None)
            return await super().embed(texts)

    encoder = Overtaken()
    async with choosing(encoder):
        await work()
        async with reading() as session:
            stored = (await session.scalars(select(Passage.vector))).one()
        new, old = await encoder.embed(["Frete. Não entregamos.", "Frete. Entregamos em todo o Brasil."])
    [kept] = rows_in([stored or b""], len(new))
    assert kept @ new > 0.999 > kept @ old


async def test_a_long_base_is_embedded_in_batches_and_no_text_is_too_long(stage: Embeddings) -> None:
    async with transaction() as session:
        for place in range(70):
            await articles.create(session, Wanted(f"Produto {place}", f"Custa {place} reais."), None)
        await articles.create(session, Wanted("Longo", "palavra " * 20_000), None)
        for hostile in ALL:
            await articles.create(session, Wanted(f"Artigo {hostile}"[:200], f"{hostile} ."), None)
    await work()
    assert set((await embedders()).values()) == {"nomic 64"}
    assert max(len(text) for one in stage.asked for text in one["input"]) <= 2000
    assert (await found("Produto 42"))[0] == "Produto 42"
