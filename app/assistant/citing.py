"""What Claude quotes: search results that it can cite, and of its citations those whose words stand in one of them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.assistant.claude import Request
from app.assistant.hidden import seen
from app.assistant.replies import Block, Reply, sound
from app.search.words import words_of

LONGEST, MOST = 500, 40  # characters of what is kept of a quote; quotes of one answer
FEWEST_WORDS = 3  # of a part of a sentence: less stands in many a message
NAMELESS = "Artigo"
# A text block is the least that can be cited: a sentence or a line, with the white space behind it.
PIECE = re.compile(r"\S.*?(?:(?:(?<!\d)\.|[!?…])\s+|\n\s*|\Z)", re.DOTALL)


@dataclass(frozen=True)
class Quote:
    """`words` of the answer rest on what the article says. Both are cut where they are long; `title` has the heading."""

    words: str
    article_id: int
    title: str
    quoted: str


def search_results(articles: Iterable[tuple[int, str, str]]) -> list[Block]:
    """(id, title, text) of each as blocks that can be cited; what nobody sees is left out, and what has no words."""
    results = [search_result(*one) for one in articles]
    return [one for one in results if one["content"]]


def search_result(article_id: int, title: str, text: str) -> Block:
    pieces = PIECE.findall(sound(seen(text)))
    return {
        "type": "search_result",
        "source": str(article_id),
        "title": " ".join(seen(sound(title)).split()) or NAMELESS,
        "content": [{"type": "text", "text": piece} for piece in pieces],
        "citations": {"enabled": True},  # of all of them or of none, or the API refuses the request
    }


def grounded(reply: Reply, request: Request) -> tuple[Reply, list[Quote]]:
    """The reply with only those citations whose words stand in a search result of the request, and what they quote."""
    if not any("citations" in block for block in reply.blocks):
        return reply, []
    given = [(one["source"], one["title"], squeezed(text_of(one))) for one in results_in(request.as_sent)]
    blocks: list[Block] = []
    quotes: list[Quote] = []
    for block in reply.blocks:
        held = [(one, title_of(one, given)) for one in block.get("citations", ())]
        held = [(one, title) for one, title in held if title]
        blocks.append({name: it for name, it in block.items() if name != "citations"})
        if held:
            blocks[-1]["citations"] = [one for one, _ in held]
        quotes += [quote(block["text"], one, title) for one, title in held if block["text"].strip()]
    return replace(reply, blocks=tuple(blocks)), quotes[:MOST]


def results_in(messages: Iterable[Block]) -> Iterator[Block]:
    """Every search result, in a turn of the user's or in what a tool gave back."""
    for message in messages:
        for block in message["content"]:
            within = block.get("content") if block["type"] == "tool_result" else [block]
            if isinstance(within, list):
                yield from (one for one in within if one["type"] == "search_result")


def text_of(result: Block) -> str:
    return "".join(piece["text"] for piece in result["content"])


def title_of(citation: Block, given: Iterable[tuple[str, str, str]]) -> str:
    """Of the search result that says what is cited; "" where none of that source does."""
    cited = squeezed(citation["cited_text"])
    if not cited:
        return ""
    return next(
        (title for source, title, text in given if source == citation["source"] and cited in text), ""
    )


def squeezed(text: str) -> str:
    return "".join(text.split())


def quote(words: str, citation: Block, title: str) -> Quote:
    return Quote(cut(words), int(citation["source"]), title, cut(citation["cited_text"]))


def cut(text: str) -> str:
    text = text.strip()
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"


def behind(text: str, quotes: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of the quotes of a whole answer, as they are kept, those for words of this message of it."""
    run = run_of(text)
    return [one for one in quotes if any(part in run for part in runs_of(one["words"]))]


def runs_of(words: str) -> list[str]:
    """The words in one run and, for an answer that was parted among them, each sentence's own."""
    parts = [run_of(piece) for piece in PIECE.findall(words)]
    long = [part for part in parts if len(part.split()) >= FEWEST_WORDS]
    return [run for run in (run_of(words), *long) if run.strip()]


def run_of(text: str) -> str:
    return f" {' '.join(words_of(text))} "


def sources_of(articles: Iterable[tuple[int, str]], quotes: Sequence[Quote]) -> dict[str, Any]:
    """As they are kept beside a text: {"articles": [[id, title], …], "quotes": [[id, words], …]}, each once."""
    titles = {one.article_id: one.title for one in quotes} | dict(articles)
    quoted = dict.fromkeys((one.article_id, one.quoted) for one in quotes)
    kept = {"articles": [list(one) for one in titles.items()], "quotes": [list(one) for one in quoted]}
    return {name: found for name, found in kept.items() if found}
