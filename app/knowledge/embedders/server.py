"""Any server with OpenAI's `/v1/embeddings`: Ollama, llama.cpp, hosted ones."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import httpx2

from app.knowledge.embedders.embedder import EmbedderFailed
from app.web_addresses import is_loopback
from app.whatsapp.graph import certificates

if TYPE_CHECKING:
    from app.knowledge.embedders.matrix import Matrix

AT_ONCE = 64  # texts in one request
PATIENCE_SECONDS = 30.0


class EmbeddingsServer:
    """One model of one server. `close` ends its connections."""

    def __init__(self, url: str, model: str, key: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self.model = model
        self._url = url
        self._client = httpx2.AsyncClient(
            timeout=patience_seconds,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            trust_env=not is_loopback(url),
            verify=certificates(),
        )

    async def embed(self, texts: Sequence[str]) -> "Matrix":
        rows: list[Any] = []
        for start in range(0, len(texts), AT_ONCE):
            rows += await self._some(texts[start : start + AT_ONCE])
        return await asyncio.to_thread(self._together, rows, len(texts))

    async def close(self) -> None:
        await self._client.aclose()

    async def _some(self, texts: Sequence[str]) -> list[Any]:
        try:
            answer = await self._client.post(self._url, json={"model": self.model, "input": list(texts)})
        except httpx2.HTTPError as error:
            raise EmbedderFailed(type(error).__name__) from error
        if answer.status_code != 200:
            raise EmbedderFailed(f"HTTP {answer.status_code}")
        try:
            told = sorted(answer.json()["data"], key=lambda one: int(one["index"]))
            rows = [one["embedding"] for one in told]
        except (ValueError, KeyError, TypeError) as error:
            raise EmbedderFailed("an answer of another shape") from error
        if len(rows) != len(texts):
            raise EmbedderFailed("not one vector a text")
        return rows

    def _together(self, rows: Sequence[Any], count: int) -> "Matrix":
        from app.knowledge.embedders.matrix import matrix_of

        return matrix_of(rows, count)
