"""What each call of the Messages API took, noted however the call ended."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from app import clock
from app.assistant.failures import ClaudeFailed
from app.assistant.replies import CHARACTERS_PER_TOKEN, Block, Growing, Usage

TOKENS_OF_A_FILE = 1600  # of a picture as large as we send it, and of a page or two
STOPPED = "stopped"  # whoever asked did not want the rest


@dataclass(frozen=True)
class Call:
    """One call that is over. Of `stop_reason` and `failure` one is None; `first_token_ms` is None when nothing came."""

    provider: str
    model: str
    began_at: datetime
    usage: Usage
    latency_ms: int
    first_token_ms: int | None
    stop_reason: str | None
    failure: str | None
    request_id: str | None


Calls = list[Call]


@dataclass
class Meter:
    """Measures a call while it lasts. `asked` is what was sent, for whom nobody told what it cost."""

    provider: str
    model: str
    asked: Any
    reply: Growing = field(default_factory=Growing)
    request_id: str | None = None
    first_token_ms: int | None = None
    costs_nothing: bool = False  # refused before it was read, or never reached
    began_at: datetime = field(default_factory=clock.now)
    _began: float = field(default_factory=monotonic)

    def note_token(self) -> None:
        if self.first_token_ms is None:
            self.first_token_ms = self._elapsed()

    def _elapsed(self) -> int:
        return round((monotonic() - self._began) * 1000)

    @property
    def usage(self) -> Usage:
        """As the server told it. When it told nothing it may still have read everything, and bills that."""
        if self.reply.has_begun:
            return self.reply.usage
        if self.costs_nothing:
            return Usage()
        files = [block for block in blocks_of(self.asked) if block["type"] in ("image", "document")]
        inside = sum(len(str(block["source"].get("data", ""))) for block in files)
        size = len(json.dumps(self.asked, ensure_ascii=False, default=str)) - inside
        told = 1 + size // CHARACTERS_PER_TOKEN + len(files) * TOKENS_OF_A_FILE
        return Usage(input_tokens=told, is_estimated=True)

    def call(self, failure: str | None) -> Call:
        return Call(
            provider=self.provider,
            model=self.model,
            began_at=self.began_at,
            usage=self.usage,
            latency_ms=self._elapsed(),
            first_token_ms=self.first_token_ms,
            stop_reason=self.reply.stop_reason if failure is None else None,
            failure=failure,
            request_id=self.request_id,
        )


def blocks_of(asked: Any) -> Iterator[Block]:
    """Every block of what was asked that is not plain text alone."""
    for message in asked.get("messages", ()):
        content = message["content"]
        yield from content if isinstance(content, list) else ()


@contextmanager
def metered(meter: Meter, calls: Calls) -> Iterator[None]:
    """Adds the call to `calls` at the end of the block, whatever ends it."""
    failure: str | None = STOPPED
    try:
        yield
        failure = None
    except ClaudeFailed as error:
        failure = error.kind
        meter.request_id = meter.request_id or error.request_id
        raise
    finally:
        calls.append(meter.call(failure))
