"""Vectors as numpy has them. Imported late: without an embedder numpy is not needed, and it takes its time."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.knowledge.embedders.embedder import EmbedderFailed

Matrix = NDArray[np.float32]


def matrix_of(rows: Sequence[Sequence[Any]], count: int) -> Matrix:
    """One row a text, each of length 1. Raises EmbedderFailed for anything that cannot be compared."""
    try:
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused below
            made = np.asarray(rows, dtype=np.float32)
    except (ValueError, TypeError, OverflowError) as error:
        raise EmbedderFailed("vectors of different lengths, or no numbers") from error
    if made.ndim != 2 or made.shape[0] != count or not made.shape[1]:
        raise EmbedderFailed("not one vector a text")
    with np.errstate(over="ignore"):
        lengths = np.linalg.norm(made, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise EmbedderFailed("a vector without a direction")
    return np.ascontiguousarray(made / lengths, dtype=np.float32)


def rows_in(blobs: Iterable[bytes], dimension: int) -> Matrix:
    """Stored vectors, one behind the other, as rows."""
    return np.frombuffer(b"".join(blobs), dtype=np.float32).reshape(-1, dimension)
