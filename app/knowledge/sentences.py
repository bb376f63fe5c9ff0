"""Where a text may be cut: between sentences, else between words, and what has no spaces after so many letters."""

import re
from collections.abc import Iterator

END_OF_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
LONGEST = 1000  # characters of one sentence


def sentences(text: str) -> Iterator[str]:
    """In order; none is empty or longer than LONGEST."""
    for sentence in END_OF_SENTENCE.split(text):
        yield from cut(sentence.strip())


def cut(sentence: str) -> Iterator[str]:
    while len(sentence) > LONGEST:
        space = sentence.rfind(" ", LONGEST // 2, LONGEST)
        end = space if space > 0 else LONGEST
        yield sentence[:end].strip()
        sentence = sentence[end:].strip()
    if sentence:
        yield sentence
