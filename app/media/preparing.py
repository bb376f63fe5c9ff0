"""A file that an attendant chose, made into one that WhatsApp takes, or refused with words that say what to do."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path
from typing import Literal

from app.errors import Invalid
from app.i18n import N_
from app.media import documents, moving, pictures, sound
from app.media.caution import Damaged, TooMuch, apart
from app.media.names import harmless, with_ending
from app.media.sniffing import ENDINGS, ENOUGH, sniffed

Wish = Literal["usual", "document", "voice", "sticker"]
Type = Literal["image", "video", "audio", "document", "sticker"]

MOST_BYTES = 100_000_000  # of a document, the largest that WhatsApp takes
MOST_BYTES_OF_SOUND = 16_000_000

EMPTY = N_("This file is empty. Choose another one.")
TOO_LARGE = N_("WhatsApp takes files of 100 MB at most. Send a smaller one, or a link to it.")
DAMAGED_PICTURE = N_(
    "This picture is damaged or of an unknown kind. Open and save it anew, or send it as a document."
)
TOO_MANY_PIXELS = N_("This picture has more than 50 megapixels. Make it smaller, or send it as a document.")
DAMAGED_VIDEO = N_("This video is damaged or not complete. Send it as a document if you still want to.")
DAMAGED_SOUND = N_("This sound is damaged or not complete. Send it as a document if you still want to.")
DAMAGED_RECORDING = N_("The recording could not be read. Record it again.")
LONG_RECORDING = N_("This recording is too long for WhatsApp. Record a shorter one.")
NO_STICKER = N_("No sticker can be made of this file. Choose a picture.")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file as it may be uploaded. `path`: the given file, or a converted one beside it, which is the caller's to remove.

    `type` is WhatsApp's, `sha256` in hex, sizes in pixels, `waveform` 64 loudnesses from 0 to 100. What is not known or
    does not apply is None.
    """

    type: Type
    mime: str
    file_name: str
    path: Path
    bytes: int = 0
    sha256: str = ""
    voice: bool = False
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    waveform: list[int] | None = None
    pages: int | None = None


async def prepare(file: Path, *, name: str, wish: Wish) -> Prepared:
    """What to send for this file, by what it holds and not by its name. Raises Invalid (field "files").

    "usual" sends pictures, videos and sound as such where WhatsApp can take them, if need be encoded anew, and everything
    else as a document. It works in one of two threads, a video for up to 90 seconds.
    """
    return await apart(lambda: prepared(file, name, wish))


def prepared(file: Path, name: str, wish: Wish) -> Prepared:
    bytes_ = file.stat().st_size
    if not bytes_:
        raise refused(EMPTY)
    if bytes_ > MOST_BYTES:
        raise refused(TOO_LARGE)
    with file.open("rb") as source:
        mime = sniffed(source.read(ENOUGH), "")
    into = file.with_name(f"{file.name}.prepared")
    try:
        made = maker_for(wish, mime)(file, mime or "", harmless(name), into)
    except BaseException:
        into.unlink(missing_ok=True)
        raise
    if made.path != into:
        into.unlink(missing_ok=True)
    with made.path.open("rb") as source:
        digest = file_digest(source, "sha256").hexdigest()
    return replace(made, bytes=made.path.stat().st_size, sha256=digest)


Maker = Callable[[Path, str, str, Path], Prepared]


def maker_for(wish: Wish, mime: str | None) -> Maker:
    if wish == "usual":
        return BY_FAMILY.get((mime or "").partition("/")[0], as_document)
    return BY_WISH[wish]


def refused(sentence: str) -> Invalid:
    return Invalid(sentence, field="files")


def named(name: str, type_: Type, mime: str) -> str:
    return with_ending(name or type_, ENDINGS[mime])


def as_document(file: Path, mime: str, name: str, into: Path) -> Prepared:
    mime = documents.mime_of(file, mime or None, name)
    pages = documents.pages_of(file) if mime == "application/pdf" else None
    return Prepared("document", mime, name or "document", file, pages=pages)


def as_picture(file: Path, mime: str, name: str, into: Path) -> Prepared:
    """One that moves goes as a video, for WhatsApp would show its first picture alone; where that cannot be, as a still one."""
    try:
        if pictures.moves(file):
            with suppress(Damaged, TooMuch):
                return of_video(file, mime, name, into)
        made = pictures.as_picture(file, into)
    except Damaged as fault:
        raise refused(DAMAGED_PICTURE) from fault
    except TooMuch as fault:
        raise refused(TOO_MANY_PIXELS) from fault
    return of_picture("image", made, name)


def as_sticker(file: Path, mime: str, name: str, into: Path) -> Prepared:
    try:
        made = pictures.as_sticker(file, into)
    except Damaged as fault:
        raise refused(NO_STICKER) from fault
    except TooMuch as fault:
        raise refused(TOO_MANY_PIXELS) from fault
    return of_picture("sticker", made, name)


def of_picture(type_: Type, made: pictures.Picture, name: str) -> Prepared:
    called = named(name, type_, made.mime)
    return Prepared(type_, made.mime, called, made.path, width=made.width, height=made.height)


def as_voice(file: Path, mime: str, name: str, into: Path) -> Prepared:
    try:
        sound.as_voice(file, mime, into)
        heard = sound.hear(into, "audio/ogg")
    except Damaged as fault:
        raise refused(DAMAGED_RECORDING) from fault
    except TooMuch as fault:
        raise refused(LONG_RECORDING) from fault
    if into.stat().st_size > MOST_BYTES_OF_SOUND:
        raise refused(LONG_RECORDING)
    return of_sound(into, "audio/ogg", name, heard, voice=True)


def as_sound(file: Path, mime: str, name: str, into: Path) -> Prepared:
    """As sound when WhatsApp takes it, also encoded anew; what is too long for that goes as a document."""
    try:
        path = file
        if not sound.is_taken(file, mime):
            sound.as_mp3(file, mime, into)
            path, sent_as = into, "audio/mpeg"
        else:
            sent_as = mime
        if path.stat().st_size > MOST_BYTES_OF_SOUND:
            raise TooMuch
        heard = sound.hear(path, sent_as)
    except Damaged as fault:
        raise refused(DAMAGED_SOUND) from fault
    except TooMuch:
        return as_document(file, mime, name, into)
    return of_sound(path, sent_as, name, heard)


def of_sound(path: Path, mime: str, name: str, heard: sound.Heard, *, voice: bool = False) -> Prepared:
    called = named(name, "audio", mime)
    lasts, waveform = heard.duration_seconds, heard.waveform
    return Prepared("audio", mime, called, path, voice=voice, duration_seconds=lasts, waveform=waveform)


def as_video(file: Path, mime: str, name: str, into: Path) -> Prepared:
    """As a video when WhatsApp takes it, also encoded anew; what is too long for that goes as a document."""
    try:
        if not moving.has_pictures(file, mime):
            return as_sound(file, mime.replace("video/", "audio/"), name, into)
        return of_video(file, mime, name, into)
    except Damaged as fault:
        raise refused(DAMAGED_VIDEO) from fault
    except TooMuch:
        return as_document(file, mime, name, into)


def of_video(file: Path, mime: str, name: str, into: Path) -> Prepared:
    path = moving.fitted(file, mime, into)
    seen = moving.about(path, "video/mp4")
    sent_as = mime if path == file else "video/mp4"
    lasts, called = seen.duration_seconds, named(name, "video", sent_as)
    return Prepared(
        "video", sent_as, called, path, width=seen.width, height=seen.height, duration_seconds=lasts
    )


BY_WISH: dict[Wish, Maker] = {"document": as_document, "voice": as_voice, "sticker": as_sticker}
BY_FAMILY: dict[str, Maker] = {"image": as_picture, "video": as_video, "audio": as_sound}
