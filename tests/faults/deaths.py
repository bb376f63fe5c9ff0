"""One desk, killed at every boundary of a message's way in turn; the oracle looks when it has lived through all of them."""

import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from itertools import product
from random import Random

import anyio

from app.boundaries import Boundary
from tests.faults.acts import ACTS, Act, Stage
from tests.faults.ending import concluded
from tests.faults.ground import Ground
from tests.faults.processes import house
from tests.faults.result import Result
from tests.faults.surroundings import browser_of, whatsapp_of

TOGETHER = 6  # acts under way at once, at most
DEATH_SECONDS = 25.0  # for a life to reach its boundary: a lease and a turn of Claude
WAYS = ("webhook", "turn", "delivery", "status", "media")  # the first part of the boundaries' names


def boundaries_of(way: str) -> list[Boundary]:
    return [boundary for boundary in Boundary if boundary.startswith(f"{way}.")]


async def killed_on_the_way(name: str, ground: Ground, seed: int, kills: int, *, way: str) -> Result:
    """`kills` deaths at each boundary of this way, each in the middle of another act than the last."""
    lives = [(boundary, act) for boundary, act in product(boundaries_of(way), acts_for(kills))]
    return await killed_in_turn(name, ground, seed, lives)


def acts_for(kills: int) -> list[Act]:
    return [ACTS[number % len(ACTS)] for number in range(kills)]


async def killed_in_turn(
    name: str, ground: Ground, seed: int, lives: Sequence[tuple[Boundary, Act]]
) -> Result:
    began = time.monotonic()
    result = Result(name, seed, engine=ground.engine, kills=len(lives))
    random = Random(seed)
    url = await ground.database()
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(house(url, ground.room(), claude=True))
        whatsapp = await whatsapp_of(desk, stack)
        await desk.start(cold=True)
        marta = await browser_of(desk, stack)
        stage = Stage(whatsapp, marta, Random(seed + 1))
        missed: list[str] = []
        for start in range(0, len(lives), TOGETHER):
            await desk.kill()
            async with anyio.create_task_group() as world:
                for boundary, act in lives[start : start + TOGETHER]:
                    await desk.start_to_die(f"{boundary}:{random.choice((1, 1, 2))}")
                    world.start_soon(play, stage, act)
                    if not await desk.death(DEATH_SECONDS):
                        missed.append(f"{boundary} in {act.__name__}")
                await desk.start(
                    cold=start + TOGETHER >= len(lives)
                )  # and in this life all of it gets through
        found = await concluded(desk, whatsapp, marta, stage.inbound, stage.asked, claude=True, result=result)
        found.note(missed, f"{len(missed)} lives did not reach their boundary: {missed[:9]}")
        result.repeated = stage.repeated
    result.take(found, desk.recoveries, began)
    return result


async def play(stage: Stage, act: Act) -> None:
    """The act, and two questions with a picture after it: so every boundary is reached, twice at least."""
    await act(stage)
    for _ in range(2):
        customer = await stage.somebody()
        await stage.sends(customer, "image")
        await stage.says(customer, "E este?")


FAULTS = {f"killed-on-the-way:{way}": partial(killed_on_the_way, way=way) for way in WAYS}
