"""Voice messages of Ana's, and what stands below them on the page."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from app.jobs import Job, wake_worker
from app.simulator.transcripts_stage import Answer
from app.transcribing.wanting import TRANSCRIBE
from tests.actors import Desk, within
from tests.clocks import MovingClock, count
from tests.media.files import OGG
from tests.people import ANA

COMING = "Transcrevendo…"


@dataclass
class Voices:
    desk: Desk
    hand: MovingClock
    id: int = 0

    @property
    def stage(self) -> Any:
        """What the transcriber says, and what it heard."""
        return self.desk.whatsapp.world.transcripts

    def transcriber_will(self, *answers: dict[str, Any]) -> None:
        self.stage.answers += [Answer(**one) for one in answers]

    async def speaks(self, data: bytes = OGG, mime: str = "audio/ogg", kind: str = "audio") -> str:
        """The wamid."""
        file = self.desk.whatsapp.world.media.store(mime, "", data)
        content = {"id": file.id, "mime_type": mime, "sha256": file.sha256, "voice": True}
        wamid = await self.desk.whatsapp.says(ANA, type=kind, text=None, content=content)  # type: ignore[arg-type]
        self.id = self.id or await self.desk.marta.conversation_with(ANA.name)
        return wamid

    async def page(self) -> str:
        return (await self.desk.marta.open(f"/c/{self.id}")).text

    async def shown(self) -> list[str]:
        """What stands below each voice message that has something there, as one reads it."""
        return transcripts_in(await self.page())

    async def become(self, *texts: str) -> list[str]:
        """Waits until these stand there; time passes where the next try is far away."""

        async def reached() -> list[str] | None:
            now = await self.shown()
            if now == list(texts):
                return now
            if await count(Job, Job.kind == TRANSCRIBE, Job.error.is_not(None), Job.lease_token.is_(None)):
                self.hand.move(minutes=6)
                wake_worker.ring()
            return None

        return list(await within(20, reached, what=f"{texts}"))


def transcripts_in(page: str) -> list[str]:
    return [words_of(one) for one in re.findall(r'<div class="transcript".*?(?=<footer)', page, re.S)]


def words_of(html: str) -> str:
    plain = re.sub(r"<svg.*?</svg>|<span class=\"unseen\">.*?</span>", "", html, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", plain)).split())
