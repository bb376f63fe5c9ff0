"""What a customer says in a voice message, written down below it, found by search, and everything that can go wrong."""

import re
import wave
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from app.conversations.models import Message
from app.db import transaction
from app.jobs import Job, wake_worker
from app.media.models import Media
from app.search import message_text
from app.transcribing import wanting
from app.transcribing.hearing import MOST_CHARACTERS, MOST_TRIES
from app.transcribing.models import Transcript, TranscriptState
from tests.actors import within
from tests.clocks import count
from tests.hostile.strings import CATEGORIES
from tests.media.files import PNG
from tests.media.made import sound
from tests.people import BRUNO
from tests.search.asking import said
from tests.transcribing.voices import Voices

SAID = "Vocês têm vaso de cerâmica?"
ASK_ADMIN = "Não foi possível transcrever este áudio. Peça a um administrador para conferir a configuração do transcritor."
AGAIN = "Tentar novamente"


@pytest.mark.parametrize("kind", ["audio", "voice"])
async def test_a_voice_message_stands_in_words_below_its_player_and_is_found_by_them(
    voices: Voices, kind: str
) -> None:
    voices.stage.text = SAID
    await voices.speaks(kind=kind)
    await voices.become(SAID)
    [heard] = voices.stage.asked
    assert heard.fields == {"model": "whisper-1", "response_format": "json"}
    assert (heard.key, heard.file_name) == ("Bearer a-key", "voice.wav")
    with wave.open(BytesIO(heard.data)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (1, 16_000, 2)
        assert file.getnframes() > 8000
    assert await said("ceramica") == ["Vocês têm vaso de [cerâmica]?"]
    assert await said("ceramica", within=voices.id, kind="audio") == ["Vocês têm vaso de [cerâmica]?"]
    page = (await voices.desk.marta.open("/search?q=ceramica")).text
    assert "<mark>cerâmica</mark>" in page
    assert await count(Job, Job.kind == wanting.TRANSCRIBE) == 0


async def test_what_is_written_down_can_hold_anything_and_stays_words(voices: Voices) -> None:
    voices.transcriber_will(
        {"text": " <script>alert(1)</script>\0 \ud83d {{ 7*7 }} "},
        {"text": "palavra " * 9000},
    )
    await voices.speaks()
    await voices.become("<script>alert(1)</script>␀ \ufffd {{ 7*7 }}")
    assert "<script>alert(1)" not in await voices.page()
    await voices.speaks()

    async def both() -> list[str] | None:
        shown = await voices.shown()
        return shown if len(shown) == 2 and shown[1].startswith("palavra") else None

    _, long = await within(20, both, what="the long one")
    assert len(long) < MOST_CHARACTERS + 50
    assert long.endswith("… Ler mais")


async def test_silence_is_told_of(voices: Voices) -> None:
    voices.transcriber_will({"text": "  \n"})
    await voices.speaks()
    await voices.become("Nenhuma fala foi reconhecida neste áudio.")


@pytest.mark.parametrize(
    "passing",
    [
        {"http_status": 500},
        {"http_status": 429, "headers": {"Retry-After": "7"}},
        {"http_status": 503, "headers": {"Retry-After": "nonsense"}},
        {"http_status": 408},
    ],
)
async def test_a_transcriber_that_is_busy_is_asked_again(voices: Voices, passing: dict[str, Any]) -> None:
    voices.transcriber_will(passing, passing, {"text": SAID})
    await voices.speaks()
    await voices.become(SAID)
    assert len(voices.stage.asked) == 3


async def test_a_transcriber_that_never_answers_is_given_up_until_somebody_asks_again(voices: Voices) -> None:
    voices.transcriber_will(*[{"http_status": 500}] * MOST_TRIES)
    await voices.speaks()
    await voices.become(f"O transcritor não respondeu. {AGAIN}")
    assert len(voices.stage.asked) == MOST_TRIES
    voices.stage.text = SAID
    [bubble] = await voices.desk.marta.bubbles(voices.id)
    path = f"/c/{voices.id}/messages/{bubble.id}/transcript"
    assert "Transcrevendo…" in (await voices.desk.marta.post(path)).text
    await voices.become(SAID)
    assert SAID in (await voices.desk.marta.post(path)).text  # once done, asking again changes nothing
    assert len(voices.stage.asked) == MOST_TRIES + 1
    assert (await voices.desk.marta.post(path, htmx=False)).status_code == 303
    await voices.desk.whatsapp.says(BRUNO, "Oi")
    other = await voices.desk.marta.conversation_with(BRUNO.name)
    assert (await voices.desk.marta.post(f"/c/{other}/messages/{bubble.id}/transcript")).status_code == 404


@pytest.mark.parametrize(
    "answer",
    [
        {"http_status": 400},
        {"http_status": 401},
        {"http_status": 404},
        {"http_status": 302, "headers": {"Location": "/control/state"}},
        {"body": "<html>nothing here</html>"},
        {"body": ""},
        {"body": "[" * 50_000},
        {"body": '{"text": 7}'},
        {"body": '["text"]'},
        {"body": '{"text": "' + "a" * 2_000_000 + '"}'},
    ],
    ids=lambda answer: str(answer)[:40],
)
async def test_an_answer_that_is_none_is_given_up_at_once(voices: Voices, answer: dict[str, Any]) -> None:
    voices.transcriber_will(answer)
    await voices.speaks()
    await voices.become(f"{ASK_ADMIN} {AGAIN}")
    assert len(voices.stage.asked) == 1


async def test_only_a_customers_new_voice_is_written_down(voices: Voices) -> None:
    await voices.speaks()
    await voices.become(voices.stage.text)
    ours = ("voice.ogg", sound("ogg", "libopus"), "audio/ogg")
    assert (await voices.desk.marta.sends(voices.id, {"as": "voice"}, ours)).status_code == 200
    await voices.speaks(PNG, "audio/ogg")  # it only says so
    await voices.speaks(sound("mp4", "aac"), "audio/mp4", kind="video")
    await voices.speaks(sound("ogg", "libopus"), kind="document")

    async def all_were_looked_into() -> bool:
        return await count(Media, Media.looked_at.is_not(None)) == 5

    await within(20, all_were_looked_into, what="a look into every file")
    assert await count(Transcript) == 1

    async with transaction() as session:
        await session.execute(delete(Transcript))
        [message_id] = await session.scalars(select(func.min(Message.id)))
        await session.execute(update(Message).where(Message.id == message_id).values(position=-7))
        await wanting.want(session, message_id, 1.0)  # as one that the phone app's past has brought
    assert await count(Transcript) == 0


async def test_what_is_longer_than_ten_minutes_is_for_ears(voices: Voices) -> None:
    await voices.speaks()
    await voices.become(voices.stage.text)
    async with transaction() as session:
        transcript = (await session.scalars(select(Transcript))).one()
        message_id = transcript.message_id
        await session.delete(transcript)
    async with transaction() as session:
        await wanting.want(session, message_id, wanting.MOST_SECONDS + 1)
    await voices.become("Este áudio é longo demais para ser transcrito.")
    await voices.desk.marta.post(f"/c/{voices.id}/messages/{message_id}/transcript")
    await voices.become("Este áudio é longo demais para ser transcrito.")
    assert len(voices.stage.asked) == 1


async def test_words_of_a_message_that_was_taken_back_are_neither_shown_nor_found(voices: Voices) -> None:
    voices.stage.text = SAID
    wamid = await voices.speaks()
    await voices.become(SAID)
    await voices.desk.whatsapp.control("POST", "/revocations", id=wamid)
    await within(20, lambda: is_gone(voices), what="the end of the message")
    assert SAID not in await voices.page()
    assert await said("ceramica") == []


async def test_a_message_that_is_taken_back_meanwhile_is_not_given_to_anybody(voices: Voices) -> None:
    voices.transcriber_will({"http_status": 500})
    wamid = await voices.speaks()
    await within(20, lambda: bool(voices.stage.asked), what="the first try")
    await voices.desk.whatsapp.control("POST", "/revocations", id=wamid)

    async def forgotten() -> bool:
        voices.hand.move(minutes=6)
        wake_worker.ring()
        return await count(Transcript) == 0

    await within(20, lambda: is_gone(voices), what="the end of the message")
    await within(20, forgotten, what="the end of its row")
    assert len(voices.stage.asked) == 1


async def test_a_program_that_stops_meanwhile_leaves_the_work_to_the_next(voices: Voices) -> None:
    voices.transcriber_will({"hangs": True})
    await voices.speaks()
    await within(20, lambda: bool(voices.stage.asked), what="the first try")
    voices.stage.text = SAID
    await voices.desk.program.restart()
    await voices.become(SAID)
    assert len(voices.stage.asked) == 2


async def test_whoever_reads_messages_anew_finds_what_was_said_too(voices: Voices) -> None:
    voices.stage.text = SAID
    await voices.speaks()
    await voices.become(SAID)
    async with transaction() as session:
        await session.execute(update(Message).values(search_text=None))
        assert await message_text.read_what_is_left(session, 10) == 1
    assert await said("ceramica", kind="audio") == ["Vocês têm vaso de [cerâmica]?"]


@pytest.mark.alternating
@pytest.mark.parametrize("category", CATEGORIES)
async def test_hostile_words_are_kept_and_drawn_as_words(voices: Voices, category: str) -> None:
    voices.transcriber_will({"text": "\n".join(CATEGORIES[category])})
    await voices.speaks()

    async def done() -> bool:
        return await count(Transcript, Transcript.state == TranscriptState.DONE) == 1

    await within(20, done, what="the transcript")
    page = await voices.page()
    [words] = re.findall(r'<div class="transcript__words.*?<bdi>(.*?)</bdi>', page, re.S)
    assert not re.search(r"<(?!/?(?:br|span)\b)", words)
    assert len(await voices.shown()) == 1


async def is_gone(voices: Voices) -> bool:
    return "Esta mensagem foi apagada" in await voices.page()
