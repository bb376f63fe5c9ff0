"""Any server with OpenAI's `/v1/audio/transcriptions`: hosted ones, whisper.cpp, servers of faster-whisper."""

import asyncio
import json
import wave
from io import BytesIO

import httpx2

from app import clock
from app.media.sound import SPOKEN_RATE
from app.transcribing.models import Failure
from app.transcribing.transcriber import NotHeard, NotNow
from app.web_addresses import is_loopback
from app.whatsapp.graph import certificates
from app.whatsapp.outcomes import retry_after_seconds

PATIENCE_SECONDS = 180.0  # ten minutes of sound, on a server without a graphics card
AGAIN = {408, 409, 425, 429}
MOST_BYTES = 1024 * 1024  # of an answer


class TranscriptionServer:
    """One model of one server. `close` ends its connections."""

    def __init__(self, url: str, model: str, key: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self.model = model
        self._url = url
        self._patience = patience_seconds
        self._client = httpx2.AsyncClient(
            timeout=patience_seconds,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            trust_env=not is_loopback(url),
            verify=certificates(),
        )

    async def written(self, samples: bytes) -> str:
        fields = {"model": self.model, "response_format": "json"}
        file = ("voice.wav", await asyncio.to_thread(as_wav, samples), "audio/wav")
        try:
            async with (
                asyncio.timeout(self._patience),
                self._client.stream("POST", self._url, data=fields, files={"file": file}) as answer,
            ):
                body = await beginning_of(answer)
        except (httpx2.HTTPError, TimeoutError) as fault:
            raise NotNow(type(fault).__name__) from fault
        status = answer.status_code
        if status in AGAIN or status >= 500:
            after = retry_after_seconds(answer.headers.get("retry-after"), clock.now())
            raise NotNow(f"HTTP {status}", after)
        if status != 200:
            raise NotHeard(Failure.REFUSED, f"HTTP {status}")
        return text_in(body)

    async def close(self) -> None:
        await self._client.aclose()


def as_wav(samples: bytes) -> bytes:
    """What every such server takes: some read nothing else, and 10 minutes stay below the 25 MB that others allow."""
    written = BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SPOKEN_RATE)
        file.writeframes(samples)
    return written.getvalue()


async def beginning_of(answer: httpx2.Response) -> bytes:
    """The body; of one that is too long for any answer only so much that it can be none."""
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            break
    return bytes(body)


def text_in(body: bytes) -> str:
    """Raises NotHeard for anything but {"text": "…"}."""
    try:
        document = json.loads(body.decode())
    except (ValueError, RecursionError) as fault:
        raise NotHeard(Failure.NONSENSE, "no JSON") from fault
    text = document.get("text") if isinstance(document, dict) else None
    if not isinstance(text, str):
        raise NotHeard(Failure.NONSENSE, "JSON without a text")
    return text
