"""The provider itself: what leaves for Anthropic's servers, what for others, and what is told as it streams."""

import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.assistant.calls import Calls
from app.assistant.claude import Claude, Request, claude_from, is_anthropics
from app.assistant.clients import Google
from app.assistant.failures import Misconfigured, ShutOut
from app.assistant.offered import Model
from app.assistant.replies import Usage
from app.assistant.tools.toolbox import described
from app.settings import load_settings
from app.simulator.claude_stage import reply_from
from app.simulator.world import World

QUESTION = Request("Seja breve.", [{"role": "user", "content": "Oi"}], described(()))


@pytest.fixture
async def full(simulator: tuple[World, str]) -> AsyncIterator[Claude]:
    """As it speaks to Anthropic's own servers."""
    provider = Claude(api_key="x", base_url=simulator[1], model="claude-haiku-5-5", is_simple=False)
    yield provider
    await provider.close()


async def test_the_text_is_told_as_it_grows(claude: Claude, simulator: tuple[World, str]) -> None:
    heard: list[str] = []
    simulator[0].claude.prepare([reply_from({"steps": [{"text": "O"}, {"text": "lá"}, {"text": "!"}]})])
    reply = await claude.stream(QUESTION, heard.append)
    assert heard == ["O", "Olá", "Olá!"]
    assert (reply.text, reply.stop_reason, reply.calls) == ("Olá!", "end_turn", ())
    assert reply.request_id


async def test_anthropics_servers_are_asked_to_cache_the_system_prompt(
    full: Claude, simulator: tuple[World, str]
) -> None:
    calls: Calls = []
    await full.stream(QUESTION, str, calls)
    await full.stream(QUESTION, str, calls)
    first, second = (call.usage for call in calls)
    body = simulator[0].claude.asked[0].body
    assert body["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert body["output_config"] == {"effort": "low"}
    assert (first.cache_read_tokens, second.cache_write_5m_tokens) == (0, 0)
    assert first.cache_write_5m_tokens == second.cache_read_tokens > 0
    assert first.input_tokens == second.input_tokens


async def test_other_servers_get_plain_fields_only(claude: Claude, simulator: tuple[World, str]) -> None:
    await claude.stream(QUESTION, str)
    body = simulator[0].claude.asked[0].body
    assert set(body) == {"model", "max_tokens", "system", "messages", "tools", "stream"}
    assert body["system"] == "Seja breve."


async def test_an_answer_may_have_to_be_json_where_the_server_knows_how(
    full: Claude, claude: Claude, simulator: tuple[World, str]
) -> None:
    schema = {"type": "object", "properties": {"ok": {"type": "boolean"}}}
    wanted = replace(QUESTION, schema=schema, effort="high")
    assert (await full.stream(wanted, str)).text == '{"ok": false}'
    await claude.stream(wanted, str)
    told, plain = (one.body for one in simulator[0].claude.asked)
    assert told["output_config"] == {"effort": "high", "format": {"type": "json_schema", "schema": schema}}
    assert "output_config" not in plain


async def test_the_sdk_never_tries_again_by_itself(claude: Claude, simulator: tuple[World, str]) -> None:
    simulator[0].claude.prepare([reply_from({"name": "unauthorized"})])
    with pytest.raises(Misconfigured) as told:
        await claude.stream(QUESTION, str)
    assert told.value.kind == "401 authentication_error"
    assert told.value.request_id
    assert len(simulator[0].claude.asked) == 1


async def test_zero_characters_and_half_surrogates_never_reach_the_database(
    claude: Claude, simulator: tuple[World, str]
) -> None:
    simulator[0].claude.prepare([reply_from({"text": "a\0b"})])
    assert (await claude.stream(QUESTION, str)).text == "ab"


@pytest.mark.parametrize(
    ("url", "theirs"),
    [
        ("https://api.anthropic.com", True),
        ("http://localhost:11434", False),
        ("https://anthropic.com.example", False),
        ("https://myanthropic.com", False),
    ],
)
def test_only_anthropics_own_addresses_get_the_full_set(url: str, theirs: bool) -> None:
    assert is_anthropics(url) is theirs


def test_the_provider_comes_from_the_environment() -> None:
    settings = load_settings(
        secret_key="of no use to anybody but long enough",
        claude_model="gemma4",
        anthropic_base_url="http://x.test",
    )
    assert claude_from(settings).model == "gemma4"
    assert claude_from(settings).is_simple
    gateway = settings.model_copy(update={"anthropic_gateway": True})
    assert (claude_from(gateway).is_simple, claude_from(gateway).kind) == (False, "claude")


def test_importing_the_assistant_does_not_import_the_sdk() -> None:
    program = "import sys, app.assistant.handlers; sys.exit('anthropic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.fixture
async def on_vertex(simulator: tuple[World, str]) -> AsyncIterator[Claude]:
    """As far as it goes without Google: the address, the body and a token, played by the simulator."""
    google = Google("a-project", "global", access_token="made-up")
    provider = Claude(api_key="", base_url=simulator[1], model="claude-haiku-5-5", google=google)
    yield provider
    await provider.close()


async def test_vertex_is_asked_at_its_own_address_with_googles_token(
    on_vertex: Claude, simulator: tuple[World, str]
) -> None:
    calls: Calls = []
    reply = await on_vertex.stream(QUESTION, str, calls)
    assert reply.text
    body = simulator[0].claude.asked[0].body
    assert body["model"] == "claude-haiku-5-5"  # from the address
    assert body["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert (calls[0].provider, calls[0].failure) == ("vertex", None)
    assert await on_vertex.models() == []


async def test_without_credentials_of_google_an_admin_has_to_act(simulator: tuple[World, str]) -> None:
    provider = Claude(
        api_key="", base_url=simulator[1], model="claude-haiku-5-5", google=Google("a-project", "global")
    )
    calls: Calls = []
    with pytest.raises(ShutOut) as told:
        await provider.stream(QUESTION, str, calls)
    assert (told.value.kind, calls[0].usage) == ("google sign-in", Usage())
    await provider.close()


def test_vertex_comes_from_the_environment() -> None:
    settings = load_settings(
        recado_env="test", secret_key="of no use to anybody but long enough", vertex_project="p"
    )
    assert claude_from(settings).kind == "vertex"
    assert settings.claude_answers


async def test_the_models_are_listed_with_their_names_and_ends(claude: Claude) -> None:
    models = {model.id: model for model in await claude.models()}
    assert models["claude-haiku-5-5"].name == "Claude Haiku 5.5"
    old, ends = models["claude-sonnet-4-5"], datetime(2026, 11, 30, tzinfo=UTC)
    assert (old.lifecycle, old.retires_at) == ("deprecated", ends)


@pytest.mark.parametrize(
    ("lifecycle", "days", "is_going"),
    [
        ("active", None, False),
        ("active", 61, False),
        ("active", 60, True),
        ("deprecated", None, True),
        ("retired", -1, True),
    ],
)
def test_a_model_is_going_when_it_is_deprecated_or_ends_within_sixty_days(
    lifecycle: str, days: int | None, is_going: bool
) -> None:
    now = datetime(2026, 11, 27, tzinfo=UTC)
    ends = None if days is None else now + timedelta(days=days)
    assert Model("a", "A", lifecycle, ends).is_going(now) is is_going
