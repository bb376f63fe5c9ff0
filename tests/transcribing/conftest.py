"""A desk whose voice messages are written down, by the simulator."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.actors import Desk
from tests.clocks import MovingClock, moving_clock
from tests.transcribing.voices import Voices


@pytest.fixture
def desk_settings() -> dict[str, Any]:
    return {"transcription_model": "whisper-1", "transcription_key": "a-key"}


@pytest.fixture
def hand() -> Iterator[MovingClock]:
    with moving_clock() as moving:
        yield moving


@pytest.fixture
def voices(hand: MovingClock, desk: Desk) -> Voices:
    return Voices(desk, hand)
