"""Documents: what a file of an office is, and how many pages it has, from a look at its ends and nothing unpacked."""

import re
from itertools import islice
from mimetypes import MimeTypes
from pathlib import Path

UNKNOWN = "application/octet-stream"
OFFICE = "application/vnd.openxmlformats-officedocument."
PARTS = {
    b"word/document.xml": OFFICE + "wordprocessingml.document",
    b"xl/workbook.xml": OFFICE + "spreadsheetml.sheet",
    b"ppt/presentation.xml": OFFICE + "presentationml.presentation",
}
OLD_OFFICE = {
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
}
END_BYTES = 128 * 1024  # a zip's list of contents stands at its end
MOST_PDF_BYTES = 16 * 1024 * 1024
PAGE = re.compile(rb"/Type\s{0,4}/Page(?![A-Za-z])")
COUNTED = re.compile(rb"/Linearized[^>]{0,200}?/N\s{1,4}([0-9]{1,5})(?![0-9])")
TREE = re.compile(rb"/Type\s{0,4}/Pages\b")
TOTAL = re.compile(rb"[^>]{0,200}?/Count\s{1,4}([0-9]{1,5})(?![0-9])")
MOST_TREES = 200  # that are looked into: each costs some microseconds, and a hostile file is full of them
NAMED = MimeTypes(filenames=())  # this machine's own list would make each machine differ


def mime_of(file: Path, proven: str | None, name: str) -> str:
    """The type to tell of a document: what it holds where that can be seen, else what its name says, if that is believable."""
    if proven == "application/zip":
        return office_of(file) or proven
    if proven == "application/x-ole-storage":
        return OLD_OFFICE.get(Path(name).suffix.lower(), UNKNOWN)
    if proven is not None:
        return proven
    named = NAMED.guess_type(name)[0] or UNKNOWN
    if named.startswith(("image/", "video/", "audio/")) or named == "application/pdf":
        return UNKNOWN  # it would be recognised if it were one
    return "text/plain" if named == UNKNOWN and is_text(file) else named


def office_of(file: Path) -> str | None:
    with file.open("rb") as source:
        source.seek(max(0, file.stat().st_size - END_BYTES))
        end = source.read(END_BYTES)
    return next((mime for part, mime in PARTS.items() if part in end), None)


def is_text(file: Path) -> bool:
    with file.open("rb") as source:
        head = source.read(4096)
    try:
        return "\x00" not in head.decode("utf-8", "strict")
    except UnicodeDecodeError as fault:
        return fault.start >= len(head) - 3 and b"\x00" not in head  # cut within a letter


def pages_of(file: Path) -> int | None:
    """How many pages a PDF says or shows to have, within its first 16 MB; None when it hides them in packed parts."""
    with file.open("rb") as source:
        content = source.read(MOST_PDF_BYTES)
    told = COUNTED.search(content[:2048]) or told_by_a_tree(content)
    counted = int(told[1]) if told else sum(1 for _ in PAGE.finditer(content))
    return counted or None


def told_by_a_tree(content: bytes) -> re.Match[bytes] | None:
    """What the first of its page trees that says so counts; `re` lets nobody else run, so only some are asked."""
    trees = islice(TREE.finditer(content), MOST_TREES)
    return next((told for tree in trees if (told := TOTAL.match(content, tree.end()))), None)
