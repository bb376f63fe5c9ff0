"""Documents: what a file of an office is, and how many pages it has, from a look at its ends and nothing unpacked."""

import re
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
TOTAL = re.compile(rb"/Type\s{0,4}/Pages\b[^>]{0,200}?/Count\s{1,4}([0-9]{1,5})(?![0-9])")
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
    told = COUNTED.search(content[:2048]) or TOTAL.search(content)
    counted = int(told[1]) if told else len(PAGE.findall(content))
    return counted or None
