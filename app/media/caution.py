"""Reading what strangers made: how much of it is read at most, and what is said of what cannot be read.

A decoder cannot be stopped from outside, so what one call may cost is bounded before it: pixels by the header, sound and
pictures that move by a deadline between two of their pieces, all of them together by two threads.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic
from typing import TypeVar

MOST_PIXELS = 50_000_000  # 200 MB while it is read; a phone's largest pictures have 200 MP, its usual ones 12
MOST_SCANS = 100  # of a progressive JPEG; usual are 10, and each costs a pass over the whole picture
MOST_SECONDS_OF_SOUND = 4 * 3600.0
PATIENCE_SECONDS = 20.0  # for one file's preview or sound

T = TypeVar("T")
threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="media")


class Damaged(Exception):
    """Not what its first bytes promise, or cut short."""


class TooMuch(Exception):
    """Reading it would cost more memory or time than a file may."""


async def apart(work: Callable[[], T]) -> T:
    """Done beside the loop, by one of the two threads that read and write media."""
    return await asyncio.get_running_loop().run_in_executor(threads, work)


@contextmanager
def reading_strangers() -> Iterator[None]:
    """Whatever a decoder stumbles over is the file's fault: libraries raise nearly every type there is."""
    try:
        yield
    except (Damaged, TooMuch):
        raise
    except MemoryError as problem:
        raise TooMuch from problem
    except Exception as problem:
        raise Damaged(type(problem).__name__) from problem


class Deadline:
    """Looked at between two pieces of a file."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def check(self) -> None:
        """Raises TooMuch when the time is over."""
        if monotonic() > self._end:
            raise TooMuch
