"""Handing a file out: to whom, as what, and in which pieces."""

from urllib.parse import unquote

import httpx2
import pytest
from sqlalchemy import update

from app.accounts.models import User
from app.db import transaction
from app.media.store import Store
from tests.media.files import HTML, JPEG, PDF, PNG, SVG, Album
from tests.people import PAULO

ACTIVE = {
    "svg named jpg": (SVG, "image/jpeg", "foto.jpg"),
    "html named jpg": (HTML, "image/jpeg", "foto.jpg"),
    "svg": (SVG, "image/svg+xml", "logo.svg"),
    "html": (HTML, "text/html", "pagina.html"),
    "xml": (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>", "application/xml", "a.xml"),
    "office": (b"PK\x03\x04" + bytes(200), "application/vnd.ms-excel", "preços.xlsm"),
    "program": (b"MZ" + bytes(200), "image/png", "boleto\u202efdp.exe"),
    "script": (b"alert(1)//", "text/javascript", "x.js"),
    "pdf": (PDF, "application/pdf", "nota.pdf"),
}


@pytest.mark.parametrize("kind", ["image", "document"])
async def test_nothing_active_is_ever_shown_in_place(album: Album, kind: str) -> None:
    for data, mime, name in ACTIVE.values():
        await album.sends(kind, data, mime, filename=name)
    for shown, (name, (data, *_)) in zip(
        await album.becomes(*["there"] * len(ACTIVE)), ACTIVE.items(), strict=True
    ):
        answer = await album.fetch(shown.id)
        assert answer.headers["content-disposition"].startswith("attachment; "), name
        expected = "application/pdf" if name == "pdf" else "application/octet-stream"
        assert answer.headers["content-type"] == expected, name
        assert answer.content == data
        assert "<img" not in shown.html
        assert "\u202e" not in unquote(answer.headers["content-disposition"])
        is_safe(answer)


def is_safe(answer: httpx2.Response) -> None:
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "private, no-cache"


async def test_a_picture_that_says_it_is_a_page_is_a_picture(album: Album) -> None:
    """A polyglot is served as what its first bytes prove, with the ending of that."""
    await album.sends("document", JPEG + HTML, "text/html", filename="foto.html")
    [shown] = await album.becomes("there")
    answer = await album.fetch(shown.id)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-disposition"] == "inline; filename=\"foto.jpg\"; filename*=UTF-8''foto.jpg"
    is_safe(answer)


async def test_a_strange_name_arrives_whole_and_harmless(album: Album) -> None:
    await album.sends("document", PDF, "application/pdf", filename='../ção "x"\r\nSet-Cookie: a=b.pdf')
    [shown] = await album.becomes("there")
    answer = await album.fetch(shown.id)
    assert "set-cookie" not in answer.headers
    header = answer.headers["content-disposition"]
    assert unquote(header.partition("UTF-8''")[2]) == "_ção _x_Set-Cookie_ a=b.pdf"


PIECES = {
    "bytes=0-3": (206, PNG[:4], f"bytes 0-3/{len(PNG)}"),
    "bytes=4-": (206, PNG[4:], f"bytes 4-{len(PNG) - 1}/{len(PNG)}"),
    "bytes=-5": (206, PNG[-5:], f"bytes {len(PNG) - 5}-{len(PNG) - 1}/{len(PNG)}"),
    f"bytes=0-{10**9}": (206, PNG, f"bytes 0-{len(PNG) - 1}/{len(PNG)}"),
    f"bytes={len(PNG)}-": (416, b"", f"bytes */{len(PNG)}"),
    "bytes=0-1,4-5": (200, PNG, None),
    "bytes=abc": (200, PNG, None),
    "lines=0-3": (200, PNG, None),
    "bytes=-": (200, PNG, None),
}


async def test_a_player_gets_the_piece_that_it_asks_for(album: Album) -> None:
    await album.sends("image")
    [shown] = await album.becomes("there")
    for asked, (status, body, told) in PIECES.items():
        answer = await album.fetch(shown.id, Range=asked)
        assert (answer.status_code, answer.headers.get("content-range")) == (status, told), asked
        assert status == 416 or answer.content == body, asked
    tag = (await album.fetch(shown.id)).headers["etag"]
    assert (await album.fetch(shown.id, **{"If-None-Match": tag})).status_code == 304
    assert (await album.fetch(shown.id, Range="bytes=0-3", **{"If-Range": tag})).status_code == 206
    assert (await album.fetch(shown.id, Range="bytes=0-3", **{"If-Range": '"other"'})).status_code == 200
    head = await album.marta.http.head(f"/media/{shown.id}")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(PNG)))


async def test_only_who_may_see_the_conversation_gets_the_file(album: Album) -> None:
    await album.sends("image")
    [shown] = await album.becomes("there")
    paulo = await album.desk.attendant(PAULO)
    path = f"/media/{shown.id}"
    assert (await paulo.http.get(path)).status_code == 200
    async with httpx2.AsyncClient(base_url=album.desk.address, trust_env=False) as stranger:
        assert (await stranger.get(path, headers={"Accept": "image/*"})).status_code in (303, 401)
    await disable(PAULO.email)
    refused = await paulo.http.get(path)
    assert refused.status_code in (303, 401)
    assert PNG not in refused.content
    for wrong in (shown.id + 1, 0, "1e3", "../1", "-1", 10**18):
        assert (await album.marta.http.get(f"/media/{wrong}")).status_code == 404


async def disable(email: str) -> None:
    async with transaction() as session:
        await session.execute(update(User).where(User.email == email).values(is_active=False))


async def test_a_file_that_is_not_there_or_was_taken_back_is_404(album: Album) -> None:
    await album.sends("image", id="300000000000001")
    [waiting] = await album.becomes("waiting")
    assert (await album.fetch(waiting.id)).status_code == 404

    await album.sends("image")
    shown = (await album.becomes("waiting", "there"))[-1]
    newest = list(album.whatsapp.world.messages)[-1]
    await album.whatsapp.control("POST", "/revocations", id=newest)
    await album.whatsapp.control("GET", "/idle", timeout=10)
    assert (await album.fetch(shown.id)).status_code == 404
    assert [one.state for one in await album.shown()] == ["waiting"]


async def test_a_file_that_vanished_from_the_disk_is_404(album: Album) -> None:
    await album.sends("image")
    [shown] = await album.becomes("there")
    store: Store = album.desk.app.state.store
    store.remove(album.lying())
    assert (await album.fetch(shown.id)).status_code == 404
