"""Twelve ways in which the world keeps a desk busy, for lives that end in the middle of them."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from random import Random
from uuid import UUID

import anyio
import httpx2

from tests.actors import Browser, WhatsApp
from tests.faults.traffic import CANARY
from tests.people import Customer

PAUSE_SECONDS = 0.05  # before a browser asks again


@dataclass
class Stage:
    """What was said so far, as seen from outside; everybody who comes is new, so nobody waits for another's lease."""

    whatsapp: WhatsApp
    marta: Browser
    random: Random
    inbound: set[str] = field(default_factory=set)
    asked: dict[str, str] = field(default_factory=dict)
    repeated: int = 0
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def somebody(self) -> Customer:
        number = next(self._numbers)
        customer = Customer(f"Cliente {number}", wa_id=f"5511910{number:06}")
        known = {"name": customer.name, "wa_id": customer.wa_id}
        await self.whatsapp.control("POST", "/customers", **known)
        return customer

    async def says(self, customer: Customer, text: str = "Vocês abrem hoje?", **more: object) -> str:
        """The customer writes; Meta brings it however often it must. Gives the wamid of the last one."""
        wish = {"customer": customer.name, "text": f"{text} {CANARY}"} | more
        told = await self.whatsapp.control("POST", "/messages", **wish)
        self.inbound.update(told["ids"])
        return str(told["id"])

    async def sends(self, customer: Customer, kind: str, **more: object) -> str:
        told = await self.whatsapp.control("POST", "/messages", customer=customer.name, type=kind, **more)
        self.inbound.update(told["ids"])
        return str(told["id"])

    async def replies(self, customer: Customer, text: str) -> None:
        """Marta answers, asking again until she is told that it is stored."""
        conversation = await self.until_found(customer)
        compose_id = str(UUID(int=self.random.getrandbits(128), version=4))
        self.asked[compose_id] = f"{text} {CANARY}"
        while not await self.is_stored(conversation, compose_id):
            self.repeated += 1
            await anyio.sleep(PAUSE_SECONDS)

    async def is_stored(self, conversation: int, compose_id: str) -> bool:
        with suppress(httpx2.TransportError):
            answer = await self.marta.reply(conversation, self.asked[compose_id], compose_id)
            assert answer.status_code in (200, 503), (answer.status_code, answer.text[:300])
            return answer.status_code == 200
        return False

    async def until_found(self, customer: Customer) -> int:
        while True:
            with suppress(httpx2.TransportError):
                if found := await self.marta.looks_for(customer.name):
                    return found
            await anyio.sleep(PAUSE_SECONDS)

    async def takes_over(self, customer: Customer) -> None:
        conversation = await self.until_found(customer)
        with suppress(httpx2.TransportError):
            await self.marta.post(f"/c/{conversation}/mode", {"mode": "person"})


Act = Callable[[Stage], Awaitable[None]]


async def a_text(stage: Stage) -> None:
    await stage.says(await stage.somebody())


async def three_texts(stage: Stage) -> None:
    await stage.says(await stage.somebody(), count=3)


async def an_album(stage: Stage) -> None:
    customer = await stage.somebody()
    await stage.sends(customer, "image", text=f"Olhem {CANARY}", count=4)
    await stage.says(customer, "Têm desses?")


async def two_customers(stage: Stage) -> None:
    first, second = await stage.somebody(), await stage.somebody()
    async with anyio.create_task_group() as both:
        both.start_soon(stage.says, first)
        both.start_soon(stage.says, second)


async def the_same_thrice(stage: Stage) -> None:
    await stage.says(await stage.somebody(), copies=3)


async def a_report_before_the_answer(stage: Stage) -> None:
    customer = await stage.somebody()
    await stage.whatsapp.breaks({"name": "statuses_first", "match": {"to": f"+{customer.wa_id}"}})
    await stage.says(customer)


async def a_reply(stage: Stage) -> None:
    customer = await stage.somebody()
    await stage.says(customer)
    await stage.replies(customer, "Abrimos até as 19h.")


async def a_take_over(stage: Stage) -> None:
    customer = await stage.somebody()
    await stage.says(customer)
    await stage.takes_over(customer)
    await stage.replies(customer, "Aqui é a Marta.")


async def a_reaction(stage: Stage) -> None:
    customer = await stage.somebody()
    wamid = await stage.says(customer)
    await stage.whatsapp.control("POST", "/reactions", customer=customer.name, id=wamid, emoji="👍")


async def an_edit_and_a_deletion(stage: Stage) -> None:
    customer = await stage.somebody()
    edited, revoked = await stage.says(customer), await stage.says(customer, "Ops")
    await stage.whatsapp.control("POST", "/edits", id=edited, text=f"Abrem amanhã? {CANARY}")
    await stage.whatsapp.control("POST", "/revocations", id=revoked)


async def a_batch(stage: Stage) -> None:
    """Everything in one POST."""
    await stage.whatsapp.control("POST", "/webhooks/hold")
    for _ in range(3):
        await stage.says(await stage.somebody(), count=2)
    await stage.whatsapp.control("POST", "/webhooks/release")


async def a_document(stage: Stage) -> None:
    customer = await stage.somebody()
    await stage.sends(customer, "document")
    await stage.says(customer, "É este o orçamento?")


ACTS: tuple[Act, ...] = (
    a_text, three_texts, an_album, two_customers, the_same_thrice, a_report_before_the_answer,
    a_reply, a_take_over, a_reaction, an_edit_and_a_deletion, a_batch, a_document,
)  # fmt: skip
