"""The SDK's clients for each kind of provider. It takes seconds to import: nobody imports it but these functions."""

from dataclasses import dataclass
from typing import Any

import httpx2

from app.web_addresses import is_loopback


@dataclass(frozen=True)
class Google:
    """Claude on Vertex AI. `access_token` None: google-auth finds the credentials of the machine."""

    project: str
    region: str
    access_token: str | None = None


def of_anthropic(api_key: str, base_url: str, timeout: httpx2.Timeout) -> tuple[Any, Any]:
    """The SDK and a client of it, for Anthropic's own servers and for those that speak like them."""
    import anthropic

    return anthropic, anthropic.AsyncAnthropic(
        api_key=api_key, base_url=base_url, **usual(anthropic, base_url, timeout)
    )


def of_vertex(google: Google, base_url: str, timeout: httpx2.Timeout) -> tuple[Any, Any]:
    """The same for Vertex AI. `base_url`: "" for Google's own address in that region."""
    import anthropic

    return anthropic, anthropic.AsyncAnthropicVertex(
        project_id=google.project,
        region=google.region,
        access_token=google.access_token,
        base_url=base_url or None,
        **usual(anthropic, base_url, timeout),
    )


def usual(anthropic: Any, base_url: str, timeout: httpx2.Timeout) -> dict[str, Any]:
    return {
        "max_retries": 0,  # the turn counts attempts, and the SDK would sleep as long as it is told
        "timeout": timeout,
        "http_client": anthropic.DefaultAsyncHttpxClient(trust_env=not (base_url and is_loopback(base_url))),
    }
