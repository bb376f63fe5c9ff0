"""What a bubble shows of a file once it was looked into; what is too costly or damaged is only handed out."""

from contextlib import AsyncExitStack
from io import BytesIO

import httpx2
from PIL import Image
from sqlalchemy import select, update

from app import clock, jobs
from app.db import reading, transaction
from app.jobs import Claim, Job, claim_next
from app.media import previews, sweeping
from app.media.expecting import PREVIEW
from app.media.models import Media
from tests.clocks import count
from tests.media.files import OGG, Album, Shown
from tests.media.made import noted, picture, video


async def preview(album: Album, shown: Shown) -> httpx2.Response:
    return await album.marta.http.get(f"/media/{shown.id}/preview")


async def rows() -> list[Media]:
    async with reading() as session:
        return list(await session.scalars(select(Media).order_by(Media.id)))


async def test_a_picture_is_shown_small_upright_and_without_the_cameras_notes(album: Album) -> None:
    await album.sends("image", picture("JPEG", (1200, 900), exif=noted(6)), "image/jpeg")
    await album.becomes("there")
    [shown] = await album.is_looked_into()
    assert 'width="900" height="1200"' in shown.html, "its room is known before it comes"
    answer = await preview(album, shown)
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert b"Camera of Ana" not in answer.content
    with Image.open(BytesIO(answer.content)) as small:
        assert small.size == (480, 640)
    again = {"If-None-Match": answer.headers["etag"]}
    assert (await album.marta.http.get(f"/media/{shown.id}/preview", headers=again)).status_code == 304


async def test_a_video_shows_its_first_picture_and_a_sound_is_known_by_its_waveform(album: Album) -> None:
    await album.sends("video", video(), "video/mp4")
    await album.sends("audio", OGG, "audio/ogg", voice=True)
    await album.becomes("there", "there")
    film, _ = await album.is_looked_into()
    with Image.open(BytesIO((await preview(album, film)).content)) as first:
        assert first.size == (96, 64)
    seen, heard = await rows()
    assert (seen.width, seen.height, seen.duration_seconds) == (96, 64, 1.0)
    assert heard.duration_seconds is not None
    assert 1.9 < heard.duration_seconds < 2.1
    assert heard.waveform is not None
    assert len(heard.waveform) == 64


async def test_what_would_burst_or_is_damaged_is_handed_out_and_never_drawn(album: Album) -> None:
    await album.sends("image", picture("PNG", (9000, 6000), mode="1"), "image/png")
    await album.sends("sticker", picture("WEBP", (9000, 6000), lossless=True, method=0), "image/webp")
    await album.sends("image", picture("JPEG")[:300], "image/jpeg")
    await album.sends("video", video(faststart=False)[:2000], "video/mp4")
    await album.becomes(*["there"] * 4)
    files = await album.is_looked_into()
    assert "grande demais para ser mostrado aqui" in files[0].words
    assert "grande demais para ser mostrado aqui" in files[1].words
    assert "danificado" in files[2].words
    assert "danificado" in files[3].words
    for shown in files:
        assert "<img" not in shown.html
        assert "<video" not in shown.html
        answer = await album.fetch(shown.id)
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert answer.headers["content-type"] == "application/octet-stream"
        assert (await preview(album, shown)).status_code == 404


async def test_files_from_before_are_looked_into_by_the_sweep_and_a_lonely_preview_goes(album: Album) -> None:
    await album.sends("image")
    await album.becomes("there")
    await album.is_looked_into()
    lonely = album.folder / f"{'a' * 32}.preview"
    lonely.write_bytes(b"x")
    async with transaction() as session:
        await session.execute(update(Media).values(looked_at=None, has_preview=False))
        await sweeping.ask(session)
        claim = await claim_next(session, [sweeping.SWEEP])
    assert claim is not None
    await sweeping.Sweeping(album.desk.app.state.store)(claim)
    [shown] = await album.is_looked_into()
    assert "/preview" in shown.html
    assert not lonely.exists()
    assert (await preview(album, shown)).status_code == 200
    assert await count(Job, Job.kind == PREVIEW) == 0


async def test_a_file_that_ends_the_process_again_and_again_is_given_up_and_not_revived(album: Album) -> None:
    await album.sends("image")
    await album.becomes("there")
    await album.is_looked_into()
    async with transaction() as session:
        await session.execute(update(Media).values(looked_at=None, has_preview=False))
    claim = None
    async with AsyncExitStack() as never_ended:
        for _ in range(3):  # each process dies here, and an hour later the sweep asks again
            claim = await claimed_anew(claim)
            await never_ended.enter_async_context(previews.begun(claim))
        await previews.Previewing(album.desk.app.state.store)(await claimed_anew(claim))
        [shown] = await album.is_looked_into()
        assert "grande demais para ser mostrado aqui" in shown.words
        await sweeping.Sweeping(album.desk.app.state.store).look_into_the_rest()
        assert await count(Job, Job.kind == PREVIEW) == 0


async def claimed_anew(before: Claim | None) -> Claim:
    """The look at the only file, its last lease being over; in one transaction, so that no worker is faster."""
    async with transaction() as session:
        if before is not None:
            await session.execute(update(Job).where(Job.id == before.id).values(lease_until=None))
        await jobs.enqueue(session, PREVIEW, "1", run_at=clock.now())
        claim = await claim_next(session, [PREVIEW])
    assert claim is not None
    return claim
