"""What every transcriber can, and which one this process has."""

from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from app.settings import Settings, WrongSettings
from app.transcribing.models import Failure

NEEDS_MODEL = "TRANSCRIPTION_MODEL is missing: TRANSCRIPTION_URL needs it, as the server spells it."
NEEDS_PACKAGE = (
    "TRANSCRIPTION_MODEL: without TRANSCRIPTION_URL it needs the extra `voice`: pip install faster-whisper."
)
NEEDS_FOLDER = (
    "TRANSCRIPTION_MODEL: no such folder. Without TRANSCRIPTION_URL it names a Whisper model for CTranslate2."
)


class NotNow(Exception):
    """Busy, away or too slow: another try may help, not before `retry_after_seconds`. The message names the failure alone."""

    def __init__(self, kind: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(kind)
        self.retry_after_seconds = retry_after_seconds


class NotHeard(Exception):
    """Trying again is useless."""

    def __init__(self, failure: Failure, kind: str) -> None:
        super().__init__(kind)
        self.failure = failure


class Transcriber(Protocol):
    model: str

    async def written(self, samples: bytes) -> str:
        """What is said in this sound (`media/sound.py`: `samples`), "" where nothing is. Raises NotNow or NotHeard."""

    async def close(self) -> None: ...


def transcriber_of(settings: Settings) -> Transcriber | None:
    """What the environment names, None for nothing. Loads nothing yet. Raises WrongSettings."""
    if settings.transcription_url:
        if not settings.transcription_model:
            raise WrongSettings(NEEDS_MODEL)
        from app.transcribing.server import TranscriptionServer

        key = settings.transcription_key.get_secret_value()
        return TranscriptionServer(settings.transcription_url, settings.transcription_model, key)
    if not settings.transcription_model:
        return None
    if not find_spec("faster_whisper"):
        raise WrongSettings(NEEDS_PACKAGE)
    if not Path(settings.transcription_model).is_dir():
        raise WrongSettings(NEEDS_FOLDER)
    from app.transcribing.whisper import Whisper

    return Whisper(settings.transcription_model)
