"""The texts whose meaning is told as vectors, and the vectors' name: only those of one name may be compared."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.characters import storable
from app.knowledge.embedders.embedder import Embedder
from app.knowledge.sentences import sentences

if TYPE_CHECKING:
    from app.knowledge.embedders.matrix import Matrix

LONGEST = 2000  # characters that an embedder is given
MOST_PARTS = 24  # of one passage


def whole_of(title: str, heading: str, text: str) -> str:
    return readable(". ".join(part for part in (title, heading, text) if part))


def parts_of(title: str, heading: str, text: str) -> list[str]:
    """The title with the heading, and each sentence."""
    named = ". ".join(part for part in (title, heading) if part)
    return [readable(part) for part in (named, *sentences(text))][:MOST_PARTS]


def readable(text: str) -> str:
    return storable(text[:LONGEST])


async def vectors_of(embedder: Embedder, texts: Sequence[str]) -> tuple[str, "Matrix"]:
    """The name, of model and dimension, that these vectors are stored under, and the vectors. Raises EmbedderFailed."""
    vectors = await embedder.embed(texts)
    return f"{embedder.model[:100]} {vectors.shape[1]}", vectors
