"""Whether voice messages are written down: half a second of silence is given to whoever does it."""

from app.doctor.checks import Check, ok, wrong
from app.media.sound import SPOKEN_RATE
from app.settings import Settings, WrongSettings
from app.transcribing.transcriber import NotHeard, NotNow, transcriber_of

NAME = "voice messages"
SILENCE = b"\0\0" * (SPOKEN_RATE // 2)
ADVICE = "Look at TRANSCRIPTION_URL, TRANSCRIPTION_MODEL and TRANSCRIPTION_KEY; until then people listen"


async def transcriber_checks(settings: Settings) -> list[Check]:
    if settings.simulates_transcripts:
        return [ok(NAME, "written down by the simulator")]
    try:
        transcriber = transcriber_of(settings)
    except WrongSettings as fault:
        return [wrong(NAME, str(fault).removesuffix("."), "Change the environment or .env")]
    if transcriber is None:
        return [ok(NAME, "not written down; people listen")]
    try:
        await transcriber.written(SILENCE)
    except (NotNow, NotHeard) as fault:
        return [wrong(NAME, f"the transcriber gives no words ({fault})", ADVICE)]
    finally:
        await transcriber.close()
    return [ok(NAME, f"written down by {transcriber.model}")]
