"""What a file is, by its first bytes and never by its name or what is said of it."""

ENOUGH = 64  # bytes from the beginning

VIDEO_BRANDS = (
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"dash",
    b"M4V ",
    b"MSNV",
)
AUDIO_BRANDS = (b"M4A ", b"M4B ")
PHONE_BRANDS = (b"3gp", b"3g2", b"3ge", b"3gg")

BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"#!AMR\n", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
)
# What a browser may show where it stands, and how such a file is called; everything else is only downloaded.
SHOWN_IN_PLACE = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/amr": "amr",
}


def sniffed(head: bytes, message_type: str) -> str | None:
    """The MIME type that these first bytes prove; None for everything else.

    An MP4 looks the same with and without pictures: in an audio message it is sound.
    """
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:4] == b"OggS":
        return "audio/ogg" if b"OpusHead" in head or b"\x01vorbis" in head else None
    if head[4:8] == b"ftyp":
        return sort_of_mp4(head[8:12], message_type)
    return next((mime for beginning, mime in BEGINNINGS if head.startswith(beginning)), None)


def sort_of_mp4(brand: bytes, message_type: str) -> str | None:
    if brand.startswith(PHONE_BRANDS):
        return "video/3gpp"
    if brand in AUDIO_BRANDS or (brand in VIDEO_BRANDS and message_type in ("audio", "voice")):
        return "audio/mp4"
    return "video/mp4" if brand in VIDEO_BRANDS else None
