"""Disk and table agree: what one of them lost is noticed, and nothing that is not ours is touched."""

import os

from sqlalchemy import delete, select, update

from app.conversations.models import Message
from app.db import reading, transaction
from app.jobs import Claim, Job, claim_next
from app.media import sweeping
from app.media.models import Media, MediaState
from app.quick_replies.models import QuickReply
from tests.actors import Browser, within
from tests.clocks import MovingClock, count
from tests.conversations.test_what_we_send import picture
from tests.media.files import PNG, Album

WHOLE, PART = "a" * 32, "b" * 32 + "." + "c" * 12 + ".part"


async def sweep(album: Album, hand: MovingClock) -> None:
    """What the hourly job does, at once; the start's own is waited for."""

    async def claimed() -> Claim | None:
        async with transaction() as session:
            await sweeping.ask(session)
            return await claim_next(session, [sweeping.SWEEP])

    claim: Claim = await within(10, claimed, what="the sweep")
    assert claim.kind == sweeping.SWEEP
    await sweeping.Sweeping(album.desk.app.state.store)(claim)
    assert await count(Job, Job.kind == sweeping.SWEEP) == 1


def grow_old(album: Album, hand: MovingClock) -> None:
    """As if everything in the folder had been written more than an hour ago."""
    hour_ago = hand().timestamp() - 3700
    for name in album.lying():
        os.utime(album.folder / name, (hour_ago, hour_ago))


async def test_what_no_row_knows_goes_and_what_is_not_ours_stays(album: Album, hand: MovingClock) -> None:
    await album.sends("image")
    await album.becomes("there")
    [kept] = album.lying()
    for name in (WHOLE, PART, "notes.txt", "f" * 31):
        (album.folder / name).write_bytes(b"x")
    await sweep(album, hand)
    assert set(album.lying()) == {kept, WHOLE, PART, "notes.txt", "f" * 31}, (
        "what is young may be coming still"
    )
    grow_old(album, hand)
    await sweep(album, hand)
    assert set(album.lying()) == {kept, "notes.txt", "f" * 31}


async def test_the_file_of_a_deleted_message_goes(album: Album, hand: MovingClock) -> None:
    await album.sends("image")
    await album.sends("image", PNG + b"2")
    [first, _] = await album.becomes("there", "there")
    async with transaction() as session:
        await session.execute(delete(Message).where(Message.id == first.id))
    grow_old(album, hand)
    await sweep(album, hand)
    assert len(album.lying()) == 1


async def test_the_folder_of_another_database_is_left_alone(album: Album, hand: MovingClock) -> None:
    album.folder.mkdir(exist_ok=True)
    (album.folder / WHOLE).write_bytes(b"somebody's")
    grow_old(album, hand)
    await sweep(album, hand)
    assert album.lying() == [WHOLE]


async def test_a_file_that_vanished_is_said_to_be_gone_and_shown_when_it_is_back(
    album: Album, hand: MovingClock
) -> None:
    await album.sends("image")
    await album.becomes("there")
    [name] = album.lying()
    (album.folder / name).rename(album.folder / "elsewhere")
    await sweep(album, hand)
    [shown] = await album.becomes("gone")
    assert "não está mais no servidor" in shown.words
    (album.folder / "elsewhere").rename(album.folder / name)
    await sweep(album, hand)
    await album.becomes("there")
    (album.folder / name).unlink()
    await sweep(album, hand)
    await album.asks_again()
    await album.becomes("there")


async def test_a_crash_between_name_and_row_costs_no_second_download(album: Album, hand: MovingClock) -> None:
    await album.sends("image")
    await album.becomes("there")
    async with transaction() as session:
        await session.execute(update(Media).values(state=MediaState.FAILED))
    await album.whatsapp.breaks({"kind": "look_up", "code": 190})  # would be met by a second download
    await album.asks_again()
    await album.becomes("there")
    async with reading() as session:
        assert (await session.get_one(Media, 1)).bytes == len(PNG)
    assert len(album.whatsapp.world.faults.waiting) == 1


async def test_the_file_of_a_quick_reply_stays_until_the_reply_is_removed(
    album: Album, hand: MovingClock, marta: Browser
) -> None:
    await album.sends("image")
    await album.becomes("there")
    table = {"files": ("tabela.png", picture("PNG"))}
    wanted = {"csrf_token": marta.token, "shortcut": "tabela", "text": "A tabela"}
    assert (await marta.http.post("/quick-replies", data=wanted, files=table)).status_code == 303
    grow_old(album, hand)
    await sweep(album, hand)
    assert len(album.lying()) == 2
    async with reading() as session:
        [reply] = await session.scalars(select(QuickReply.id))
    await marta.post(f"/quick-replies/{reply}/removal", {})
    grow_old(album, hand)
    await sweep(album, hand)
    assert len(album.lying()) == 1
