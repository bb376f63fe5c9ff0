"""The line to one browser, below everything that looks at answers on their way."""

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send


class Wire:
    """What a door that writes for hours needs to know of its connection, and ASGI has no words for.

    uvicorn's `receive` belongs to an object that knows; where the server has no such object, everybody counts as behind.
    """

    __slots__ = ("_flow", "_transport", "send")

    def __init__(self, receive: Receive, send: Send) -> None:
        connection: Any = getattr(receive, "__self__", None)
        self._flow: Any = getattr(connection, "flow", None)
        self._transport: Any = getattr(connection, "transport", None)
        self.send = send

    def is_behind(self) -> bool:
        """Whether `write` would wait until this browser has taken more of what was written before."""
        return self._flow is None or bool(self._flow.write_paused)

    async def write(self, part: bytes) -> None:
        """More of an answer that has begun. Nothing happens once the browser has gone."""
        await self.send({"type": "http.response.body", "body": part, "more_body": True})

    async def end(self, part: bytes = b"") -> None:
        await self.send({"type": "http.response.body", "body": part, "more_body": False})

    def hang_up(self) -> None:
        """End the connection of a browser that takes nothing: merely closed, it would first wait for it, for ever."""
        if self._transport is not None:
            self._transport.abort()


class Wired:
    """Gives doors `scope["wire"]`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["wire"] = Wire(receive, send)
        await self.app(scope, receive, send)
