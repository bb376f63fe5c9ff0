"""Files that somebody made to do harm, each made here: bytes, and the name it comes with."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from tests.media.files import HTML, PDF, SVG
from tests.media.made import noise, picture, sound, video

JUNK = bytes(range(256)) * 8


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *between: bytes) -> bytes:
    """A PNG that promises this size and holds a line of it."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(between) + body + chunk(b"IEND", b"")


def jpeg_of_size(width: int, height: int) -> bytes:
    whole = picture("JPEG")
    place = whole.index(b"\xff\xc0") + 5
    return whole[:place] + struct.pack(">HH", height, width) + whole[place + 4 :]


def jpeg_of_many_scans() -> bytes:
    """A small picture that is passed over five hundred times."""
    whole = picture("JPEG", (64, 64), progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * 500 + whole[-2:]


def gif_of_many_frames(frames: int) -> bytes:
    whole = picture("GIF", (4, 4))
    begin = whole.index(b"\x2c")
    return whole[:begin] + whole[begin:-1] * frames + b";"


def gif_of_size(width: int, height: int) -> bytes:
    whole = picture("GIF", (4, 4))
    return whole[:6] + struct.pack("<HH", width, height) + whole[10:]


def bmp_of_size(width: int, height: int) -> bytes:
    whole = picture("BMP", (4, 4))
    return whole[:18] + struct.pack("<ii", width, height) + whole[26:]


def tiff(*tags: tuple[int, int], following: int = 0) -> bytes:
    """A TIFF of these tags, all whole numbers; `following` is where its next directory stands."""
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", len(tags)) + entries + struct.pack("<I", following)


def webp_of_size(width: int, height: int) -> bytes:
    canvas = b"VP8X" + struct.pack("<I", 10) + bytes(4) + (width - 1).to_bytes(3, "little")
    canvas += (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", len(canvas) + 4) + b"WEBP" + canvas


def wav(channels: int, rate: int, told: int) -> bytes:
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * 2 % 2**32, 2, 16)
    return b"RIFF\xff\xff\xff\xffWAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", told)


def crc(content: bytes, bits: int, polynomial: int) -> bytes:
    rest = 0
    for byte in content:
        rest ^= byte << bits - 8
        for _ in range(8):
            rest = (rest << 1 ^ (polynomial if rest >> bits - 1 else 0)) & 2**bits - 1
    return rest.to_bytes(bits // 8)


def flac(samples: int, rate: int) -> bytes:
    """Two frames of the same sample, each so long."""
    sizes = struct.pack(">HH", samples, samples) + bytes(6)
    shape = (rate << 44 | 15 << 36 | 2 * samples).to_bytes(8)
    whole = b"fLaC\x80" + (34).to_bytes(3) + sizes + shape + bytes(16)
    for number in range(2):
        head = b"\xff\xf8\x7d\x08" + bytes([number]) + struct.pack(">HH", samples - 1, rate)
        frame = head + crc(head, 8, 0x07) + b"\x00\x01\x00"
        whole += frame + crc(frame, 16, 0x8005)
    return whole


def packed(name: str, content: bytes) -> bytes:
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return written.getvalue()


def box(kind: bytes, content: bytes, size: int | None = None) -> bytes:
    return struct.pack(">I", len(content) + 8 if size is None else size) + kind + content


FTYP = box(b"ftyp", b"isom\x00\x00\x02\x00isomiso2avc1mp41")
ZTXT = zlib.compress(bytes(80_000_000), 9)  # 80 MB of nothing

Maker = Callable[[], bytes]
# What it is: how it is made, how it is called, what becomes of it when it is sent ("refused" or WhatsApp's type), and
# whether it is drawn or played in a bubble when it comes as a picture, film or sound.
FILES: dict[str, tuple[Maker, str, str, bool]] = {
    "nothing": (lambda: b"", "a.jpg", "refused", False),
    "one byte": (lambda: b"\xff", "a.jpg", "document", False),
    "png: its beginning": (lambda: b"\x89PNG\r\n\x1a\n", "a.png", "refused", False),
    "png: 50,000 x 50,000": (lambda: png(50_000, 50_000), "a.png", "refused", False),
    "png: two thousand million wide": (lambda: png(2**31 - 1, 1), "a.png", "refused", False),
    "png: no width": (lambda: png(0, 9), "a.png", "refused", False),
    "png: less than promised": (lambda: png(900, 900), "a.png", "refused", False),
    "png: 50 million pixels packed small": (
        lambda: picture("PNG", (8000, 6300), mode="1"), "a.png", "refused", False,
    ),
    "png: a text that unpacks to 80 MB": (
        lambda: png(9, 9, chunk(b"zTXt", b"x\x00\x00" + ZTXT)), "a.png", "refused", False,
    ),
    "png: a profile that unpacks to 80 MB": (
        lambda: png(9, 9, chunk(b"iCCP", b"x\x00\x00" + ZTXT)), "a.png", "refused", False,
    ),
    "png: a chunk longer than the file": (lambda: picture("PNG")[:33] + b"\x7f\xff\xff\xffIDAT", "a.png", "refused", False),
    "jpeg: cut": (lambda: noise("JPEG", (200, 200))[:4000], "a.jpg", "refused", False),
    "jpeg: its beginning": (lambda: b"\xff\xd8\xff\xe0" + JUNK, "a.jpg", "refused", False),
    "jpeg: 65,500 x 65,500": (lambda: jpeg_of_size(65_500, 65_500), "a.jpg", "refused", False),
    "jpeg: five hundred scans": (jpeg_of_many_scans, "a.jpg", "refused", False),
    "jpeg: a page behind it": (lambda: picture("JPEG") + HTML, "a.html", "image", True),
    "jpeg: an archive behind it": (lambda: picture("JPEG") + packed("a.exe", JUNK), "a.zip", "image", True),
    "jpeg: a program in its comment": (
        lambda: picture("JPEG", comment=b"<?php system($_GET[0]);?>"), "a.php", "image", True,
    ),
    "jpeg: notes of nonsense": (lambda: picture("JPEG", exif=b"Exif\x00\x00II*\x00" + JUNK[:99]), "a.jpg", "image", True),
    "gif: a hundred thousand pictures": (lambda: gif_of_many_frames(100_000), "a.gif", "image", True),
    "gif: 65,535 x 65,535": (lambda: gif_of_size(65_535, 65_535), "a.gif", "refused", False),
    "gif: a script": (lambda: b"GIF89a/*" + JUNK + b"*/=1;alert(1)", "a.js", "refused", False),
    "webp: cut": (lambda: picture("WEBP", (300, 300))[:60], "a.webp", "refused", False),
    "webp: 16,000,000 x 16,000,000": (lambda: webp_of_size(2**24, 2**24), "a.webp", "refused", False),
    "bmp: 30,000 x 30,000": (lambda: bmp_of_size(30_000, 30_000), "a.bmp", "refused", False),
    "bmp: less than nothing": (lambda: bmp_of_size(-5, -5), "a.bmp", "refused", False),
    "tiff: 90,000 x 90,000": (lambda: tiff((256, 90_000), (257, 90_000), (259, 1)), "a.tif", "refused", False),
    "tiff: a directory that leads to itself": (lambda: tiff((256, 9), (257, 9), following=8), "a.tif", "refused", False),
    "tiff: sixty thousand tags": (lambda: tiff(*[(256, 9)] * 60_000), "a.tif", "refused", False),
    "heic: cut": (lambda: picture("HEIF")[:200], "a.heic", "refused", False),
    "avif: nonsense": (lambda: box(b"ftyp", b"avif\x00\x00\x00\x00avif") + JUNK, "a.avif", "refused", False),
    "webm: spoilt": (lambda: sound("webm", "libopus")[:400] + JUNK * 9, "a.webm", "refused", False),
    "webm: its beginning": (lambda: sound("webm", "libopus")[:60], "a.webm", "refused", False),
    "mp4: no index": (lambda: FTYP + box(b"mdat", JUNK), "a.mp4", "refused", False),
    "mp4: its beginning": (lambda: FTYP, "a.mp4", "refused", False),
    "mp4: an index of 4 GB": (lambda: FTYP + box(b"moov", JUNK, 2**32 - 1), "a.mp4", "refused", False),
    "mp4: an index of no size": (lambda: FTYP + box(b"moov", JUNK, 0), "a.mp4", "refused", False),
    "mp4: boxes in boxes": (
        lambda: FTYP + b"".join(box(b"moov", b"", 8 * (4000 - depth)) for depth in range(4000)), "a.mp4", "refused", False,
    ),
    "mp4: cut": (lambda: video(faststart=False)[:3000], "a.mp4", "refused", False),
    "3gp: nonsense": (lambda: box(b"ftyp", b"3gp5\x00\x00\x00\x00") + JUNK, "a.3gp", "refused", False),
    "mov: nonsense": (lambda: box(b"ftyp", b"qt  \x00\x00\x00\x00") + JUNK, "a.mov", "refused", False),
    "avi: nonsense": (lambda: b"RIFF\xff\xff\xff\x7fAVI LIST" + JUNK, "a.avi", "refused", False),
    "ogg: cut": (lambda: sound("ogg", "libopus")[:100], "a.ogg", "refused", False),
    "ogg: nonsense": (lambda: b"OggS\x00\x02" + bytes(22) + b"OpusHead" + JUNK, "a.ogg", "refused", False),
    "wav: 4 GB of nothing": (lambda: wav(1, 8000, 2**32 - 1), "a.wav", "refused", False),
    "wav: no channel": (lambda: wav(0, 8000, 9) + JUNK, "a.wav", "refused", False),
    "wav: 65,535 channels": (lambda: wav(65_535, 8000, 9) + JUNK, "a.wav", "refused", False),
    "wav: four thousand million a second": (lambda: wav(1, 2**32 - 1, 2048) + JUNK, "a.wav", "refused", False),
    "mp3: nonsense": (lambda: b"\xff\xfb" + bytes(3000), "a.mp3", "refused", False),
    "mp3: a title of 256 MB": (lambda: b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + JUNK, "a.mp3", "refused", False),
    "aac: nonsense": (lambda: b"\xff\xf1" + bytes(3000), "a.aac", "refused", False),
    "amr: nothing": (lambda: b"#!AMR\n", "a.amr", "refused", False),
    "flac: eleven minutes in one piece": (lambda: flac(65_535, 100), "a.flac", "refused", False),
    "flac: nonsense": (lambda: b"fLaC" + JUNK, "a.flac", "refused", False),
    "a playlist that leads into our network": (
        lambda: b"#EXTM3U\n#EXTINF:1,\nhttp://169.254.169.254/\nfile:///etc/passwd\n", "a.mp4", "document", False,
    ),
    "a list of files to join": (lambda: b"ffconcat version 1.0\nfile /etc/passwd\n", "a.mp3", "document", False),
    "a description of a stream": (lambda: b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n", "a.mp4", "document", False),
    "a page called picture": (lambda: HTML, "foto.jpg", "document", False),
    "a drawing with a script": (lambda: SVG, "a.svg", "document", False),
    "a drawing called picture": (lambda: b"<?xml version='1.0'?>" + SVG, "a.png", "document", False),
    "postscript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) run", "a.jpg", "document", False),
    "an archive called picture": (lambda: packed("a.jpg", JUNK), "a.jpg", "document", False),
    "an archive that unpacks to 80 MB": (lambda: packed("word/document.xml", bytes(80_000_000)), "a.docx", "document", False),
    "a program": (lambda: b"MZ" + JUNK, "boleto\u202efdp.exe", "document", False),
    "a program of Linux": (lambda: b"\x7fELF" + JUNK, "foto.jpg.", "document", False),
    "a PDF with a script": (
        lambda: PDF + b"5 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj", "../../nota.pdf", "document", False,
    ),
    "a PDF of a million pages": (lambda: b"%PDF-1.4\n" + b"/Type /Page\n" * 1_000_000, "a\x00b.pdf", "document", False),
    "a PDF of a million page trees": (
        lambda: b"%PDF-1.4\n" + (b"/Type/Pages" + b" " * 5) * 1_000_000, "a.pdf", "document", False,
    ),
    "a PDF that counts too far": (
        lambda: b"%PDF-1.4\n<</Type/Pages/Count 99999999999>>", "a" * 5000 + ".pdf", "document", False,
    ),
}  # fmt: skip
