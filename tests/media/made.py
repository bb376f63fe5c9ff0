"""Pictures, sound and videos, made where they are needed: small, and real to whoever decodes them."""

from array import array
from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from math import pi, sin
from tempfile import NamedTemporaryFile
from typing import Any

import av
from PIL import Image
from pillow_heif import register_heif_opener

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def picture(kind: str, size: tuple[int, int] = (80, 60), mode: str = "RGB", **how: Any) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    register_heif_opener()
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((30, 30, 200), (size[0] // 2, 0, *size))
    written = BytesIO()
    (image if mode == "RGB" else image.convert(mode)).save(written, kind, **how)
    return written.getvalue()


def noise(kind: str, size: tuple[int, int], **how: Any) -> bytes:
    """A picture that cannot be packed small."""
    written = BytesIO()
    Image.effect_noise(size, 200).convert("RGB").save(written, kind, **how)
    return written.getvalue()


def noted(orientation: int = 1) -> Image.Exif:
    """What a camera notes: how it was held, who made it, where it was."""
    notes = Image.Exif()
    notes[ORIENTATION], notes[MAKER] = orientation, "Camera of Ana"
    notes.get_ifd(GPS).update({1: "S", 2: (23.0, 33.0, 1.0)})
    return notes


def see_through(kind: str) -> bytes:
    image = Image.new("RGBA", (60, 60), (0, 128, 0, 0))
    image.paste((0, 128, 0, 255), (0, 0, 30, 30))
    written = BytesIO()
    image.save(written, kind)
    return written.getvalue()


def tone(seconds: float, rate: int, layout: str) -> Iterator[av.AudioFrame]:
    """A tone that begins softly and becomes loud."""
    samples, channels = 960, 1 if layout == "mono" else 2
    pieces = int(seconds * rate / samples)
    for piece in range(pieces):
        wave = [sin(2 * pi * 440 * place / rate) for place in range(samples)]
        loud = 28_000 * (piece + 1) / pieces
        frame = av.AudioFrame("s16", layout, samples)
        frame.planes[0].update(
            array("h", [int(loud * one) for one in wave for _ in range(channels)]).tobytes()
        )
        frame.sample_rate, frame.pts, frame.time_base = rate, piece * samples, Fraction(1, rate)
        yield frame


def sound(
    container: str, codec: str, *, seconds: float = 1.0, rate: int = 48_000, layout: str = "mono"
) -> bytes:
    written = BytesIO()
    with av.open(written, "w", container) as target:
        stream: Any = target.add_stream(codec, rate=rate, layout=layout)
        for frame in tone(seconds, rate, layout):
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return written.getvalue()


def video(
    container: str = "mp4",
    codec: str = "libx264",
    voice: str | None = "aac",
    *,
    size: tuple[int, int] = (96, 64),
    frames: int = 10,
    faststart: bool = True,
    **how: str,
) -> bytes:
    options = {"movflags": "faststart"} if faststart and container == "mp4" else {}
    with NamedTemporaryFile() as written, av.open(written, "w", container, options) as target:
        stream: Any = target.add_stream(codec, rate=10, options=how)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        heard: Any = target.add_stream(voice, rate=48_000, layout="mono") if voice else None
        for place in range(frames):
            frame = av.VideoFrame(*size, "yuv420p")
            for plane, value in zip(frame.planes, (40 + place * 10, 90, 180), strict=True):
                plane.update(bytes([value]) * plane.buffer_size)
            frame.pts, frame.time_base = place, Fraction(1, 10)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
        for sample in tone(frames / 10, 48_000, "mono") if heard else ():
            target.mux(heard.encode(sample))
        if heard:
            target.mux(heard.encode(None))
        target.close()
        written.seek(0)
        return written.read()
