"""A desk to which Ana sends files."""

from collections.abc import Iterator

import pytest

from tests.actors import Desk
from tests.clocks import MovingClock, moving_clock
from tests.media.files import Album


@pytest.fixture
def hand() -> Iterator[MovingClock]:
    with moving_clock() as moving:
        yield moving


@pytest.fixture
def album(hand: MovingClock, desk: Desk) -> Album:
    return Album(desk)
