"""A push service of the tests, and browsers at it that can read what comes (RFC 8291 the other way round)."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import http_ece  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.simulator.serve import address_of, listening, served
from tests.actors import Browser


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Call:
    """What the service was asked to pass on."""

    name: str
    headers: dict[str, str]
    body: bytes

    @property
    def signed_by(self) -> str:
        return self.headers["authorization"].partition(", k=")[2]

    def says(self) -> dict[str, Any]:
        """What the signature says of the sender; raises where it is not of the key beside it."""
        token = self.headers["authorization"].removeprefix("vapid t=").partition(",")[0]
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(self.signed_by))
        return dict(jwt.decode(token, ECKey.import_key(point), algorithms=["ES256"]).claims)


@dataclass
class Subscriber:
    """A browser's end: its keys, which never leave it, and its address at the service."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = b"sixteen bytes 42"

    def fields(self) -> dict[str, str]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.endpoint, "p256dh": encoded(point), "auth": encoded(self.secret)}

    def reads(self, call: Call) -> Any:
        assert call.headers["content-encoding"] == "aes128gcm"
        return json.loads(http_ece.decrypt(call.body, private_key=self.key, auth_secret=self.secret))


@dataclass
class PushServiceOfTests:
    """`answers` by a browser's name where it is not 201."""

    address: str = ""
    calls: list[Call] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)

    def of(self, name: str) -> list[Call]:
        return [call for call in self.calls if call.name == name]

    async def answer(self, request: Request) -> Response:
        name = request.path_params["name"]
        self.calls.append(Call(name, dict(request.headers), await request.body()))
        return Response(status_code=self.answers.get(name, 201))

    async def subscribes(self, browser: Browser, name: str) -> Subscriber:
        subscriber = Subscriber(f"{self.address}/to/{name}")
        answer = await browser.post("/push/subscriptions", subscriber.fields())
        assert answer.status_code == 204, answer.text
        return subscriber


@asynccontextmanager
async def push_service() -> AsyncIterator[PushServiceOfTests]:
    service = PushServiceOfTests()
    with listening() as listener:
        service.address = address_of(listener)
        routes = [Route("/to/{name}", service.answer, methods=["POST"])]
        async with served(Starlette(routes=routes), listener):
            yield service
