"""Sound: opened with care, repacked or encoded anew for WhatsApp, heard through once for its length and its waveform."""

from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from app.media.caution import (
    MOST_SECONDS_OF_SOUND,
    PATIENCE_SECONDS,
    Damaged,
    Deadline,
    TooMuch,
    reading_strangers,
)

if TYPE_CHECKING:
    from av import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer

# FFmpeg is told what to read, so that no file makes it follow a playlist to another file or into the network.
FORMATS = {
    "ogg": "ogg",
    "webm": "matroska",
    "matroska": "matroska",
    "mp4": "mov",
    "3gpp": "mov",
    "quicktime": "mov",
    "mpeg": "mp3",
    "aac": "aac",
    "amr": "amr",
    "wav": "wav",
    "flac": "flac",
    "avi": "avi",
    "gif": "gif",
}
TAKEN = {"audio/aac": "aac", "audio/amr": "amr_nb", "audio/mpeg": "mp3", "audio/mp4": "aac"}
BARS = 64
HEARD_RATE, PIECE = 8000, 160  # samples a second; per measured piece: 20 ms
LOWEST_RATE, LONGEST_FRAME_SECONDS = (
    4000,
    10,
)  # a FLAC's longest frame at a telephone's rate lasts eight seconds
VOICE_RATE, VOICE_BITS, SOUND_BITS = 48_000, 32_000, 128_000
SPOKEN_RATE = 16_000  # samples a second; what understands speech wants no more


@dataclass(frozen=True, slots=True)
class Heard:
    """`waveform`: 64 loudnesses from 0 to 100, the loudest being 100."""

    duration_seconds: float
    waveform: list[int]


@contextmanager
def opened(file: Path, mime: str) -> Iterator["InputContainer"]:
    """The file's container; raises Damaged or TooMuch, also from within the block."""
    import av

    kind = FORMATS.get(mime.partition("/")[2])
    if kind is None:
        raise Damaged("neither sound nor video")
    options = {"probesize": "5000000", "analyzeduration": "5000000", "protocol_whitelist": "none"}
    with (
        reading_strangers(),
        file.open("rb") as source,
        av.open(source, "r", kind, options, metadata_errors="replace") as container,
    ):
        yield container


def first_sound(container: "InputContainer") -> "AudioStream":
    """Raises Damaged when there is none."""
    if not container.streams.audio:
        raise Damaged("no sound")
    return container.streams.audio[0]


def is_taken(file: Path, mime: str) -> bool:
    """Whether WhatsApp takes this sound as it is; raises Damaged or TooMuch."""
    with opened(file, mime) as source:
        stream = first_sound(source)
        if mime == "audio/ogg":
            return is_single_opus(stream)
        return stream.codec.canonical_name == TAKEN.get(mime)


def is_single_opus(stream: "AudioStream") -> bool:
    return stream.codec.canonical_name == "opus" and stream.codec_context.channels == 1


def as_voice(file: Path, mime: str, into: Path) -> None:
    """Ogg with Opus in one channel: as it was recorded where it is that already, else encoded anew."""
    with opened(file, mime) as source, written(into, "ogg") as target:
        stream = first_sound(source)
        if is_single_opus(stream):
            repack(source, stream, target)
        else:
            encode(source, stream, target, codec="libopus", layout="mono", bits=VOICE_BITS)


def as_mp3(file: Path, mime: str, into: Path) -> None:
    with opened(file, mime) as source, written(into, "mp3") as target:
        stream = first_sound(source)
        layout = "mono" if stream.codec_context.channels == 1 else "stereo"
        encode(source, stream, target, codec="libmp3lame", layout=layout, bits=SOUND_BITS)


@contextmanager
def written(into: Path, kind: str, **options: str) -> Iterator["OutputContainer"]:
    import av

    with into.open("wb+") as file, av.open(file, "w", kind, options) as target:
        yield target


def repack(source: "InputContainer", stream: "AudioStream", target: "OutputContainer") -> None:
    """The same sound in another container; nothing is heard through."""
    same = target.add_stream_from_template(stream)
    for packet in source.demux(stream):
        if packet.dts is not None:
            packet.stream = same
            target.mux(packet)


def encode(
    source: "InputContainer",
    stream: "AudioStream",
    target: "OutputContainer",
    *,
    codec: Literal["libopus", "libmp3lame"],
    layout: str,
    bits: int,
) -> None:
    encoded: AudioStream = target.add_stream(codec, rate=VOICE_RATE, layout=layout, bit_rate=bits)
    for frame in frames_of(source, stream):
        target.mux(encoded.encode(frame))
    target.mux(encoded.encode(None))


def frames_of(source: "InputContainer", stream: "AudioStream") -> Iterator["AudioFrame"]:
    """Decoded sound, in order; raises TooMuch when it takes or lasts too long.

    A piece that would grow a thousandfold at a usual rate is no sound (Damaged): whoever listens does so piece by piece.
    """
    deadline, heard = Deadline(PATIENCE_SECONDS), 0.0
    for frame in source.decode(stream):
        deadline.check()
        if frame.sample_rate < LOWEST_RATE or frame.samples > LONGEST_FRAME_SECONDS * frame.sample_rate:
            raise Damaged("no rate that anybody hears")
        heard += frame.samples / frame.sample_rate
        if heard > MOST_SECONDS_OF_SOUND:
            raise TooMuch
        frame.pts = None  # holes in a recording's clock are no silence
        yield frame


def hear(file: Path, mime: str) -> Heard:
    """Listens through the whole file; raises Damaged or TooMuch."""
    loudness, rest, samples = array("H"), array("h"), 0
    for heard in plain(file, mime, HEARD_RATE):
        rest.frombytes(heard)
        samples += len(heard) // 2
        whole = len(rest) - len(rest) % PIECE
        for begin in range(0, whole, PIECE):
            piece = rest[begin : begin + PIECE]
            loudness.append(min(max(max(piece), -min(piece)), 32767))
        del rest[:whole]
    if not samples:
        raise Damaged("silence of no length")
    return Heard(samples / HEARD_RATE, bars(loudness))


def samples(file: Path, mime: str) -> bytes:
    """The whole sound in one channel, `SPOKEN_RATE` samples of 16 bits a second; raises Damaged or TooMuch."""
    return b"".join(plain(file, mime, SPOKEN_RATE))


def plain(file: Path, mime: str, rate: int) -> Iterator[bytes]:
    """The sound in one channel, piece by piece, so many samples of 16 bits a second."""
    from av import AudioResampler

    with opened(file, mime) as source:
        resampler = AudioResampler("s16", "mono", rate)
        for frame in frames_of(source, first_sound(source)):
            for heard in resampler.resample(frame):
                yield bytes(heard.planes[0])[: heard.samples * 2]


def bars(loudness: "array[int]") -> list[int]:
    """Loudnesses gathered into 64 bars, each as high as its mean."""
    if not loudness:
        return [0] * BARS
    means = []
    for bar in range(BARS):
        begin = bar * len(loudness) // BARS
        some = loudness[begin : max(begin + 1, (bar + 1) * len(loudness) // BARS)]
        means.append(sum(some) / len(some))
    loudest = max(means)
    return [round(100 * mean / loudest) if loudest > 0 else 0 for mean in means]
