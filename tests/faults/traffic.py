"""Customers write and an attendant answers, whether or not the program is alive at the moment."""

import re
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

import anyio
import httpx2

from app.outbox.delivery import DeliveryStatus
from app.outbox.pace import TO_ONE_CONTACT
from tests.actors import Browser, WhatsApp
from tests.people import Customer

CANARY = "canário-amarelo"  # in every text; no log may sing it
CUSTOMERS = [Customer(f"Cliente {number}", wa_id=f"55119000005{number:02}") for number in range(1, 13)]
QUESTIONS = ("Olá!", "Qual o horário de vocês?", "Vocês entregam?", "Obrigado!")
WANTS_A_PERSON = "Quero falar com uma pessoa"
SLOW = {
    "kind": "slow",
    "when": "after",
    "seconds": 0.4,
    "remaining": 10**6,
}  # most kills meet a send on its way
FAULTS = (
    "drop",
    "no_wamid",
    "no_statuses",
    "statuses_twice",
    "statuses_first",
)


@dataclass
class Traffic:
    """What was said so far. `inbound`: wamids that customers wrote; `asked`: the text of each reply by its compose_id.

    `attended`: in how many conversations the attendant answers; Claude falls silent there.
    """

    whatsapp: WhatsApp
    random: Random
    attended: int = len(CUSTOMERS)
    inbound: set[str] = field(default_factory=set)
    asked: dict[str, str] = field(default_factory=dict)
    repeated: int = 0
    replies: Counter[int] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)
    shown: dict[int, str] = field(default_factory=dict)
    fallen: list[str] = field(default_factory=list)
    over: anyio.Event = field(default_factory=anyio.Event)

    async def customers_write(self) -> None:
        """A message now and then, some delivered twice at once, from everybody."""
        said = 0
        while not self.over.is_set():
            said += 1
            customer = self.random.choice(CUSTOMERS)
            question = WANTS_A_PERSON if self.random.random() < 0.02 else self.random.choice(QUESTIONS)
            text = f"{question} {CANARY} {said}"
            await self.whatsapp.meet(customer)
            wish = {"customer": customer.name, "text": text, "copies": self.random.choice((1, 1, 1, 3))}
            told = await self.whatsapp.control("POST", "/messages", **wish)
            self.inbound.update(told["ids"])
            await self.pause(0.05, 0.25)

    async def graph_misbehaves(self) -> None:
        """Every answer is slow, some are lost, reports come early, twice or never."""
        await self.whatsapp.breaks(SLOW)
        while not self.over.is_set():
            await self.whatsapp.breaks(self.random.choice(FAULTS))
            await self.pause(0.2, 0.6)

    async def attendant_answers(self, browser: Browser) -> None:
        """One tab: replies here and there, looks at the ticks, repeats what got no answer, as a browser would."""
        said, theirs = 0, list[int]()
        while not self.over.is_set():
            with suppress(httpx2.TransportError):
                if len(theirs) < self.attended:
                    theirs = sorted((await browser.conversations()).values())[: self.attended]
                may_hear_more = [one for one in theirs if self.replies[one] < self.most_replies()]
                for conversation in self.random.sample(may_hear_more, k=min(2, len(may_hear_more))):
                    said += 1
                    self.replies[conversation] += 1
                    await self.reply(browser, conversation, f"Resposta {CANARY} {said}")
                    if self.random.random() < 0.3:
                        await self.look_at(browser, conversation)
            await self.pause(0.02, 0.2)

    def most_replies(self) -> int:
        """To one contact by now: what is asked for beyond the pace allowed would still be waiting long after the end."""
        return TO_ONE_CONTACT.burst + int(
            (time.monotonic() - self.began) / TO_ONE_CONTACT.interval.total_seconds()
        )

    async def reply(self, browser: Browser, conversation: int, text: str) -> None:
        compose_id = str(UUID(int=self.random.getrandbits(128), version=4))
        self.asked[compose_id] = text
        is_answered = False
        while not is_answered:
            try:
                answer = await browser.reply(conversation, text, compose_id)
                assert answer.status_code in (200, 503), (answer.status_code, answer.text[:300])
                is_answered = answer.status_code == 200
            except httpx2.TransportError:
                self.repeated += 1
            await self.pause(0.02, 0.05)
        if self.random.random() < 0.2:  # a double click
            with suppress(httpx2.TransportError):
                assert (await browser.reply(conversation, text, compose_id)).status_code in (200, 503)

    async def look_at(self, browser: Browser, conversation: int) -> dict[int, str]:
        """Each tick as shown now; remembers it, and notices one that went down."""
        order = [str(status) for status in DeliveryStatus]
        bubbles = await browser.bubbles(conversation)
        now = {bubble.id: bubble.status for bubble in bubbles if bubble.direction == "out"}
        for message, status in now.items():
            before = self.shown.get(message, status)
            if order.index(status) < order.index(before):
                self.fallen.append(f"message {message}: {before} -> {status}")
        self.shown |= now
        return now

    async def pause(self, least: float, most: float) -> None:
        """Until the traffic is over, at most this long."""
        with anyio.move_on_after(self.random.uniform(least, most)):
            await self.over.wait()


async def unread_as_shown(browser: Browser) -> dict[int, int]:
    """The badge of each row, by conversation."""
    page = (await browser.open("/")).text
    return {
        int(conversation): int(unread)
        for conversation, unread in re.findall(r'data-conversation="(\d+)" data-unread="(\d+)"', page)
    }
