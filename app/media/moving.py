"""Videos: whether WhatsApp takes one as it is, how it is encoded anew, and its first picture."""

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from app.media.caution import MOST_PIXELS, PATIENCE_SECONDS, Damaged, Deadline, TooMuch
from app.media.pictures import PREVIEW_SIDE, as_webp
from app.media.sound import opened, written

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer, OutputContainer
    from av.filter import Graph
    from av.video.stream import VideoStream
    from PIL.Image import Image

MOST_BYTES = 16_000_000  # of WhatsApp's video
LONGEST_SIDE, MOST_ENCODED_SECONDS, ENCODING_SECONDS = 1280, 300.0, 90.0
SOUND_BITS, MOST_PICTURE_BITS = 96_000, 2_000_000
# How a picture is turned that was taken so many degrees (counterclockwise) from upright.
TURNS = {
    90: (("transpose", "cclock"),),
    180: (("hflip", None), ("vflip", None)),
    270: (("transpose", "clock"),),
}


@dataclass(frozen=True, slots=True)
class About:
    """What a video's headers say. `duration_seconds`: 0 when they do not know."""

    width: int
    height: int
    duration_seconds: float
    fits: bool


def about(file: Path, mime: str) -> About:
    """From its headers and its first picture; raises Damaged, also when it holds no pictures, or TooMuch."""
    with opened(file, mime) as source:
        stream = pictures_of(source)
        known = headers(source, stream)
        return About(*size_of(first_picture(source, stream)), *known)


def preview(file: Path, mime: str) -> tuple[bytes, About]:
    """The first picture as a small WebP, upright."""
    with opened(file, mime) as source:
        stream = pictures_of(source)
        known = headers(source, stream)
        frame = first_picture(source, stream)
        share = min(1.0, PREVIEW_SIDE / max(frame.width, frame.height))
        sides = {"width": max(1, int(frame.width * share)), "height": max(1, int(frame.height * share))}
        small: Image = frame.to_image(**sides)  # type: ignore[no-untyped-call]
        return as_webp(small.rotate(frame.rotation, expand=True)), About(*size_of(frame), *known)


def headers(source: "InputContainer", stream: "VideoStream") -> tuple[float, bool]:
    """Seconds, and whether WhatsApp takes it."""
    return max(0.0, (source.duration or 0) / 1_000_000), is_taken(source, stream)


def fitted(file: Path, mime: str, into: Path) -> Path:
    """The file itself, or one in `into`, that WhatsApp takes as a video; raises Damaged or TooMuch."""
    seen, bytes_ = about(file, mime), file.stat().st_size
    if not seen.fits or bytes_ > MOST_BYTES:
        encode(file, mime, seen.duration_seconds, into)
    elif mime in ("video/mp4", "video/3gpp") and begins_with_its_index(file):
        return file
    else:
        repack(file, mime, into)
    if into.stat().st_size > MOST_BYTES:
        raise TooMuch
    return into


def has_pictures(file: Path, mime: str) -> bool:
    """Sound comes in the same containers; a record's cover is no video."""
    with opened(file, mime) as source:
        return any(
            not stream.disposition & stream.disposition.attached_pic for stream in source.streams.video
        )


def pictures_of(source: "InputContainer") -> "VideoStream":
    if not source.streams.video:
        raise Damaged("no pictures")
    stream = source.streams.video[0]
    if stream.codec_context.width * stream.codec_context.height > MOST_PIXELS:
        raise TooMuch
    stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}  # they may grow on the way
    stream.codec_context.thread_count = 1
    return stream


def first_picture(source: "InputContainer", stream: "VideoStream") -> "VideoFrame":
    deadline = Deadline(PATIENCE_SECONDS)
    for packet in source.demux(stream):
        deadline.check()
        for frame in packet.decode():
            return frame
    raise Damaged("no picture")


def size_of(frame: "VideoFrame") -> tuple[int, int]:
    """Width and height as it is looked at: phones lie on their side and note it."""
    lies = frame.rotation % 180 != 0
    return (frame.height, frame.width) if lies else (frame.width, frame.height)


def is_taken(source: "InputContainer", stream: "VideoStream") -> bool:
    """H.264 without B-frames in its high profile, which Android's WhatsApp does not play, and AAC or no sound."""
    sounds, context = source.streams.audio, stream.codec_context
    return (
        stream.codec.canonical_name == "h264"
        and context.pix_fmt in ("yuv420p", "yuvj420p")
        and not ("High" in (context.profile or "") and context.has_b_frames)
        and len(sounds) <= 1
        and all(sound.codec.canonical_name == "aac" for sound in sounds)
    )


def begins_with_its_index(file: Path) -> bool:
    """Whether an MP4 can be played while it comes in: `moov` lies before `mdat`."""
    with file.open("rb") as source:
        while len(head := source.read(8)) == 8:
            size, kind = int.from_bytes(head[:4]), head[4:]
            if kind in (b"moov", b"mdat") or size < 8:
                return kind == b"moov"
            source.seek(size - 8, 1)
    return False


def repack(file: Path, mime: str, into: Path) -> None:
    """The same pictures and sound as an MP4 that can be played while it comes in."""
    with opened(file, mime) as source, written(into, "mp4", movflags="faststart") as target:
        streams = [*source.streams.video[:1], *source.streams.audio[:1]]
        same = {stream.index: target.add_stream_from_template(stream) for stream in streams}
        for packet in source.demux(streams):
            if packet.dts is not None:
                packet.stream = same[packet.stream_index]
                target.mux(packet)


def encode(file: Path, mime: str, lasts: float, into: Path) -> None:
    """H.264 (main profile, no B-frames) and AAC within WhatsApp's size; raises TooMuch when it is or takes too long."""
    if not 0 < lasts <= MOST_ENCODED_SECONDS:
        raise TooMuch
    from av import AudioFrame, VideoFrame

    bits = int(min(MOST_PICTURE_BITS, 0.85 * MOST_BYTES * 8 / lasts - SOUND_BITS))
    with opened(file, mime) as source, written(into, "mp4", movflags="faststart") as target:
        stream, sounds = pictures_of(source), list(source.streams.audio[:1])
        drawn = Drawn(target, stream, bits)
        spoken = (
            target.add_stream("aac", rate=48_000, layout="stereo", bit_rate=SOUND_BITS) if sounds else None
        )
        deadline = Deadline(ENCODING_SECONDS)
        for frame in source.decode(stream, *sounds):
            deadline.check()
            if isinstance(frame, VideoFrame):
                drawn.draw(frame)
            elif spoken is not None and isinstance(frame, AudioFrame):
                target.mux(spoken.encode(frame))
        drawn.end()
        if spoken is not None:
            target.mux(spoken.encode(None))


class Drawn:
    """The pictures of a video that is encoded anew: upright, at most 1280 pixels long, sides even as H.264 wants them."""

    def __init__(self, target: "OutputContainer", source: "VideoStream", bits: int) -> None:
        self.target, self.source, self.bits = target, source, bits
        self.made: tuple[VideoStream, Graph] | None = None

    def draw(self, frame: "VideoFrame") -> None:
        if self.made is None:
            self.made = self.begin(frame)
        self._through(frame)

    def end(self) -> None:
        if self.made is not None:
            self._through(None)
            self.target.mux(self.made[0].encode(None))

    def begin(self, frame: "VideoFrame") -> "tuple[VideoStream, Graph]":
        from av.filter import Graph

        width, height = size_of(frame)
        share = min(1.0, LONGEST_SIDE / max(width, height))
        width, height = (max(2, int(side * share) // 2 * 2) for side in (width, height))
        options = {"bf": "0", "preset": "veryfast", "maxrate": str(self.bits), "bufsize": str(2 * self.bits)}
        stream = self.target.add_stream("libx264", rate=self.source.average_rate or 25, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate, stream.profile, stream.time_base = self.bits, "Main", Fraction(1, 90_000)
        graph = Graph()
        turning = [graph.add(name, argument) for name, argument in TURNS.get(frame.rotation % 360, ())]
        graph.link_nodes(
            graph.add_buffer(template=self.source),
            *turning,
            graph.add("scale", f"{width}:{height}"),
            graph.add("format", "yuv420p"),
            graph.add("buffersink"),
        ).configure()
        return stream, graph

    def _through(self, frame: "VideoFrame | None") -> None:
        from av.error import BlockingIOError as NotYet
        from av.error import EOFError as AllDrawn

        if self.made is None:
            return
        stream, graph = self.made
        graph.vpush(frame)
        with suppress(NotYet, AllDrawn):
            while True:
                self.target.mux(stream.encode(graph.vpull()))
