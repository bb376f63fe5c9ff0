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
PICTURE_BRANDS = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"mif1": "image/heic",
    b"msf1": "image/heic",
    b"avif": "image/avif",
    b"avis": "image/avif",
}
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
    (b"fLaC", "audio/flac"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),  # doc, xls, ppt of old
)
RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/avi"}
BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)  # their lengths: "BM" alone begins many a text
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
ENDINGS = SHOWN_IN_PLACE | {"application/pdf": "pdf"}


def sniffed(head: bytes, message_type: str) -> str | None:
    """The MIME type that these first bytes prove; None for everything else.

    An MP4 looks the same with and without pictures: in an audio message it is sound.
    """
    if head[:4] == b"RIFF":
        return RIFF.get(head[8:12])
    if head[:4] == b"OggS":
        return "audio/ogg" if b"OpusHead" in head or b"\x01vorbis" in head or b"\x7fFLAC" in head else None
    if head[4:8] == b"ftyp":
        return sort_of_mp4(head[8:12], message_type)
    if head[:4] == b"\x1aE\xdf\xa3":
        return sort_of_matroska(head, message_type)
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in BMP_HEADERS:
        return "image/bmp"
    return next((mime for beginning, mime in BEGINNINGS if head.startswith(beginning)), None)


def sort_of_matroska(head: bytes, message_type: str) -> str | None:
    if b"webm" in head:
        return "audio/webm" if message_type in ("audio", "voice") else "video/webm"
    return "video/matroska" if b"matroska" in head else None


def sort_of_mp4(brand: bytes, message_type: str) -> str | None:
    if brand.startswith(PHONE_BRANDS):
        return "video/3gpp"
    if brand == b"qt  ":
        return "video/quicktime"
    if brand in AUDIO_BRANDS or (brand in VIDEO_BRANDS and message_type in ("audio", "voice")):
        return "audio/mp4"
    return "video/mp4" if brand in VIDEO_BRANDS else PICTURE_BRANDS.get(brand)
