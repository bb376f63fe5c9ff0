"""Files made to do harm: refused with a sentence when sent, only handed out when received, and never slow."""

from pathlib import Path
from time import process_time

import pytest

from app.errors import Invalid
from app.media import pictures
from app.media.models import Media
from app.media.names import LONGEST
from app.media.preparing import Prepared, prepare
from app.media.previews import Seen, looked_at
from app.media.showing import look_of
from app.media.sniffing import ENOUGH, SHOWN_IN_PLACE, sniffed
from app.pages.media import served_as
from tests.media.hostile_files import FILES, Maker, png
from tests.media.made import see_through

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, of notes that are nonsense
MOST_SECONDS = 4.0  # of the processor, for a look and a preparation


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 60


@pytest.mark.parametrize(("make", "name", "sent_as", "is_drawn"), FILES.values(), ids=FILES)
async def test_a_hostile_file_does_no_harm(
    tmp_path: Path, make: Maker, name: str, sent_as: str, is_drawn: bool
) -> None:
    file = tmp_path / "file"
    file.write_bytes(make())
    began = process_time()
    received(file, is_drawn)
    assert await outcome(file, name) == sent_as
    assert process_time() - began < MOST_SECONDS


def received(file: Path, is_drawn: bool) -> None:
    """As each kind of message that it may come in."""
    head = file.read_bytes()[:ENOUGH]
    for kind in ("image", "sticker", "video", "audio", "document"):
        mime = sniffed(head, kind)
        media = as_row(mime, looked_at(file, mime or "", kind))
        look = look_of(media, kind)
        assert (look == "file") or is_drawn, (kind, look)
        if not is_drawn and kind != "document":  # a document is opened by who wants to, in a tab of its own
            assert served_as(media) in ("application/octet-stream", "application/pdf"), kind
        assert served_as(media) in {*SHOWN_IN_PLACE, "application/octet-stream", "application/pdf"}


def as_row(mime: str | None, seen: Seen) -> Media:
    return Media(
        mime_sniffed=mime,
        unsafe=seen.unsafe,
        has_preview=bool(seen.preview),
        looked_at="now",
    )


async def outcome(file: Path, name: str) -> str:
    try:
        made = await prepare(file, name=name, wish="usual")
    except Invalid as refusal:
        return "refused" if refusal.words.endswith(".") and refusal.field == "files" else "without words"
    is_harmless(made)
    return made.type


def is_harmless(made: Prepared) -> None:
    assert len(made.file_name) <= LONGEST
    assert not set(made.file_name) & set('/\\\u202e\x00<>"')
    if made.type == "image":
        content = made.path.read_bytes()
        assert not [told for told in (b"<script", b"<?php", b"PK\x03\x04") if told in content]
    else:
        assert made.type == "document"
        assert not made.mime.startswith(("image/", "video/", "audio/"))
        assert made.pages is None or made.pages <= 1_000_000


def test_of_large_pictures_one_is_read_at_a_time_and_none_is_copied_for_nothing(tmp_path: Path) -> None:
    file = tmp_path / "file"
    for data, is_large in ((png(5000, 4000), True), (png(4000, 3000), False)):
        file.write_bytes(data)
        with pictures.opened(file):
            assert pictures.one_large.locked() == is_large
        assert not pictures.one_large.locked()
    file.write_bytes(see_through("PNG"))
    with pictures.opened(file) as image:
        assert pictures.eight_bits(image) is image
