"""A server that writes down what is said, as OpenAI shaped it. It hears nothing: it says what it is told to."""

import json
from asyncio import sleep

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulator.transcripts_stage import Answer, Heard
from app.simulator.world import World

_MOST_BYTES = 25 * 1024 * 1024
_ENDINGS = ("flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm")
_BEGINNINGS = {
    "wav": (b"RIFF",),
    "ogg": (b"OggS",),
    "oga": (b"OggS",),
    "flac": (b"fLaC",),
    "webm": (b"\x1aE\xdf\xa3",),
}
_FORMATS = ("json", "text", "srt", "verbose_json", "vtt", "diarized_json")
_FIELDS = {"file", "model", "response_format", "language", "prompt", "temperature", "stream"}


def transcripts_routes(world: World) -> list[Route]:
    async def transcriptions(request: Request) -> Response:
        stage = world.transcripts
        async with request.form() as form:
            heard = await _heard(request, form)
            wrong = _wrong(form, heard)
        stage.asked.append(heard)
        world.background.ring()
        if wrong:
            return _error(413 if len(heard.data) > _MOST_BYTES else 400, wrong)
        answer = stage.next_answer()
        if answer.hangs:
            await _gone(request)
        await sleep(answer.delay)
        return _played(answer)

    return [Route("/v1/audio/transcriptions", transcriptions, methods=["POST"])]


async def _gone(request: Request) -> None:
    """Until whoever asked has had enough."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _heard(request: Request, form: FormData) -> Heard:
    file = form.get("file")
    name, mime, data = "", "", b""
    if isinstance(file, UploadFile):
        name, mime, data = file.filename or "", file.content_type or "", await file.read()
    fields = {key: value for key, value in form.items() if isinstance(value, str)}
    return Heard(fields, name, mime, data, request.headers.get("authorization", ""))


def _wrong(form: FormData, heard: Heard) -> str:
    if unknown := set(form) - _FIELDS:
        return f"Unrecognized request argument supplied: {sorted(unknown)[0]}"
    if not heard.fields.get("model"):
        return "you must provide a model parameter"
    if not isinstance(form.get("file"), UploadFile):
        return "file: Field required"
    if heard.fields.get("response_format", "json") not in _FORMATS:
        return "response_format: Input should be one of the formats"
    ending = heard.file_name.rpartition(".")[2].lower()
    if ending not in _ENDINGS:
        return f"Invalid file format. Supported formats: {list(_ENDINGS)}"
    if len(heard.data) > _MOST_BYTES:
        return f"Maximum content size limit ({_MOST_BYTES}) exceeded ({len(heard.data)} bytes read)"
    if not heard.data or (ending in _BEGINNINGS and not heard.data.startswith(_BEGINNINGS[ending])):
        return "Audio file might be corrupted or unsupported"
    return ""


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return JSONResponse({"error": error}, status, headers)


def _played(answer: Answer) -> Response:
    if answer.http_status != 200:
        return _error(answer.http_status, "Scripted failure", answer.headers)
    if answer.body is not None:
        return Response(answer.body, media_type="application/json")
    usage = {"type": "duration", "seconds": 1}
    # As a server may: every character escaped, also half ones and zeros.
    return Response(json.dumps({"text": answer.text, "usage": usage}), media_type="application/json")
