"""What a simulated server of embeddings answers, and what it was asked."""

import re
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

_WORD = re.compile(r"\w+")


@dataclass
class Embeddings:
    """What tests set: `dimension`; answers that come first, each a status or a body; and what was asked."""

    dimension: int = 64
    answers: list[int | dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def vector(self, text: str) -> list[float]:
        made = [0.001] * self.dimension
        for word in _WORD.findall(text.lower()):
            made[crc32(word[:5].encode()) % self.dimension] += 1.0
        return made
