"""Scenes: many customers writing at once, until told to stop."""

import random
from asyncio import CancelledError, sleep
from collections.abc import Iterator
from itertools import cycle

from app.simulator.inbound import write
from app.simulator.people import BUSY_MORNING
from app.simulator.world import World


class Scene:
    """The busy morning: everyone tells their story line by line, mixed with the others.

    `seed` makes the mixture the same each time.
    """

    def __init__(self, world: World, *, messages: int, per_minute: float, seed: int = 7) -> None:
        self._world = world
        self._messages = messages
        self._pause = 60 / max(per_minute, 0.1)
        self._random = random.Random(seed)
        self.written = 0
        self.is_running = False

    def start(self) -> None:
        """Replaces the scene that is running, if any."""
        if self._world.scene:
            self._world.scene.stop()
        self._world.scene = self
        self.is_running = True
        self._task = self._world.background.spawn(self._play())

    def stop(self) -> None:
        self.is_running = False
        self._task.cancel()

    async def _play(self) -> None:
        try:
            for key, line in self._lines():
                write(self._world, self._world.customer(key), line)
                self.written += 1
                await sleep(self._pause * self._random.uniform(0.5, 1.5))
        except CancelledError:
            pass
        finally:
            self.is_running = False

    def _lines(self) -> Iterator[tuple[str, str]]:
        keys = list(self._world.customers)
        stories = {key: cycle(story) for key, story in zip(keys, cycle(BUSY_MORNING), strict=False)}
        for _ in range(self._messages):
            key = self._random.choice(keys)
            yield key, next(stories[key])
