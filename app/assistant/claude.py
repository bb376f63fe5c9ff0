"""Claude over the Messages API. Its SDK takes seconds to import: it loads on first use, in a thread."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import httpx2

from app import boundaries
from app.assistant.calls import Calls, Meter, metered
from app.assistant.clients import Google, of_anthropic, of_vertex
from app.assistant.failures import Busy, ClaudeFailed, Misconfigured, is_googles, sorted_out, was_not_read
from app.assistant.hiding import hidden_in
from app.assistant.offered import Model, Sight, model_from, sight_of
from app.assistant.replies import Block, Reply
from app.boundaries import Boundary
from app.settings import Settings

ANTHROPIC = "https://api.anthropic.com"
ANTHROPICS, VERTEX, COMPATIBLE = "claude", "vertex", "anthropic_compatible"  # kinds of providers
MAX_TOKENS = 2048
LONGEST_LIST_SECONDS = 8.0  # somebody looks at a page
ANY_KEY = "local"  # a server found by its address alone takes any key
KNOWS_EFFORT = re.compile(r"claude-(?:haiku|sonnet|opus)-5-5")
LEAST_THINKING = "none"  # instead of an effort
EFFORT = "low"  # short answers to short questions; thinking stays adaptive, or needed tool calls are skipped


LEAST = {
    "haiku": "disabled",
    "sonnet": "between_tools",
}  # how little thinking a line can do; opus always does


@dataclass(frozen=True)
class Patience:
    """In seconds. `read` is the longest silence, `attempt` the whole of one request."""

    connect: float = 5
    read: float = 20
    write: float = 10
    pool: float = 5
    attempt: float = 45


@dataclass(frozen=True)
class Request:
    """What Claude is asked. `system` and `tools` never change between turns, or nothing could be cached.

    `whose`: see `whose.py`, "" for nobody's. `hides_numbers`: no CPF and no card in it leaves, see `hiding.py`.
    `schema`: of JSON, which the answer must have; other servers than Anthropic's are not told.
    """

    system: str
    messages: Sequence[Block]
    tools: Sequence[Block] = field(default=())
    model: str = ""  # "": the provider's
    effort: str = EFFORT
    max_tokens: int = MAX_TOKENS
    whose: str = ""
    hides_numbers: bool = True
    schema: Block | None = None

    @property
    def as_sent(self) -> list[Block]:
        """The messages as they leave."""
        return [hidden_in(one) if self.hides_numbers else one for one in self.messages]

    def followed_by(self, *messages: Block) -> "Request":
        return replace(self, messages=[*self.messages, *messages])

    def with_more(self, *blocks: Block) -> "Request":
        """The same with these in front of the last turn's words, behind what is cached there."""
        *before, last = self.messages
        content = last["content"]
        cached = max((place for place, one in enumerate(content, 1) if "cache_control" in one), default=0)
        more = [*content[:cached], *blocks, *content[cached:]]
        return replace(self, messages=[*before, last | {"content": more}])


class Claude:
    """The Messages API at one address; `is_simple` leaves out what only Anthropic's servers understand;
    None: as its address tells."""

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str,
        model: str,
        patience: Patience | None = None,
        is_simple: bool | None = None,
        google: Google | None = None,
    ) -> None:
        self.model = model
        self._google = google
        self._api_key = api_key or (ANY_KEY if base_url else "")
        self._base_url = base_url or ("" if google else ANTHROPIC)
        self._patience = patience or Patience()
        is_full = google is not None or is_anthropics(self._base_url)
        self.is_simple = not is_full if is_simple is None else is_simple
        self.kind = VERTEX if google else COMPATIBLE if self.is_simple else ANTHROPICS
        self._sdk: Any = None
        self._client: Any = None
        self._connecting = asyncio.Lock()
        self._sight: dict[str, Sight] = {}

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def warm_up(self) -> None:
        """Load the SDK now, so that the first customer does not wait for it."""
        async with self._connecting:
            if self._client is None:
                self._sdk, self._client = await asyncio.to_thread(self._connect)

    async def stream(
        self, request: Request, on_text: Callable[[str], object], calls: Calls | None = None
    ) -> Reply:
        """One attempt. `on_text` hears the text so far as it grows; `calls` gets what it took, also when it failed.

        Raises Busy, Refused or Misconfigured. Cancelling it closes the connection, which ends the bill.
        """
        await self._be_ready()
        arguments = self._arguments(request)
        meter = Meter(self.kind, arguments["model"], arguments)
        with metered(meter, [] if calls is None else calls):
            try:
                async with asyncio.timeout(self._patience.attempt):
                    return await self._read(arguments, meter, on_text)
            except (self._sdk.AnthropicError, httpx2.TransportError, TimeoutError) as error:
                meter.costs_nothing = was_not_read(error)
                raise sorted_out(error) from error
            except ValueError as error:  # cut in the middle of a character, or no JSON
                raise Busy(f"garbled {type(error).__name__}") from error
            except Exception as error:
                if not is_googles(error):
                    raise
                meter.costs_nothing = True
                raise sorted_out(error) from error

    async def models(self) -> list[Model]:
        """What can be chosen; nothing on Vertex, which does not tell. Raises ClaudeFailed."""
        if self._google:
            return []
        await self._be_ready()
        try:
            async with asyncio.timeout(LONGEST_LIST_SECONDS):
                told = await self._client.models.list(limit=100)
        except (self._sdk.AnthropicError, httpx2.TransportError, TimeoutError) as error:
            raise sorted_out(error) from error
        except ValueError as error:  # no JSON
            raise Busy(f"garbled {type(error).__name__}") from error
        listed = told.to_dict(warnings=False).get("data") if hasattr(told, "to_dict") else None
        found = (model_from(one) for one in listed or [] if isinstance(one, dict))
        return [model for model in found if model]

    @property
    def is_set_up(self) -> bool:
        """Whether there is anything to call it with."""
        return bool(self._api_key or self._google)

    async def sight(self, model: str) -> Sight:
        """What this model can see. Asked once; a server that is not Anthropic's has to say that its models see."""
        model = model or self.model
        if model not in self._sight:
            usual = not self.is_simple
            try:
                told = {one.id: one for one in await self.models()}.get(model)
            except ClaudeFailed:
                return Sight(usual, usual)
            self._sight[model] = sight_of(told, usual)
        return self._sight[model]

    async def _be_ready(self) -> None:
        if not self.is_set_up:
            raise Misconfigured("no key")
        await self.warm_up()

    async def _read(self, arguments: dict[str, Any], meter: Meter, on_text: Callable[[str], object]) -> Reply:
        reply = meter.reply
        async with await self._client.messages.create(**arguments) as stream:
            meter.request_id = stream.response.headers.get("request-id")
            boundaries.passed(Boundary.CLAUDE_ASKED)
            pieces = 0
            async for event in stream:
                has_grown = reply.take(event.to_dict(warnings=False))
                if event.type == "content_block_delta":
                    meter.note_token()
                if has_grown:
                    pieces += 1
                    boundaries.passed(Boundary.FIRST_PIECE if pieces == 1 else Boundary.LATER_PIECE)
                    on_text(reply.text)
            boundaries.passed(Boundary.LAST_PIECE)
            return reply.whole(meter.request_id)

    def _arguments(self, request: Request) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "model": request.model or self.model,
            "max_tokens": request.max_tokens,
            "system": request.system,
            "messages": request.as_sent,
            "stream": True,
        }
        if request.tools:
            arguments["tools"] = list(request.tools)
        return arguments if self.is_simple else arguments | self._extras(request)

    def _extras(self, request: Request) -> dict[str, Any]:
        cached = {"type": "text", "text": request.system, "cache_control": {"type": "ephemeral"}}
        whose = {"metadata": {"user_id": request.whose}} if request.whose else {}
        extras = {"system": [cached], **whose, **thinking(request.model or self.model, request.effort)}
        if request.schema:
            wanted = {"format": {"type": "json_schema", "schema": request.schema}}
            extras["output_config"] = extras.get("output_config", {}) | wanted
        return extras

    def _connect(self) -> tuple[Any, Any]:
        patience = self._patience
        timeout = httpx2.Timeout(
            connect=patience.connect, read=patience.read, write=patience.write, pool=patience.pool
        )
        if self._google:
            sdk, client = of_vertex(self._google, self._base_url, timeout)
        else:
            sdk, client = of_anthropic(self._api_key, self._base_url, timeout)
        _ = client.messages  # imports most of the SDK
        return sdk, client


def thinking(model: str, effort: str) -> dict[str, Any]:
    """How hard a model shall think, in the fields that it knows."""
    if not KNOWS_EFFORT.match(model):
        return {}
    least = next((kind for line, kind in LEAST.items() if line in model), None)
    if effort == LEAST_THINKING and least:
        return {"thinking": {"type": least}, "output_config": {"effort": EFFORT}}
    return {"output_config": {"effort": EFFORT if effort == LEAST_THINKING else effort}}


def claude_from(settings: Settings, base_url: str = "") -> Claude:
    """The provider that the environment describes; `base_url`: where the simulator plays it."""
    return Claude(
        api_key=settings.anthropic_api_key.get_secret_value(),
        base_url=base_url or settings.anthropic_base_url,
        model=settings.claude_model,
        is_simple=False if settings.anthropic_gateway else None,
        google=Google(settings.vertex_project, settings.vertex_region) if settings.vertex_project else None,
    )


def is_anthropics(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host == "anthropic.com" or host.endswith(".anthropic.com")
