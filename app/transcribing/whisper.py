"""A Whisper model inside this process, by faster-whisper (the extra `voice`); its weights are a folder that the owner names."""

import asyncio
from typing import Any

from app.transcribing.models import Failure
from app.transcribing.transcriber import NotHeard


class Whisper:
    """Loads on first use, and hears one message at a time, both in a thread."""

    def __init__(self, folder: str) -> None:
        self.model = folder
        self._loaded: Any = None
        self._alone = asyncio.Lock()

    async def written(self, samples: bytes) -> str:
        async with self._alone:
            try:
                return await asyncio.to_thread(self._written, samples)
            except Exception as fault:  # whatever the model stumbles over, it would again
                raise NotHeard(Failure.REFUSED, type(fault).__name__) from fault

    async def close(self) -> None:
        """Nothing is open."""

    def _written(self, samples: bytes) -> str:
        import numpy as np

        if self._loaded is None:
            from faster_whisper import WhisperModel  # type: ignore[import-not-found]

            self._loaded = WhisperModel(self.model, compute_type="auto", local_files_only=True)
        heard = np.frombuffer(samples, np.int16).astype(np.float32) / 32768
        segments, _about = self._loaded.transcribe(heard)
        return " ".join(segment.text.strip() for segment in segments)
