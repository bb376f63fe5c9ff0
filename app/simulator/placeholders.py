"""Small real files for the attachments that customers send."""

import struct
import zlib
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Placeholder:
    mime_type: str
    filename: str
    data: bytes


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _picture(width: int = 320, height: int = 240) -> bytes:
    """A PNG with a soft gradient, so that it can be told from a broken image."""
    rows = b"".join(
        b"\x00" + b"".join(bytes((120 + x // 4, 160 + y // 4, 200 - x // 4)) for x in range(width))
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = (
        _png_chunk(b"IHDR", header) + _png_chunk(b"IDAT", zlib.compress(rows, 9)) + _png_chunk(b"IEND", b"")
    )
    return b"\x89PNG\r\n\x1a\n" + body


def _ogg_checksum(page: bytes) -> int:
    """Ogg's CRC-32: polynomial 0x04C11DB7, not reflected, starting from zero."""
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = ((crc << 1) ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc


def _ogg_page(sequence: int, flags: int, granule: int, packets: list[bytes]) -> bytes:
    head = struct.pack("<4sBBQII", b"OggS", 0, flags, granule, 20261, sequence)
    tail = bytes([len(packets)]) + bytes(map(len, packets)) + b"".join(packets)
    checksum = _ogg_checksum(head + bytes(4) + tail)
    return head + struct.pack("<I", checksum) + tail


def _silent_voice(seconds: int = 2) -> bytes:
    """A mono Ogg Opus file of silence: fifty 20 ms frames a second."""
    head = struct.pack("<8sBBHIhB", b"OpusHead", 1, 1, 312, 48_000, 0, 0)
    tags = struct.pack("<8sI6sI", b"OpusTags", 6, b"recado", 0)
    frames = [b"\xf8\xff\xfe"] * (seconds * 50)
    pages = [_ogg_page(0, 2, 0, [head]), _ogg_page(1, 0, 0, [tags])]
    return b"".join([*pages, _ogg_page(2, 4, seconds * 48_000, frames)])


_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
_WEBP = (
    b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"
)
# Only the first box of an MP4: enough to be recognised, not to be played.
_MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(64)


@cache
def placeholder(kind: str) -> Placeholder:
    """A file for `image`, `video`, `document`, `audio` or `sticker`. KeyError for anything else."""
    makers = {
        "image": lambda: Placeholder("image/png", "foto.png", _picture()),
        "video": lambda: Placeholder("video/mp4", "video.mp4", _MP4),
        "document": lambda: Placeholder("application/pdf", "comprovante.pdf", _PDF),
        "audio": lambda: Placeholder("audio/ogg; codecs=opus", "voz.ogg", _silent_voice()),
        "sticker": lambda: Placeholder("image/webp", "figurinha.webp", _WEBP),
    }
    return makers[kind]()
