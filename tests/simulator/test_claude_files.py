"""Pictures and documents: what Claude's API takes, and what it refuses."""

from base64 import b64encode
from typing import Any

import anthropic
import pytest
from anthropic import AsyncAnthropic

from app.simulator.placeholders import placeholder

from .test_claude import listen

PNG, PDF = placeholder("image").data, placeholder("document").data


def file(kind: str, mime: str, data: bytes | str) -> dict[str, Any]:
    letters = data if isinstance(data, str) else b64encode(data).decode()
    return {"type": kind, "source": {"type": "base64", "media_type": mime, "data": letters}}


def turn(*blocks: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"role": "user", "content": [*blocks, {"type": "text", "text": "O que é isto?"}]}]


async def test_a_picture_and_a_pdf_are_taken_and_count_for_some_tokens(claude: AsyncAnthropic) -> None:
    files = file("image", "image/png", PNG), file("document", "application/pdf", PDF)
    message = await listen(claude, "", messages=turn(*files))
    assert 3000 < message.usage.input_tokens < 4000


@pytest.mark.parametrize(
    "wrong",
    [
        file("image", "image/bmp", PNG),
        file("image", "image/jpeg", PNG),
        file("image", "application/pdf", PDF),
        file("document", "image/png", PNG),
        file("image", "image/png", "no base64!"),
        file("image", "image/png", ""),
        file("image", "image/png", PNG + bytes(5 * 1024 * 1024)),
        {"type": "image"},
    ],
)
async def test_a_file_that_is_not_what_it_says_is_refused(
    claude: AsyncAnthropic, wrong: dict[str, Any]
) -> None:
    with pytest.raises(anthropic.BadRequestError):
        await listen(claude, "", messages=turn(wrong))


async def test_a_request_of_too_many_bytes_is_refused_as_too_large(claude: AsyncAnthropic) -> None:
    huge = file("document", "application/pdf", PDF + bytes(25 * 1024 * 1024))
    with pytest.raises(anthropic.RequestTooLargeError):
        await listen(claude, "", messages=turn(huge))
