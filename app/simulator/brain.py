"""Claude when no script is waiting: a shop attendant who knows a few facts and asks for help in time."""

import re
import unicodedata
from collections.abc import Iterable
from json import dumps, loads
from typing import Any

from app.simulator.claude_citations import search_results
from app.simulator.claude_rules import blocks
from app.simulator.claude_stage import Reply
from app.simulator.shop import FACTS, GREETING, KNOWS_NOTHING_OF, WANTS_A_PERSON

Body = dict[str, Any]
Step = dict[str, Any]
_PIECE = 14
_LONG = 5  # letters of a word that says something
_CUSTOMER_TAGS = re.compile(
    r"<(customer|cliente|customer_message|message|mensagem)\b[^>]*>(.*?)</\1>", re.DOTALL
)
_SCHEMA = re.compile(r"<esquema>\n(\{.*?\})\n</esquema>", re.DOTALL)
_OTHER_TAGS = re.compile(r"<(\w+)[^>]*>.*?</\1>", re.DOTALL)


def answer(body: Body, pause_seconds: float) -> Reply:
    """What the attendant says to the last turn, in small pieces."""
    if schema := _wanted_schema(body):
        return Reply([{"text": dumps(_example(schema), ensure_ascii=False)}])
    if result := _tool_result(body):
        return _after_tool(*result, pause_seconds)
    words = last_words(body)
    plain = _plain(words)
    offered = _offered(body)
    if "handoff" in offered and any(word in plain for word in WANTS_A_PERSON):
        return _hand_over(words, offered["handoff"], pause_seconds)
    if quoting := _quoted(body, plain):
        return quoting
    known = _facts(plain)
    if not known and "search_knowledge" in offered and not _is_greeting(plain):
        return _search(words)
    if not known and "handoff" in offered and any(word in plain for word in KNOWS_NOTHING_OF):
        return _pass_on(words, offered["handoff"], pause_seconds)
    return Reply(list(_pieces(known or _small_talk(plain), pause_seconds)))


def last_words(body: Body) -> str:
    """The customer's last words: tags that an application wraps around its own facts are left out."""
    messages = body.get("messages") or []
    last = messages[-1] if messages and isinstance(messages[-1], dict) else {}
    texts = (
        str(one.get("text", ""))
        for one in blocks(last)
        if isinstance(one, dict) and one.get("type") == "text"
    )
    text = "\n".join(texts)
    if spoken := [found[1] for found in _CUSTOMER_TAGS.findall(text)]:
        return "\n".join(spoken).strip()
    return _OTHER_TAGS.sub("", text).strip() or text


def _plain(text: str) -> str:
    """Lower case without accents, so that keywords meet what people type."""
    return "".join(
        one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one)
    )


def _offered(body: Body) -> dict[str, Body]:
    return {str(tool.get("name")): tool for tool in body.get("tools") or []}


def _facts(plain: str) -> str:
    known = [fact.answer for fact in FACTS if any(word in plain for word in fact.keywords)]
    return "\n\n".join(known[:2])


def _quoted(body: Body, plain: str) -> Reply | None:
    """What of the search results beside the question has most of its long words; None where there is none of them."""
    asked = {word for word in re.findall(r"\w+", plain) if len(word) >= _LONG}
    texts = [
        piece["text"].strip() for result in search_results(body["messages"]) for piece in result["content"]
    ]
    best = max(texts, key=lambda text: len(asked & _words(text)), default="")
    return Reply([{"text": best, "cites": best}]) if asked & _words(best) else None


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", _plain(text)))


def _is_greeting(plain: str) -> bool:
    return len(plain) < 30 and any(plain.startswith(word) for word in GREETING)


def _small_talk(plain: str) -> str:
    if any(word in plain for word in ("obrigad", "valeu", "amei")):
        return "Eu que agradeço! 💚 Qualquer coisa, é só chamar."
    if _is_greeting(plain):
        return "Olá! Que bom ter você aqui. Como posso ajudar?"
    return "Entendi. Pode me contar um pouco mais, para eu ajudar direitinho?"


def _pieces(text: str, pause_seconds: float) -> Iterable[Step]:
    """Small pieces with uneven pauses, as tokens come."""
    for number, start in enumerate(range(0, len(text), _PIECE)):
        yield {"pause": pause_seconds * (0.75 + 0.25 * (number % 4))}
        yield {"text": text[start : start + _PIECE]}


def _hand_over(words: str, tool: Body, pause_seconds: float) -> Reply:
    """One sentence to the customer, then the tool."""
    sentence = "Claro! Vou chamar uma pessoa da equipe para continuar com você."
    return _calling(
        sentence, "asked_human", f"O cliente pediu uma pessoa: {words[:200]}", tool, pause_seconds
    )


def _pass_on(words: str, tool: Body, pause_seconds: float) -> Reply:
    """What it knows nothing of is for people."""
    sentence = "Isso eu não sei. Vou chamar uma pessoa da equipe para responder."
    return _calling(sentence, "no_information", f"O cliente perguntou: {words[:200]}", tool, pause_seconds)


def _calling(sentence: str, reason: str, summary: str, tool: Body, pause_seconds: float) -> Reply:
    wish = {"reason": reason, "summary": summary, "urgency": "normal"}
    call = {"tool": "handoff", "input": _fitting(wish, tool)}
    return Reply([*_pieces(sentence, pause_seconds), call], stop_reason="tool_use")


def _fitting(wish: dict[str, str], tool: Body) -> dict[str, str]:
    """The input, with values that the tool's enumerations allow."""
    properties = (tool.get("input_schema") or {}).get("properties") or {}
    for name, value in wish.items():
        allowed = (properties.get(name) or {}).get("enum")
        if allowed and value not in allowed:
            wish[name] = allowed[0]
    return wish


def _search(words: str) -> Reply:
    return Reply([{"tool": "search_knowledge", "input": {"query": words[:300]}}], stop_reason="tool_use")


def _tool_result(body: Body) -> tuple[str, str] | None:
    """The name of the tool just answered and its text, when the last turn answers one."""
    messages = body["messages"]
    results = [one for one in blocks(messages[-1]) if one["type"] == "tool_result"]
    if not results or len(messages) < 2:
        return None
    calls = {one.get("id"): str(one.get("name")) for one in blocks(messages[-2]) if one["type"] == "tool_use"}
    content = results[0].get("content")
    texts = [content] if isinstance(content, str) else [_text_of(one) for one in content or []]
    return calls.get(results[0].get("tool_use_id"), ""), "\n".join(texts).strip()


def _text_of(block: Body) -> str:
    """Plain text of a text or search_result block."""
    inner = block.get("content")
    if isinstance(inner, list):
        return " ".join(_text_of(one) for one in inner)
    return str(block.get("text", ""))


def _after_tool(name: str, result: str, pause_seconds: float) -> Reply:
    """After a hand-over nothing more is said; after a search, what was found."""
    if name == "handoff":
        return Reply([])
    found = " ".join(_OTHER_TAGS.sub(" ", result).split()) or " ".join(result.split())
    text = (
        found[:280]
        if found
        else "Não encontrei essa informação por aqui. Quer que eu chame alguém da equipe?"
    )
    return Reply(list(_pieces(text, pause_seconds)))


def _wanted_schema(body: Body) -> Body | None:
    """As a field, or written into the instructions for servers that know no such field."""
    wanted = (body.get("output_config") or {}).get("format") or {}
    schema = wanted.get("schema")
    if schema is None and (written := _SCHEMA.search(_instructions(body))):
        schema = loads(written[1])
    return schema if isinstance(schema, dict) else None


def _instructions(body: Body) -> str:
    system = body.get("system") or ""
    return system if isinstance(system, str) else "\n".join(str(one.get("text", "")) for one in system)


def _example(schema: Body, root: Body | None = None) -> Any:
    """The plainest value that a JSON schema allows."""
    root = root or schema
    if "$ref" in schema:
        return _example(root["$defs"][str(schema["$ref"]).rsplit("/", 1)[-1]], root)
    if "enum" in schema or "const" in schema:
        return schema["enum"][0] if "enum" in schema else schema["const"]
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return _example(choices[0], root)
    if schema.get("type") == "object":
        return {name: _example(part, root) for name, part in (schema.get("properties") or {}).items()}
    plainest: dict[str, Any] = {"array": [], "string": "Exemplo", "integer": 1, "number": 1, "boolean": False}
    return plainest.get(str(schema.get("type")))
