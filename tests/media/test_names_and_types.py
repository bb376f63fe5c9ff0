"""What a file is called and what it is: both are said by strangers, and neither is believed."""

import re
from urllib.parse import unquote

import pytest

from app.media.expecting import digest_of
from app.media.names import LONGEST, disposition, harmless, with_ending
from app.media.sniffing import sniffed
from app.words import file_size
from tests.media.files import HTML, JPEG, MP4, OGG, PDF, PNG, SVG, WEBP

NAMES = {
    "../../etc/passwd": "_.._etc_passwd",
    "..\\..\\boot.ini": "_.._boot.ini",
    "/etc/shadow": "_etc_shadow",
    "C:\\x.exe": "C_x.exe",
    "a\x00b.pdf": "ab.pdf",
    "a\r\nSet-Cookie: x=1.pdf": "aSet-Cookie_ x=1.pdf",
    "fatura\u202efdp.exe": "faturafdp.exe",
    "\u2066\u200bnota.pdf\ufeff": "nota.pdf",
    'a"; filename="b.html': "a_; filename=_b.html",
    "nota fiscal  nº 7.pdf": "nota fiscal nº 7.pdf",
    ".htaccess": "htaccess",
    "con.pdf": "_con.pdf",
    "NUL": "_NUL",
    "...": "",
    "": "",
    "\ud800x.pdf": "x.pdf",
    "😀.pdf": "😀.pdf",
    "x" * 300 + ".pdf": "x" * (LONGEST - 4) + ".pdf",
    "x." + "y" * 300: "x." + "y" * (LONGEST - 2),
}


@pytest.mark.parametrize(("told", "kept"), NAMES.items(), ids=[str(place) for place in range(len(NAMES))])
def test_a_hostile_name_becomes_a_harmless_one(told: str, kept: str) -> None:
    assert harmless(told) == kept
    assert harmless(kept) == kept


@pytest.mark.parametrize("told", NAMES, ids=[str(place) for place in range(len(NAMES))])
def test_a_disposition_is_one_header_that_says_the_name_twice(told: str) -> None:
    name = harmless(told) or "document-1"
    header = disposition(name, in_place=False)
    found = re.fullmatch(
        r"attachment; filename=\"([A-Za-z0-9 ._()+-]+)\"; filename\*=UTF-8''([!-~]+)", header
    )
    assert found is not None, header
    assert unquote(found[2]) == name


def test_a_file_that_is_shown_has_the_ending_of_its_content() -> None:
    assert with_ending("foto.html", "jpg") == "foto.jpg"
    assert with_ending("foto", "jpg") == "foto.jpg"


@pytest.mark.parametrize(
    ("head", "type_", "mime"),
    [
        (JPEG, "image", "image/jpeg"),
        (PNG, "image", "image/png"),
        (WEBP, "sticker", "image/webp"),
        (b"GIF89a" + bytes(60), "image", "image/gif"),
        (MP4, "video", "video/mp4"),
        (MP4, "audio", "audio/mp4"),
        (b"\x00\x00\x00\x18ftypM4A " + bytes(40), "audio", "audio/mp4"),
        (b"\x00\x00\x00\x18ftyp3gp5" + bytes(40), "video", "video/3gpp"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "image", "image/heic"),
        (b"\x00\x00\x00\x18ftypqt  " + bytes(40), "video", "video/quicktime"),
        (OGG, "audio", "audio/ogg"),
        (b"OggS" + bytes(24) + b"\x80theora" + bytes(30), "video", None),
        (b"ID3\x04" + bytes(60), "audio", "audio/mpeg"),
        (b"\xff\xf1" + bytes(60), "audio", "audio/aac"),
        (b"#!AMR\n" + bytes(60), "audio", "audio/amr"),
        (PDF, "document", "application/pdf"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm" + bytes(40), "audio", "audio/webm"),
        (b"BM" + bytes(12) + b"\x28" + bytes(40), "image", "image/bmp"),
        (b"BMW procura-se" + bytes(40), "document", None),
        (SVG, "image", None),
        (HTML, "image", None),
        (b"<?xml version='1.0'?><svg/>", "image", None),
        (b"PK\x03\x04" + bytes(60), "document", "application/zip"),
        (b"MZ" + bytes(60), "document", None),
        (b"RIFF\x00\x00\x00\x00WAVE" + bytes(40), "audio", "audio/wav"),
        (b" \xff\xd8\xff", "image", None),
        (b"", "image", None),
    ],
)
def test_a_type_is_what_the_first_bytes_prove(head: bytes, type_: str, mime: str | None) -> None:
    assert sniffed(head[:64], type_) == mime


def test_a_hash_is_read_as_hex_or_base64_and_as_nothing_else() -> None:
    assert digest_of("AA" * 32) == "aa" * 32
    assert digest_of("p5vK0wYt1l0bqf3B7mQ2n8xZ4cR6dT9eF0gH1iJ2kL0=").startswith("a79bcad3")
    assert [digest_of(wrong) for wrong in ("", "AA", "é" * 44, "=" * 44, "QUJD")] == [""] * 5


def test_a_size_is_said_as_people_say_it() -> None:
    sizes = (0, 999, 1_000, 15_849, 3_449_000, 100_000_000)
    assert [file_size(size) for size in sizes] == ["0 B", "999 B", "1 kB", "16 kB", "3,4 MB", "100 MB"]
