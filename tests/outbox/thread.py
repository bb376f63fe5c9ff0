"""A conversation as its attendant works in it: what she sends and what its bubbles then show."""

import re
from dataclasses import dataclass
from html import unescape

import httpx2
from sqlalchemy import select

from app import clock
from app.assistant.models import Turn, TurnState
from app.conversations import outgoing, replying
from app.conversations.models import Author, Conversation
from app.db import transaction
from tests.actors import Browser, Bubble, WhatsApp, within
from tests.people import Customer


@dataclass
class Thread:
    id: int
    browser: Browser
    whatsapp: WhatsApp

    async def sends(self, text: str, compose_id: str | None = None) -> httpx2.Response:
        answer = await self.browser.reply(self.id, text, compose_id)
        assert answer.status_code == 200, answer.text
        return answer

    async def bubble(self, text: str) -> Bubble:
        [found] = [one for one in await self.browser.bubbles(self.id) if one.text == text]
        return found

    async def shows(self, text: str, status: str, *, within_seconds: float = 20) -> Bubble:
        """Waits until the bubble with this text has this status."""

        async def reached() -> Bubble | None:
            shown = await self.bubble(text)
            return shown if shown.status == status else None

        found: Bubble = await within(within_seconds, reached, what=f"{status} of {text!r}")
        return found

    async def wamid_of(self, text: str, *, attempt: int = 1) -> str:
        """Under which wamid Graph accepted this text."""

        async def accepted() -> str | None:
            sends = await self.whatsapp.accepted()
            ours = [send["wamid"] for send in sends if send["payload"]["text"]["body"] == text]
            return ours[attempt - 1] if len(ours) >= attempt else None

        return str(await within(20, accepted, what=f"the acceptance of {text!r}"))

    async def problems(self) -> list[str]:
        """The sentences under bubbles that did not surely arrive, each with its button."""
        page = (await self.browser.open(f"/c/{self.id}")).text
        blocks = re.findall(r'<div class="problem">(.*?)</div>', page, re.S)
        return [" ".join(unescape(re.sub(r"<[^>]+>", " ", block)).split()) for block in blocks]

    async def again(self, text: str) -> httpx2.Response:
        """Presses the button of a bubble that failed or is in doubt."""
        bubble = await self.bubble(text)
        return await self.browser.post(f"/c/{self.id}/messages/{bubble.id}/attempts")


async def thread_with(browser: Browser, whatsapp: WhatsApp, customer: Customer) -> Thread:
    await whatsapp.says(customer, "Oi")
    return Thread(await browser.conversation_with(customer.name), browser, whatsapp)


async def attempts(whatsapp: WhatsApp) -> list[str]:
    """The texts of all requests to send that reached Graph, refused ones too, in their order."""
    sends = await whatsapp.control("GET", "/sends")
    every = sorted(sends["accepted"] + sends["refused"], key=lambda send: int(send["number"]))
    return [send["payload"]["text"]["body"] for send in every]


async def claude_answers(conversation_id: int, *parts: str) -> None:
    """One answer of Claude in these parts, queued as the end of its turn queues it."""
    async with transaction() as session:
        wanted = select(Conversation).where(Conversation.id == conversation_id)
        conversation = (await session.scalars(wanted)).one()
        ended = {
            "state": TurnState.ANSWERED,
            "model": "simulated",
            "answers_position": conversation.last_position,
        }
        turn = Turn(conversation_id=conversation_id, started_at=clock.now(), ended_at=clock.now(), **ended)
        session.add(turn)
        await session.flush()
        for part in parts:
            await replying.put(
                session, conversation, outgoing.text(part), author=Author.CLAUDE, turn_id=turn.id
            )
