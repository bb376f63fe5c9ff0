"""The streams that the SDK's authors captured for their own tests are understood here too.

They are fetched with the SDK's source, of the version that is installed, as `requirements-dev.txt` pins it.
"""

import subprocess
import sys
import tarfile
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pytest

from app.assistant.failures import Busy, ClaudeFailed, Refused
from app.assistant.replies import Reply
from tests.assistant.byte_server import cutting, outcome
from tests.conftest import missing

PINNED = Path(__file__).parents[2] / "requirements-dev.txt"
FOLDERS = ("tests/lib/streaming/fixtures/", "tests/fixtures/fable-fallback/")
PLAIN = {"basic_response.txt", "unknown_events_response.txt", "message_delta_omitted_usage_response.txt"}
CALLS = {"tool_use_response.txt", "tool_use_invalid_json_response.txt"}
REFUSED = {"refusal_response.txt", "stream-a-refusal.sse", "stream-a-toolrefusal.sse"}
CUT_SHORT = {"incomplete_partial_json_response.txt": "max_tokens"}


@pytest.fixture(scope="session")
def captured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The streams by the names of their files."""
    folder = tmp_path_factory.mktemp("sdk")
    wanted = [f"anthropic=={version('anthropic')}", "--no-binary", "anthropic", "--no-deps"]
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", *wanted]
    if subprocess.run(fetch, cwd=folder, capture_output=True, check=False, timeout=120).returncode:
        missing("source of the SDK")
    (packed,) = folder.glob("anthropic-*.tar.gz")
    assert sha256(packed.read_bytes()).hexdigest() in PINNED.read_text()
    return dict(streams_in(packed))


def streams_in(packed: Path) -> list[tuple[str, bytes]]:
    found = []
    with tarfile.open(packed) as archive:
        for member in archive.getmembers():
            file = archive.extractfile(member) if any(folder in member.name for folder in FOLDERS) else None
            if file and member.name.endswith((".txt", ".sse")):
                found.append((Path(member.name).name, file.read()))
    return found


async def played(stream: bytes) -> Reply | ClaudeFailed:
    stream = stream.rstrip() + b"\n\n"  # some files lack the end of their last record
    async with cutting(stream, chunked=False) as claude:
        return await outcome(claude, len(stream))


async def test_each_is_a_whole_reply_or_a_refusal(captured: dict[str, bytes]) -> None:
    assert len(captured) >= 19
    for name, stream in captured.items():
        found = await played(stream)
        if name in REFUSED:
            assert isinstance(found, Refused), name
        else:
            assert isinstance(found, Reply), name
            assert found.stop_reason == CUT_SHORT.get(name, found.stop_reason), name
            assert found.calls or found.text or name in CUT_SHORT, name


async def test_plain_ones_say_what_they_say(captured: dict[str, bytes]) -> None:
    for name in PLAIN:
        found = await played(captured[name])
        assert isinstance(found, Reply)
        assert found.text == "Hello there!"


async def test_tools_are_called_with_their_input_or_with_none_where_it_is_no_json(
    captured: dict[str, bytes],
) -> None:
    inputs = {}
    for name in CALLS:
        found = await played(captured[name])
        assert isinstance(found, Reply)
        (call,) = found.calls
        assert call.name == "get_weather"
        inputs[name] = call.input
    assert inputs["tool_use_response.txt"] == {"location": "Paris"}
    assert inputs["tool_use_invalid_json_response.txt"] is None


async def test_without_its_last_record_none_is_a_reply(captured: dict[str, bytes]) -> None:
    for name, stream in captured.items():
        end = stream.rindex(b"event: message_stop")
        assert isinstance(await played(stream[:end]), Busy), name
