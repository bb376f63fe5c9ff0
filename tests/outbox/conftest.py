"""What the tests of the outbox share: the clock in hand, and a conversation to answer in."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.actors import Browser, WhatsApp
from tests.clocks import MovingClock, moving_clock
from tests.outbox.office import Office, open_office
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


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    """The outbox alone, its senders turned by hand."""
    async with open_office(database_url) as opened:
        yield opened
