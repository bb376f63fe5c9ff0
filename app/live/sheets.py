"""What is loaded and drawn for one event, kept a moment, so that a thousand readers cost one query and one render."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

Loaded = TypeVar("Loaded")
CAPACITY = 2000


class Sheets:
    """Two small caches by (what, which, event id): an event's picture never changes, a later event has another id."""

    def __init__(self) -> None:
        self._loads: OrderedDict[Hashable, asyncio.Future[Any]] = OrderedDict()
        self._html: OrderedDict[Hashable, str] = OrderedDict()

    async def loaded(self, key: Hashable, load: Callable[[], Awaitable[Loaded]]) -> Loaded:
        """The result of `load`, run once however many ask at the same time; a failure is not kept."""
        task: asyncio.Future[Loaded] | None = self._loads.get(key)
        if task is None:
            self._loads[key] = task = asyncio.ensure_future(load())
            trim(self._loads)
        try:
            return await asyncio.shield(task)
        except Exception:
            self._loads.pop(key, None)
            raise

    def drawn(self, key: Hashable, draw: Callable[[], str]) -> str:
        html = self._html.get(key)
        if html is None:
            html = self._html[key] = draw()
            trim(self._html)
        return html


def trim(kept: OrderedDict[Hashable, Any]) -> None:
    while len(kept) > CAPACITY:
        kept.popitem(last=False)
