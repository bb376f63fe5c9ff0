"""Whatever an attendant chooses becomes something that WhatsApp takes, or is refused with words that say what to do."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import av
import pytest
from PIL import Image

from app.errors import Invalid
from app.media import preparing
from app.media.preparing import Prepared, Wish, prepare
from tests.media.files import HTML, PDF
from tests.media.made import noise, noted, picture, see_through, sound, video

Make = Callable[[], bytes]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def lying_in(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


async def prepared(folder: Path, data: bytes, name: str = "", wish: Wish = "usual") -> Prepared:
    file = folder / "chosen"
    file.write_bytes(data)
    made = await prepare(file, name=name, wish=wish)
    assert made.bytes == made.path.stat().st_size
    assert made.path.parent == folder
    assert lying_in(folder) == sorted({"chosen", made.path.name}), "nothing else is left"
    return made


PICTURES = {
    "jpeg": (lambda: picture("JPEG"), "image/jpeg"),
    "png": (lambda: picture("PNG"), "image/png"),
    "webp": (lambda: picture("WEBP"), "image/jpeg"),
    "gif": (lambda: picture("GIF"), "image/jpeg"),
    "bmp": (lambda: picture("BMP"), "image/jpeg"),
    "tiff": (lambda: picture("TIFF"), "image/jpeg"),
    "avif": (lambda: picture("AVIF"), "image/jpeg"),
    "heic": (lambda: picture("HEIF"), "image/jpeg"),
    "grey": (lambda: picture("JPEG", mode="L"), "image/jpeg"),
    "ink": (lambda: picture("JPEG", mode="CMYK"), "image/jpeg"),
    "sixteen bits": (lambda: picture("PNG", mode="I;16"), "image/png"),
    "clear png": (lambda: see_through("PNG"), "image/png"),
    "clear webp": (lambda: see_through("WEBP"), "image/png"),
    "opaque with alpha": (lambda: picture("WEBP", mode="RGBA"), "image/jpeg"),
}


@pytest.mark.parametrize(("make", "mime"), PICTURES.values(), ids=PICTURES)
async def test_a_picture_of_any_kind_becomes_one_that_whatsapp_takes(
    folder: Path, make: Make, mime: str
) -> None:
    made = await prepared(folder, make(), "Foto da peça.tmp")
    assert (made.type, made.mime) == ("image", mime)
    assert made.file_name == f"Foto da peça.{'jpg' if mime == 'image/jpeg' else 'png'}"
    with Image.open(made.path) as image:
        assert image.get_format_mimetype() == mime
        assert image.size == (made.width, made.height)
        assert image.mode in ("L", "RGB", "RGBA")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("orientation", [1, 6])
async def test_a_sent_picture_stands_upright_and_tells_nothing_of_where_it_was_taken(
    folder: Path, kind: str, orientation: int
) -> None:
    made = await prepared(folder, picture(kind, exif=noted(orientation), xmp=b"<x>Camera of Ana</x>"))
    content = made.path.read_bytes()
    assert not [told for told in (b"Camera of Ana", b"Exif", b"eXIf") if told in content]
    turned = orientation == 6 and kind != "HEIF"  # libheif turns by itself, and writes what it turned
    assert (made.width, made.height) == ((60, 80) if turned else (80, 60))


async def test_a_picture_that_moves_goes_as_a_video(folder: Path) -> None:
    others = [Image.new("RGB", (81, 60), (shade, 90, 180)) for shade in (90, 180, 250)]
    data = picture("GIF", (81, 60), save_all=True, append_images=others, duration=200)
    made = await prepared(folder, data, "festa.gif")
    assert (made.type, made.mime, made.file_name) == ("video", "video/mp4", "festa.mp4")
    assert (made.width, made.height, made.duration_seconds) == (80, 60, 0.8)
    with av.open(str(made.path)) as film:
        assert sum(1 for _ in film.decode(video=0)) == 4


async def test_too_large_a_picture_is_made_smaller_and_not_refused(folder: Path) -> None:
    made = await prepared(folder, noise("JPEG", (3000, 2200), quality=97))
    assert made.bytes <= 5_000_000
    assert made.width is not None
    assert 1500 < made.width < 3000


VOICES = {
    "chromium": (lambda: sound("webm", "libopus"), True),
    "firefox": (lambda: sound("ogg", "libopus"), True),
    "safari": (lambda: sound("mp4", "aac"), False),
    "two channels": (lambda: sound("webm", "libopus", layout="stereo"), False),
}


@pytest.mark.parametrize(("make", "is_kept"), VOICES.values(), ids=VOICES)
async def test_a_recording_of_a_browser_becomes_a_voice_note(folder: Path, make: Make, is_kept: bool) -> None:
    recorded = make()
    made = await prepared(folder, recorded, wish="voice")
    assert (made.type, made.mime, made.voice) == ("audio", "audio/ogg", True)
    assert made.duration_seconds == pytest.approx(1, abs=0.1)
    assert made.waveform is not None
    assert len(made.waveform) == 64
    assert made.waveform[5] < 20 < 90 < max(made.waveform[58:])
    with av.open(str(made.path)) as container:
        [stream] = container.streams.audio
        assert (stream.codec.canonical_name, stream.channels, stream.rate) == ("opus", 1, 48_000)
    assert (packets(recorded) == packets(made.path.read_bytes())) is is_kept, "not encoded twice"


def packets(data: bytes) -> list[bytes]:
    with av.open(BytesIO(data), "r") as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


SOUNDS = {
    "mp3": (lambda: sound("mp3", "libmp3lame"), "audio/mpeg", True),
    "aac": (lambda: sound("adts", "aac"), "audio/aac", True),
    "m4a": (lambda: sound("mp4", "aac"), "audio/mp4", True),
    "opus": (lambda: sound("ogg", "libopus"), "audio/ogg", True),
    "wav": (lambda: sound("wav", "pcm_s16le", rate=44_100, layout="stereo"), "audio/mpeg", False),
    "flac": (lambda: sound("flac", "flac"), "audio/mpeg", False),
    "webm": (lambda: sound("webm", "libopus"), "audio/mpeg", False),
    "flac in ogg": (lambda: sound("ogg", "flac"), "audio/mpeg", False),
    "opus in stereo": (lambda: sound("ogg", "libopus", layout="stereo"), "audio/mpeg", False),
}


@pytest.mark.parametrize(("make", "mime", "is_kept"), SOUNDS.values(), ids=SOUNDS)
async def test_sound_goes_as_it_is_or_as_mp3(folder: Path, make: Make, mime: str, is_kept: bool) -> None:
    made = await prepared(folder, make(), "nota.bin")
    assert (made.type, made.mime, made.voice) == ("audio", mime, False)
    assert (made.path.name == "chosen") is is_kept
    assert made.duration_seconds == pytest.approx(1, abs=0.15)
    assert made.file_name != "nota.bin"


VIDEOS = {
    "as it is": (lambda: video(bf="0"), True),
    "without sound": (lambda: video(voice=None, bf="0"), True),
    "index at the end": (lambda: video(faststart=False, bf="0"), False),
    "iphone": (lambda: video("mov", bf="0"), False),
    "b-frames": (lambda: video(), False),
    "webm": (lambda: video("webm", "libvpx", "libopus"), False),
    "large": (lambda: video(size=(1602, 902), frames=3), False),
}


@pytest.mark.parametrize(("make", "is_kept"), VIDEOS.values(), ids=VIDEOS)
async def test_a_video_goes_as_it_is_or_encoded_anew(folder: Path, make: Make, is_kept: bool) -> None:
    made = await prepared(folder, make(), "filme.mov")
    assert (made.type, made.mime, made.file_name) == ("video", "video/mp4", "filme.mp4")
    assert (made.path.name == "chosen") is is_kept
    assert made.path.read_bytes().index(b"moov") < made.path.read_bytes().index(b"mdat")
    assert made.width is not None
    assert made.width <= 1280 or is_kept
    with av.open(str(made.path)) as container:
        [stream] = container.streams.video
        assert stream.codec.canonical_name == "h264"
        assert not stream.codec_context.has_b_frames
        assert all(one.codec.canonical_name == "aac" for one in container.streams.audio)
        assert len(list(container.decode(video=0))) in (3, 10)


async def test_what_whatsapp_takes_as_no_video_goes_as_a_document(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.media.moving.MOST_ENCODED_SECONDS", 0.1)  # as if it were hours long
    made = await prepared(folder, video(), "aula.mp4")
    assert (made.type, made.mime, made.file_name, made.path.name) == (
        "document",
        "video/mp4",
        "aula.mp4",
        "chosen",
    )


@pytest.mark.parametrize("kind", ["JPEG", "HEIF"])
async def test_as_a_document_a_picture_keeps_every_byte(folder: Path, kind: str) -> None:
    data = picture(kind, exif=noted())
    made = await prepared(folder, data, "IMG_1.heic", "document")
    assert (made.type, made.file_name, made.path.read_bytes()) == ("document", "IMG_1.heic", data)


def office(part: str) -> bytes:
    from zipfile import ZipFile

    written = BytesIO()
    with ZipFile(written, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr(part, "<x/>")
    return written.getvalue()


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOCUMENTS = {
    "pdf": (PDF, "nota.pdf", "application/pdf", 1),
    "word": (office("word/document.xml"), "a.docx", WORD, None),
    "zip": (office("x.txt"), "a.docx", "application/zip", None),
    "old word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "a.doc", "application/msword", None),
    "text": ("Olá, ção".encode(), "leia-me", "text/plain", None),
    "table": (b"a;b\n1;2\n", "a.csv", "text/csv", None),
    "page called picture": (HTML, "foto.jpg", "application/octet-stream", None),
    "program": (b"MZ" + bytes(99), "boleto\u202efdp.exe", "application/octet-stream", None),
}


@pytest.mark.parametrize(("data", "name", "mime", "pages"), DOCUMENTS.values(), ids=DOCUMENTS)
async def test_anything_else_is_a_document_of_its_own_name(
    folder: Path, data: bytes, name: str, mime: str, pages: int | None
) -> None:
    made = await prepared(folder, data, name)
    assert (made.type, made.pages, made.path.name) == ("document", pages, "chosen")
    assert made.mime == mime or name.endswith(".exe")
    assert made.file_name == name.replace("\u202e", "")


async def test_a_sticker_is_a_square_webp_within_a_hundred_kilobytes(folder: Path) -> None:
    for data in (noise("JPEG", (900, 700)), see_through("PNG"), picture("PNG", (10, 10))):
        made = await prepared(folder, data, "x.jpg", "sticker")
        assert (made.type, made.mime, made.width, made.height) == ("sticker", "image/webp", 512, 512)
        assert made.bytes <= 100_000
        again = await prepared(folder, made.path.read_bytes(), wish="sticker")
        assert again.path.name == "chosen", "a sticker that fits stays as it is"
        made.path.unlink(missing_ok=True)


REFUSED: dict[str, tuple[Make, Wish, str]] = {
    "nothing": (lambda: b"", "usual", preparing.EMPTY),
    "nothing as document": (lambda: b"", "document", preparing.EMPTY),
    "half a picture": (lambda: noise("JPEG", (300, 300))[:9000], "usual", preparing.DAMAGED_PICTURE),
    "only a picture's beginning": (
        lambda: b"\x89PNG\r\n\x1a\n" + bytes(50),
        "usual",
        preparing.DAMAGED_PICTURE,
    ),
    "a bomb": (lambda: picture("PNG", (8000, 6300), mode="1"), "usual", preparing.TOO_MANY_PIXELS),
    "a greater bomb": (
        lambda: picture("PNG", (20_000, 20_000), mode="1"),
        "sticker",
        preparing.TOO_MANY_PIXELS,
    ),
    "half a video": (lambda: video(faststart=False)[:3000], "usual", preparing.DAMAGED_VIDEO),
    "half a sound": (lambda: b"RIFF\x00\x00\x00\x00WAVEfmt ", "usual", preparing.DAMAGED_SOUND),
    "no recording": (lambda: PDF, "voice", preparing.DAMAGED_RECORDING),
    "half a recording": (lambda: sound("webm", "libopus")[:150], "voice", preparing.DAMAGED_RECORDING),
    "no picture": (lambda: PDF, "sticker", preparing.NO_STICKER),
}


@pytest.mark.parametrize(("make", "wish", "sentence"), REFUSED.values(), ids=REFUSED)
async def test_what_cannot_be_sent_is_refused_in_words_and_leaves_nothing(
    folder: Path, make: Make, wish: Wish, sentence: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await prepared(folder, make(), "x", wish)
    assert (refusal.value.words, refusal.value.field) == (sentence, "files")
    assert lying_in(folder) == ["chosen"]


async def test_more_than_whatsapp_takes_is_refused_before_it_is_read(folder: Path) -> None:
    with (folder / "chosen").open("wb") as file:
        file.truncate(preparing.MOST_BYTES + 1)  # a file of holes: it takes no room
    with pytest.raises(Invalid, match="100 MB"):
        await prepare(folder / "chosen", name="x", wish="document")
