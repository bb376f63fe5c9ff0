"""Files in a bucket: the same desk, with a small S3 of our own at the other end of HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from app.db import transaction
from app.jobs import claim_next
from app.media import sweeping
from app.media.bucket import Bucket
from tests.actors import Desk, running_desk
from tests.clocks import MovingClock
from tests.media.fake_s3 import FakeS3, fake_s3
from tests.media.files import PDF, PNG, Album

LARGE = bytes(range(256)) * 4096 * 12  # 12 MiB: it goes up in parts


@pytest.fixture
async def s3(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeS3]:
    async with fake_s3() as made:
        for name, value in {
            "AWS_ENDPOINT": made.address,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "sa-east-1",
            "AWS_ACCESS_KEY_ID": "an-id",
            "AWS_SECRET_ACCESS_KEY": "a-secret",
        }.items():
            monkeypatch.setenv(name, value)
        yield made


@pytest.fixture
async def album(hand: MovingClock, database_url: str, s3: FakeS3) -> AsyncIterator[Album]:
    async with AsyncExitStack() as stack:
        desk: Desk = await stack.enter_async_context(
            running_desk(database_url, media_url="s3://b/desk/media")
        )
        yield Album(desk)


async def test_a_file_lives_in_the_bucket_from_fetching_to_sweeping(album: Album, s3: FakeS3) -> None:
    await album.sends("image")
    await album.becomes("there")
    [shown] = await album.is_looked_into()
    [name] = [key for key in s3.objects if not key.endswith(".preview")]
    assert name.startswith("desk/media/")
    assert set(s3.objects) == {name, f"{name}.preview"}
    assert s3.objects[name] == PNG
    assert (await album.fetch(shown.id)).content == PNG
    assert (await album.marta.http.get(f"/media/{shown.id}/preview")).headers["content-type"] == "image/webp"
    piece = await album.fetch(shown.id, Range="bytes=4-9")
    assert (piece.status_code, piece.content) == (206, PNG[4:10])
    assert s3.asked[-1] == ("GET", name, "bytes=4-9"), "no more is asked of the bucket"

    await album.sends("document", PDF, "application/pdf", filename="nota.pdf")
    await album.becomes("there", "there")
    s3.objects["desk/media/" + "a" * 32] = s3.objects["desk/media/notes.txt"] = b"x"
    del s3.objects[name]
    async with transaction() as session:
        await sweeping.ask(session)
        claim = await claim_next(session, [sweeping.SWEEP])
    assert claim is not None
    await sweeping.Sweeping(album.desk.app.state.store)(claim)
    assert len(s3.objects) == 2, "the document, and what is not ours"
    assert "desk/media/notes.txt" in s3.objects
    await album.becomes("gone", "there")
    assert (await album.fetch(shown.id)).status_code == 404


async def test_a_large_file_goes_up_in_parts_and_comes_down_in_pieces(s3: FakeS3) -> None:
    store = Bucket("s3://b/media")
    async with await store.begin("x") as part:
        await part.write(LARGE)
        await part.flush()
        assert s3.objects == {}, "nothing is there before it is whole"
        await store.keep(part, "x")
    assert s3.objects == {"media/x": LARGE}
    assert len(s3.parts) == 1
    pieces = [len(piece) async for piece in store.pieces("x", 1000, 3_000_000)]
    assert sum(pieces) == 3_000_000
    assert max(pieces) < 1_000_000
    found = await store.found("x")
    assert found is not None
    assert found.bytes == len(LARGE)
    async with store.lent("x") as path:
        assert path.stat().st_size == len(LARGE)
    await asyncio.to_thread(store.remove, ["x", "not-there"])
    assert await store.size("x") is None
    with pytest.raises(FileNotFoundError):
        async with store.lent("x"):
            pass
