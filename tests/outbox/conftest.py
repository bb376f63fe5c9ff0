"""What the tests of the outbox share: the clock in hand, and a conversation to answer in."""

from collections.abc import Iterator

import pytest

from tests.actors import Browser, WhatsApp
from tests.clocks import MovingClock, moving_clock
from tests.outbox.thread import Thread, thread_with
from tests.people import ANA


@pytest.fixture
def hand() -> Iterator[MovingClock]:
    with moving_clock() as moving:
        yield moving


@pytest.fixture
async def ana(marta: Browser, whatsapp: WhatsApp) -> Thread:
    """Marta's conversation with Ana, who has just written."""
    return await thread_with(marta, whatsapp, ANA)
