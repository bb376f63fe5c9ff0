"""A simulator and a shop that receives its webhooks, each on a real port."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import httpx2
import pytest
from anthropic import AsyncAnthropic, DefaultAsyncHttpxClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.simulator.config import SimulatorConfig
from app.simulator.serve import address_of, listening, running, served
from app.simulator.world import World
from tests.deadline import patience

TRUST = httpx2.create_ssl_context(trust_env=False)  # loading it again for each test is slow
SECRET = "app secret of the tests"


@dataclass
class Shop:
    """Receives webhooks; answers the statuses in `answers` first, then 200."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self, request: Request) -> Response:
        if request.method == "GET":
            right = request.query_params.get("hub.verify_token") == "verify me"
            return PlainTextResponse(request.query_params["hub.challenge"], 200 if right else 403)
        body = await request.body()
        expected = "sha256=" + hmac.new(SECRET.encode(), body, sha256).hexdigest()
        self.news.set()
        if request.headers.get("x-hub-signature-256") != expected:
            self.refused.append(body)
            return Response(status_code=401)
        self.bodies.append(body)
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    def values(self) -> list[dict[str, Any]]:
        """Each change's value, in the order received."""
        parsed = [json.loads(body) for body in self.bodies]
        return [change["value"] for body in parsed for entry in body["entry"] for change in entry["changes"]]

    def all_of(self, kind: str) -> list[dict[str, Any]]:
        """Every item of the lists called `kind`: messages, statuses, message_echoes."""
        return [item for value in self.values() for item in value.get(kind, [])]

    async def until(self, kind: str, count: int) -> list[dict[str, Any]]:
        """The first `count` items of this kind, once they are there."""
        async with patience(5):
            while len(self.all_of(kind)) < count:
                self.news.clear()
                await self.news.wait()
        return self.all_of(kind)[:count]


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    shop = Shop()
    routes = [Route("/webhooks/whatsapp", shop.receive, methods=["GET", "POST"])]
    with listening() as listener:
        shop.url = f"{address_of(listener)}/webhooks/whatsapp"
        async with served(Starlette(routes=routes), listener, lifespan="off"):
            yield shop


@pytest.fixture
def config(shop: Shop) -> SimulatorConfig:
    return SimulatorConfig(
        shop.url,
        SECRET,
        "verify me",
        status_delay_seconds=0.01,
        typing_pause_seconds=0.001,
        webhook_retry_seconds=0.02,
    )


@pytest.fixture
async def simulator(config: SimulatorConfig) -> AsyncIterator[tuple[World, str]]:
    async with running(config) as (world, url):
        yield world, url


@pytest.fixture
def world(simulator: tuple[World, str]) -> World:
    return simulator[0]


@pytest.fixture
async def door(simulator: tuple[World, str]) -> AsyncIterator[httpx2.AsyncClient]:
    """Knows the token."""
    headers = {"authorization": "Bearer simulated"}
    async with httpx2.AsyncClient(
        base_url=simulator[1], headers=headers, trust_env=False, verify=TRUST
    ) as client:
        yield client


@pytest.fixture
async def claude(simulator: tuple[World, str]) -> AsyncIterator[AsyncAnthropic]:
    http = DefaultAsyncHttpxClient(base_url=simulator[1], verify=TRUST, timeout=20)
    async with AsyncAnthropic(
        api_key="x", base_url=simulator[1], max_retries=0, timeout=20, http_client=http
    ) as client:
        yield client


@dataclass
class Business:
    """Calls Graph as the shop would."""

    door: httpx2.AsyncClient
    number: str = "100000000000001"

    async def post(self, payload: dict[str, Any]) -> httpx2.Response:
        body = {"messaging_product": "whatsapp", **payload}
        return await self.door.post(f"/v26.0/{self.number}/messages", json=body)

    async def say(self, to: str, text: str, **more: Any) -> httpx2.Response:
        where = {"to": to} if to.startswith("+") else {"recipient": to}
        return await self.post({**where, "type": "text", "text": {"body": text}, **more})

    async def control(self, path: str, **wish: Any) -> dict[str, Any]:
        answer = await self.door.post(f"/control/{path}", json=wish)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def ask(self, path: str, **query: Any) -> dict[str, Any]:
        return dict((await self.door.get(f"/control/{path}", params=query)).json())


@pytest.fixture
def business(door: httpx2.AsyncClient) -> Business:
    return Business(door)
