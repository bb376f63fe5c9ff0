"""Knowledge as a turn has it: all of it in the prompt while it is small, else what is found for the question, and a tool
that looks again in other words."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pydantic import Field

from app.assistant.claude import Request
from app.assistant.hidden import seen
from app.assistant.history import label, tagged
from app.assistant.replies import Block
from app.assistant.tools.toolbox import Found, Input, Result, Tool
from app.db import reading
from app.knowledge import retrieval

# In tokens. By money: at most about 0.3 US cents a turn uncached on the cheap model, 1.6 on the others.
MOST_WHOLE, MOST_WHOLE_CHEAP = 8_000, 30_000
CHEAP = "claude-haiku"
LONGEST_QUESTION = 500  # characters


class Query(Input):
    """What to look for."""

    query: str = Field(min_length=1, description="A pergunta, em português e em palavras completas.")


def most_whole(model: str, *, is_simple: bool) -> int:
    """How large a base stands whole in the prompt, in tokens; 0 where the model may have little room."""
    if is_simple:
        return 0
    return MOST_WHOLE_CHEAP if model.startswith(CHEAP) else MOST_WHOLE


def search_knowledge(*, cites: bool) -> Tool:
    """`cites`: results are blocks that Claude can quote from; else they are plain text."""

    async def use(given: Query) -> Result:
        async with reading() as session:
            found = await retrieval.search(session, given.query[:LONGEST_QUESTION])
        content = [as_block(one) for one in found] if cites else as_text(found)
        return Result(content or "Nada encontrado.", told(found))

    return Tool(
        "search_knowledge",
        "Procura na base de conhecimento da empresa. Use quando a resposta não estiver nos trechos que você já "
        "tem; se não achar, procure mais uma vez com outras palavras.",
        Query,
        use,
    )


def as_block(found: retrieval.Found) -> Block:
    """A passage that can be cited: its source is the article's id."""
    return {
        "type": "search_result",
        "source": str(found.article_id),
        "title": headed(found),
        "content": [{"type": "text", "text": seen(found.text)}],
        "citations": {"enabled": True},
    }


def as_text(found: Iterable[retrieval.Found]) -> str:
    return "\n".join(tagged("trecho", f"{headed(one)}\n{one.text}") for one in found)


def headed(found: retrieval.Found) -> str:
    return label(f"{found.title}: {found.heading}" if found.heading else found.title)


def told(found: Sequence[retrieval.Found]) -> tuple[Found, ...]:
    return tuple(Found(one.article_id, one.title, round(one.score, 4)) for one in found)


def with_passages(request: Request, found: Sequence[retrieval.Found]) -> Request:
    """The request with what was found in front of the last turn's words."""
    *before, last = request.messages
    passages: Block = {"type": "text", "text": tagged_already("conhecimento", as_text(found))}
    return replace(request, messages=[*before, last | {"content": [passages, *last["content"]]}])


def tagged_already(tag: str, text: str) -> str:
    """As `tagged`, for a text that is made of tags of ours."""
    return f"<{tag}>\n{text}\n</{tag}>"
