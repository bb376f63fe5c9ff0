"""The models that our Claude offers."""

from typing import Any

_YES = {"supported": True}


def _capabilities() -> dict[str, Any]:
    levels = dict.fromkeys(("low", "medium", "high", "xhigh", "max"), _YES)
    return {
        "batch": _YES,
        "citations": _YES,
        "code_execution": _YES,
        "context_management": _YES,
        "effort": {**_YES, **levels},
        "image_input": _YES,
        "pdf_input": _YES,
        "server_tools": {**_YES, "web_search": _YES, "code_execution": _YES},
        "structured_outputs": _YES,
        "thinking": {
            **_YES,
            "types": dict.fromkeys(("adaptive", "between_tools", "disabled", "enabled"), _YES),
        },
    }


def _model(model_id: str, display_name: str, line: str) -> dict[str, Any]:
    return {
        "type": "model",
        "id": model_id,
        "display_name": display_name,
        "line": line,
        "lifecycle": "active",
        "created_at": "2026-10-07T00:00:00Z",
        "deprecated_at": None,
        "retires_at": None,
        "max_input_tokens": 1_000_000,
        "max_tokens": 128_000,
        "capabilities": _capabilities(),
    }


MODELS = [
    _model("claude-haiku-5-5", "Claude Haiku 5.5", "haiku"),
    _model("claude-sonnet-5-5", "Claude Sonnet 5.5", "sonnet"),
    _model("claude-opus-5-5", "Claude Opus 5.5", "opus"),
    {
        **_model("claude-sonnet-4-5", "Claude Sonnet 4.5", "sonnet"),
        "lifecycle": "deprecated",
        "deprecated_at": "2026-09-01T00:00:00Z",
        "retires_at": "2026-11-30T00:00:00Z",
    },
]
