"""Files that customers send, how their bubbles look, and a stranger's server that counts who comes."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import httpx2

from app.jobs import Job, wake_worker
from app.media.expecting import FETCH
from app.media.models import Media, MediaState
from app.media.store import PREVIEW
from app.simulator.media import StoredFile
from app.simulator.placeholders import placeholder
from tests.actors import Browser, Desk, WhatsApp, within
from tests.clocks import MovingClock, count
from tests.media.made import picture
from tests.people import ANA

PNG = placeholder("image").data
MP4 = placeholder("video").data
PDF = placeholder("document").data
OGG = placeholder("audio").data
WEBP = placeholder("sticker").data
JPEG = picture("JPEG")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(document.domain)</script>"


@dataclass(frozen=True)
class Shown:
    """A file as its bubble shows it: `state` as in the table, `words` without tags, `html` for the rest."""

    id: int
    state: str
    words: str
    html: str


@dataclass
class Album:
    """Ana's conversation, and the files she sends into it."""

    desk: Desk
    id: int = 0

    @property
    def whatsapp(self) -> WhatsApp:
        return self.desk.whatsapp

    @property
    def marta(self) -> Browser:
        return self.desk.marta

    async def sends(self, kind: str, data: bytes = PNG, mime: str = "image/png", **about: Any) -> StoredFile:
        """A message of this type with this file; `about` is what its webhook says besides (or instead)."""
        file = self.whatsapp.world.media.store(mime, "", data)
        content = {"id": file.id, "mime_type": mime, "sha256": file.sha256} | about
        await self.whatsapp.says(ANA, type=kind, text=None, content=content)  # type: ignore[arg-type]
        self.id = self.id or await self.marta.conversation_with(ANA.name)
        return file

    async def shown(self) -> list[Shown]:
        return media_in((await self.marta.open(f"/c/{self.id}")).text)

    async def becomes(self, *states: str, seconds: float = 20) -> list[Shown]:
        """Waits until the files of the thread, from the first on, are in these states."""

        async def reached() -> list[Shown] | None:
            now = await self.shown()
            return now if tuple(one.state for one in now) == states else None

        return list(await within(seconds, reached, what=f"{states}"))

    async def fetch(self, media_id: int, **headers: str) -> httpx2.Response:
        return await self.marta.http.get(f"/media/{media_id}", headers=headers)

    async def asks_again(self) -> httpx2.Response:
        """Presses the button of the newest bubble."""
        bubble = (await self.marta.bubbles(self.id))[-1]
        return await self.marta.post(f"/c/{self.id}/messages/{bubble.id}/media")

    def lying(self) -> list[str]:
        """The names of what lies in the media folder, without the small pictures made of it."""
        folder = self.folder
        names = sorted(one.name for one in folder.iterdir()) if folder.exists() else []
        return [name for name in names if PREVIEW not in name]

    async def is_looked_into(self) -> list[Shown]:
        """Waits until every file that is there has been looked into."""

        async def reached() -> list[Shown] | None:
            left = await count(Media, Media.state == MediaState.THERE, Media.looked_at.is_(None))
            return None if left else await self.shown()

        return list(await within(20, reached, what="a look into every file"))

    @property
    def folder(self) -> Path:
        return self.desk.settings.media_folder

    async def waits_are_over(self, hand: MovingClock, state: str) -> list[Shown]:
        """Time passes, as often as it takes, until the newest file is in this state."""

        async def reached() -> list[Shown] | None:
            now = await self.shown()
            if now and now[-1].state == state:
                return now
            if (
                await count(Job, Job.kind == FETCH, Job.lease_token.is_not(None)) == 0
            ):  # else its lease would run out
                hand.move(minutes=7)
                wake_worker.ring()
            return None

        return list(await within(20, reached, what=state))


def media_in(page: str) -> list[Shown]:
    found = re.findall(r'<div class="media [^>]*id="media-(\d+)" data-media="(\w+)">(.*?)</div>', page, re.S)
    return [
        Shown(int(one), state, " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split()), html)
        for one, state, html in found
    ]


@dataclass
class Canary:
    """A server of somebody else. Whatever reaches it is kept."""

    port: int
    heard: list[bytes] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def canary() -> AsyncIterator[Canary]:
    sings = Canary(0)

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sings.heard.append(b"")
        sings.heard[-1] += await reader.read(4096)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\ntweet"[:-1])
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    async with server:
        sings.port = server.sockets[0].getsockname()[1]
        yield sings


@dataclass
class Redirecting:
    """The operator's own server, which sends whoever comes to `location`."""

    address: str
    location: str = "/"


@asynccontextmanager
async def redirecting() -> AsyncIterator[Redirecting]:
    made = Redirecting("")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 302 Found\r\nLocation: {made.location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        made.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield made
