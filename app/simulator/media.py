"""Files that WhatsApp keeps: what customers attached, what the business uploaded."""

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Any

from app.simulator.placeholders import placeholder


@dataclass(frozen=True, slots=True)
class StoredFile:
    id: str
    mime_type: str
    filename: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Base64, as webhooks carry it."""
        return b64encode(sha256(self.data).digest()).decode()


class MediaShelf:
    """Every stored file by its id."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}
        self._numbers = count(900_000_000_000_001)

    def store(self, mime_type: str, filename: str, data: bytes) -> StoredFile:
        file = StoredFile(str(next(self._numbers)), mime_type, filename, data)
        self._files[file.id] = file
        return file

    def find(self, media_id: str) -> StoredFile | None:
        return self._files.get(media_id)

    def remove(self, media_id: str) -> bool:
        """Whether it was there."""
        return self._files.pop(media_id, None) is not None

    def attach(self, kind: str) -> dict[str, Any]:
        """A placeholder put on the shelf, as the webhook's object for this type describes it."""
        found = placeholder(kind)
        file = self.store(found.mime_type, found.filename, found.data)
        about: dict[str, Any] = {"id": file.id, "mime_type": file.mime_type, "sha256": file.sha256}
        extra: dict[str, dict[str, Any]] = {
            "document": {"filename": file.filename},
            "audio": {"voice": True},
            "sticker": {"animated": False},
        }
        return {**about, **extra.get(kind, {})}
