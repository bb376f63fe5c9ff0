"""Which transcriber a process has, and how the one that is a server takes what servers do."""

import subprocess
import sys
import wave
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.media import sound as sounds
from app.settings import HOME, Settings, WrongSettings, load_settings
from app.simulator.config import SimulatorConfig
from app.simulator.serve import running
from app.simulator.transcripts_stage import Answer
from app.simulator.world import World
from app.transcribing.server import TranscriptionServer, as_wav
from app.transcribing.transcriber import NotNow, transcriber_of
from tests.media.made import sound

URL = "http://127.0.0.1:1/v1/audio/transcriptions"
SECOND = b"\0\0" * sounds.SPOKEN_RATE


def settings(**given: Any) -> Settings:
    return load_settings(recado_env="test", secret_key="s" * 40, **given)


def test_the_environment_names_a_server_or_nobody_or_what_is_missing(tmp_path: Path) -> None:
    assert transcriber_of(settings()) is None
    named = transcriber_of(settings(transcription_url=URL, transcription_model="whisper-1"))
    assert isinstance(named, TranscriptionServer)
    with pytest.raises(WrongSettings, match="TRANSCRIPTION_MODEL is missing"):
        transcriber_of(settings(transcription_url=URL))
    with pytest.raises(WrongSettings, match="pip install faster-whisper"):
        transcriber_of(settings(transcription_model=str(tmp_path)))
    with pytest.raises(WrongSettings, match="TRANSCRIPTION_URL"):
        settings(transcription_url="ftp://x")


def test_only_the_development_of_a_simulated_whatsapp_plays_a_transcriber() -> None:
    development = {"recado_env": "development"}
    assert load_settings(**development).simulates_transcripts
    assert not load_settings(**development, transcription_url=URL).simulates_transcripts
    assert not load_settings(**development, whatsapp_access_token="real").simulates_transcripts
    assert not settings().simulates_transcripts


def test_a_program_that_has_started_has_loaded_no_model_and_no_numpy() -> None:
    script = """
import sys
import app.main, app.working, app.transcribing.whisper, app.transcribing.server
print(sorted({"numpy", "faster_whisper", "ctranslate2"} & set(sys.modules)))
"""
    told = subprocess.run([sys.executable, "-c", script], cwd=HOME, capture_output=True, text=True)
    assert told.stdout.strip() == "[]", told.stderr


@pytest.fixture
async def simulator() -> AsyncIterator[tuple[World, str]]:
    async with running(SimulatorConfig("http://127.0.0.1:9/", "secret", "verify")) as (world, url):
        yield world, url


@pytest.fixture
def stage(simulator: tuple[World, str]) -> Any:
    return simulator[0].transcripts


@pytest.fixture
async def server(simulator: tuple[World, str]) -> AsyncIterator[TranscriptionServer]:
    made = TranscriptionServer(f"{simulator[1]}/v1/audio/transcriptions", "whisper-1", "")
    yield made
    await made.close()


async def test_a_server_is_given_sound_and_gives_words(server: TranscriptionServer, stage: Any) -> None:
    stage.text = "Olá, tudo bem?"
    assert await server.written(SECOND) == "Olá, tudo bem?"
    [heard] = stage.asked
    assert heard.key == ""
    with wave.open(BytesIO(heard.data)) as file:
        assert file.getnframes() == sounds.SPOKEN_RATE


async def test_a_server_that_keeps_silent_is_left_after_a_while(
    server: TranscriptionServer, stage: Any
) -> None:
    server._patience = 0.2
    stage.answers.append(Answer(hangs=True))
    with pytest.raises(NotNow, match="TimeoutError"):
        await server.written(SECOND)


async def test_a_server_that_is_away_may_come_back() -> None:
    away = TranscriptionServer(URL, "whisper-1", "a-key")
    with pytest.raises(NotNow, match="ConnectError"):
        await away.written(SECOND)
    await away.close()


async def test_what_a_server_asks_to_wait_is_passed_on(server: TranscriptionServer, stage: Any) -> None:
    stage.answers.append(Answer(http_status=429, headers={"Retry-After": "30"}))
    with pytest.raises(NotNow) as busy:
        await server.written(SECOND)
    assert busy.value.retry_after_seconds == 30


@pytest.mark.parametrize(
    ("container", "codec", "rate", "mime"),
    [
        ("ogg", "libopus", 48_000, "audio/ogg"),
        ("mp4", "aac", 44_100, "audio/mp4"),
        ("adts", "aac", 44_100, "audio/aac"),
        ("mp3", "libmp3lame", 44_100, "audio/mpeg"),
    ],
)
def test_every_kind_of_voice_message_becomes_the_same_kind_of_sound(
    tmp_path: Path, container: str, codec: str, rate: int, mime: str
) -> None:
    file = tmp_path / "voice"
    file.write_bytes(sound(container, codec, rate=rate, seconds=2.0))
    samples = sounds.samples(file, mime)
    assert 1.8 < len(samples) / 2 / sounds.SPOKEN_RATE < 2.2
    assert max(samples[1::2]) > 0  # not silence
    assert len(as_wav(samples)) == len(samples) + 44


@pytest.mark.parametrize(
    ("fields", "files", "complaint"),
    [
        ({}, {"file": ("a.wav", b"RIFF", "audio/wav")}, "model"),
        ({"model": "whisper-1"}, {}, "file"),
        ({"model": "whisper-1"}, {"file": ("a.exe", b"RIFF", "audio/wav")}, "Invalid file format"),
        ({"model": "whisper-1"}, {"file": ("a.wav", b"OggS", "audio/wav")}, "corrupted"),
        ({"model": "whisper-1"}, {"file": ("a.wav", b"", "audio/wav")}, "corrupted"),
        (
            {"model": "whisper-1", "response_format": "xml"},
            {"file": ("a.wav", b"RIFF", "audio/wav")},
            "format",
        ),
        ({"model": "whisper-1", "voice": "x"}, {"file": ("a.wav", b"RIFF", "audio/wav")}, "voice"),
    ],
)
async def test_the_simulated_server_refuses_what_the_real_one_would(
    simulator: tuple[World, str], fields: dict[str, str], files: dict[str, Any], complaint: str
) -> None:
    async with httpx2.AsyncClient(trust_env=False) as client:
        path = f"{simulator[1]}/v1/audio/transcriptions"
        answer = await client.post(path, data=fields, files=files or None)
    assert answer.status_code == 400
    assert complaint in answer.json()["error"]["message"]


async def test_tests_tell_the_simulated_server_what_was_said_and_ask_what_it_heard(
    simulator: tuple[World, str], server: TranscriptionServer
) -> None:
    async with httpx2.AsyncClient(base_url=simulator[1], trust_env=False) as client:
        wish = {"text": "sempre", "answers": [{"text": "uma vez"}]}
        assert (await client.post("/control/transcripts", json=wish)).json() == {"waiting": 1}
        assert [await server.written(SECOND) for _ in range(2)] == ["uma vez", "sempre"]
        asked = (await client.get("/control/transcripts", params={"at_least": 2})).json()["requests"]
        assert [one["file_name"] for one in asked] == ["voice.wav"] * 2
        wrong = await client.post("/control/transcripts", json={"answers": [{"colour": "blue"}]})
        assert wrong.status_code == 422
