"""What a simulated transcriber says, and what it was given to hear."""

from dataclasses import dataclass, field
from typing import Any

SAID = "Oi! Vocês entregam amanhã? (transcrição simulada)"


@dataclass(frozen=True)
class Answer:
    """`body`: sent instead of {"text": …}, as it is. `delay` in seconds; `hangs`: there is never an answer."""

    text: str = SAID
    http_status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    delay: float = 0.0
    hangs: bool = False


@dataclass(frozen=True)
class Heard:
    """One request. `fields`: those that are no file; `key`: the header Authorization."""

    fields: dict[str, str]
    file_name: str
    mime: str
    data: bytes = field(repr=False)
    key: str

    def as_json(self) -> dict[str, Any]:
        about = {"file_name": self.file_name, "mime": self.mime, "bytes": len(self.data), "key": self.key}
        return {**about, "fields": self.fields}


@dataclass
class Transcripts:
    """`text`: what every voice message says, but for the answers that come first; and what was asked."""

    text: str = SAID
    answers: list[Answer] = field(default_factory=list)
    asked: list[Heard] = field(default_factory=list)

    def next_answer(self) -> Answer:
        return self.answers.pop(0) if self.answers else Answer(self.text)


def answer_from(wish: dict[str, Any]) -> Answer:
    """Raises TypeError for a field that is none, ValueError for one of the wrong kind."""
    answer = Answer(**wish)
    if not isinstance(answer.text, str) or not 100 <= answer.http_status <= 599:
        raise ValueError("text is a string, http_status from 100 to 599")
    return answer
