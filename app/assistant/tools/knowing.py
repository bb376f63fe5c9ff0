"""Knowledge as a turn has it: all of it in front of the conversation while it is small, else what is found for the
question, and a tool that looks again in other words."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pydantic import Field

from app.assistant.citing import search_results
from app.assistant.claude import Request
from app.assistant.history import label, tagged
from app.assistant.replies import Block
from app.assistant.tools.toolbox import Found, Input, Result, Tool
from app.db import reading
from app.knowledge import retrieval
from app.knowledge.whole import Article

# In tokens. By money: at most about 0.3 US cents a turn uncached on the cheap model, 1.6 on the others.
MOST_WHOLE, MOST_WHOLE_CHEAP = 8_000, 30_000
CHEAP = "claude-haiku"
LONGEST_QUESTION = 500  # characters

Text = tuple[int, str, str]  # an article's id, a title, and what the article says there


class Query(Input):
    """What to look for."""

    query: str = Field(min_length=1, description="A pergunta, em português e em palavras completas.")


def most_whole(model: str, *, is_simple: bool) -> int:
    """How large a base is read whole, in tokens; 0 where the model may have little room."""
    if is_simple:
        return 0
    return MOST_WHOLE_CHEAP if model.startswith(CHEAP) else MOST_WHOLE


def search_knowledge(*, cites: bool) -> Tool:
    """`cites`: results are blocks that Claude can quote from; else they are plain text."""

    async def use(given: Query) -> Result:
        async with reading() as session:
            found = await retrieval.search(session, given.query[:LONGEST_QUESTION])
        content = search_results(texts_of(found)) if cites else as_text(texts_of(found))
        return Result(content or "Nada encontrado.", told(found))

    return Tool(
        "search_knowledge",
        "Procura na base de conhecimento da empresa. Use quando a resposta não estiver nos trechos que você já "
        "tem; se não achar, procure mais uma vez com outras palavras.",
        Query,
        use,
    )


def texts_of(found: Iterable[retrieval.Found]) -> list[Text]:
    """With the heading beside the title."""
    return [
        (one.article_id, f"{one.title}: {one.heading}" if one.heading else one.title, one.text)
        for one in found
    ]


def as_text(texts: Iterable[Text]) -> str:
    """Between tags of ours, for a server that can be given no more than text."""
    return "\n".join(tagged("trecho", f"{label(title)}\n{text}") for _, title, text in texts)


def told(found: Sequence[retrieval.Found]) -> tuple[Found, ...]:
    return tuple(Found(one.article_id, one.title, round(one.score, 4)) for one in found)


def with_articles(request: Request, known: Sequence[Article], *, cites: bool) -> Request:
    """The request with whole articles in front of all that was said; `cites`: as blocks that can be cited. Up to there it is
    the same in every conversation until one of them changes, so that is cached."""
    blocks = in_a_turn([(one.id, one.title, one.body) for one in known], cites=cites)
    if not blocks:
        return request
    if cites:
        blocks[-1]["cache_control"] = {"type": "ephemeral"}
    first, *after = request.messages
    return replace(request, messages=[first | {"content": [*blocks, *first["content"]]}, *after])


def with_passages(request: Request, found: Sequence[retrieval.Found], *, cites: bool) -> Request:
    """The request with what was found in front of the last turn's words; `cites`: as blocks that can be cited."""
    return request.with_more(*in_a_turn(texts_of(found), cites=cites))


def in_a_turn(texts: Sequence[Text], *, cites: bool) -> list[Block]:
    if cites or not texts:
        return search_results(texts)
    return [{"type": "text", "text": f"<conhecimento>\n{as_text(texts)}\n</conhecimento>"}]
