"""What an answer of Claude's may not hold: what it was told in confidence, links and prices that no source has.

Such an answer is not sent; a person gets it as a suggestion. Links and prices are compared once the owner has told any:
without a source everything would be one too many.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from app.assistant.claude import Request
from app.assistant.prompt import PROMPT
from app.assistant.replies import Block
from app.conversations.handoff import HandoffReason
from app.search.words import words_of

HELD_FOR = (HandoffReason.TELLS_TOO_MUCH, HandoffReason.UNKNOWN_LINK, HandoffReason.UNKNOWN_PRICE)
FRAGMENT = 12  # words of our own prompt in a row are no accident
SECRET = re.compile(
    r"sk-ant-[\w-]{8,}|\bEAA[A-Za-z0-9]{20,}|\bBearer\s+[\w.~+/-]{16,}|-----BEGIN [A-Z ]+-----"
)
LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>()\"'*]+", re.IGNORECASE)
PRICE = re.compile(r"(?:R\$|US\$|\$|€)\s?(\d[\d.,]*)|(\d[\d.,]*)\s?(?:reais|d.lares|euros)\b", re.IGNORECASE)
NUMBER = re.compile(r"\d[\d.,]*")
FACTS = re.compile(r"<(instrucoes|conhecimento)>(.*?)</\1>", re.DOTALL)


def problem_in(answer: str, request: Request) -> HandoffReason | None:
    """Why this answer is a person's to send. `request`: the last one, with everything that Claude has read."""
    if SECRET.search(answer) or quotes_prompt(answer):
        return HandoffReason.TELLS_TOO_MUCH
    facts = "\n".join(facts_of(request))
    known = hosts_in(facts)
    if known and not hosts_in(answer) <= known:
        return HandoffReason.UNKNOWN_LINK
    if PRICE.search(facts) and not prices_in(answer) <= numbers_in(facts):
        return HandoffReason.UNKNOWN_PRICE
    return None


def facts_of(request: Request) -> Iterator[str]:
    """What the business has told: its instructions, its knowledge, what tools gave back, what colleagues wrote."""
    yield from (found[1] for found in FACTS.findall(request.system))
    for message in request.messages:
        for block in blocks_of(message):
            if message["role"] == "assistant" and block["type"] == "text":
                yield block["text"]
            elif block["type"] == "text":
                yield from (found[1] for found in FACTS.findall(block["text"]))
            elif block["type"] == "tool_result":
                yield from texts_of(block["content"])
            elif block["type"] == "search_result":
                yield from texts_of([block])


def blocks_of(message: Block) -> list[Block]:
    content: list[Block] = message["content"]
    return content


def texts_of(content: "str | Iterable[Block]") -> Iterator[str]:
    if isinstance(content, str):
        yield content
        return
    for block in content:
        yield f"{block.get('title', '')} {block.get('text', '')}"
        if isinstance(block.get("content"), list):
            yield from texts_of(block["content"])


def quotes_prompt(answer: str) -> bool:
    return not FRAGMENTS.isdisjoint(fragments_of(answer))


def fragments_of(text: str) -> set[tuple[str, ...]]:
    words = words_of(text)
    return {tuple(words[place : place + FRAGMENT]) for place in range(len(words) - FRAGMENT + 1)}


FRAGMENTS = fragments_of(PROMPT)


def hosts_in(text: str) -> set[str]:
    return {host for link in LINK.findall(text) if (host := host_of(link))}


def host_of(link: str) -> str:
    """In lower case and without "www."; "" for what is no address."""
    try:
        host = urlsplit(link if "://" in link else f"http://{link}").hostname or ""
    except ValueError:
        return link.casefold()
    return host.rstrip(".").removeprefix("www.")


def prices_in(text: str) -> set[str]:
    return {plain(before or after) for before, after in PRICE.findall(text)}


def numbers_in(text: str) -> set[str]:
    return {plain(number) for number in NUMBER.findall(text)}


def plain(number: str) -> str:
    """An amount in one form: "1.299,00", "1,299.00" and "1299" are one."""
    number = number.rstrip(".,")
    cents = re.search(r"[.,](\d{1,2})$", number)
    whole = re.sub(r"\D", "", number[: cents.start()] if cents else number).lstrip("0") or "0"
    rest = cents[1].ljust(2, "0") if cents else "00"
    return whole if rest == "00" else f"{whole}.{rest}"
