"""The process ends at each of the five places on a file's way; started again, everything is as if nothing had happened."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2
import pytest

from app.boundaries import Boundary
from app.simulator.config import SimulatorConfig
from app.simulator.placeholders import placeholder
from app.simulator.world import World
from tests.actors import Browser, WhatsApp, within
from tests.faults.processes import House, house
from tests.media.files import media_in
from tests.people import ANA, MARTA

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="processes are ended by signals"),
]
PLACES = [one for one in Boundary if one.startswith("media.")]
PICTURE = placeholder("image").data


@pytest.fixture
async def built(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with house(database_url, tmp_path) as made:
        yield made


@pytest.mark.alternating
@pytest.mark.parametrize("place", PLACES)
async def test_a_crash_on_the_way_loses_nothing_and_leaves_nothing(
    built: House, tmp_path: Path, place: Boundary
) -> None:
    folder = tmp_path / "media"
    environment = built.environment
    built.environment = {**environment, "RECADO_DIE_AT": place}
    await built.start(cold=True)
    built.environment = environment
    async with AsyncExitStack() as stack:
        control = await stack.enter_async_context(
            httpx2.AsyncClient(base_url=built.simulator, trust_env=False, timeout=40)
        )
        whatsapp = WhatsApp(control, World(SimulatorConfig("", "", "")))
        await whatsapp.control("POST", "/messages", customer=ANA.name, type="image")
        await built.dies()
        lying = list(folder.iterdir()) if folder.exists() else []
        assert len(lying) == (0 if place is Boundary.MEDIA_LOCATED else 1)
        for one in lying:  # as if the crash were two hours ago
            os.utime(one, (0, 0))

        await built.start()
        browser = Browser(built.address, MARTA)
        stack.push_async_callback(browser.http.aclose)
        await browser.sign_in()
        conversation = await browser.conversation_with(ANA.name)

        async def is_whole() -> bool:
            shown = media_in((await browser.open(f"/c/{conversation}")).text)
            left = [one.name for one in folder.iterdir()] if folder.exists() else []
            return [one.state for one in shown] == ["there"] and len(left) == 1 and "." not in left[0]

        await within(90, is_whole, what="the file, and nothing else in the folder")
        [shown] = media_in((await browser.open(f"/c/{conversation}")).text)
        assert (await browser.http.get(f"/media/{shown.id}")).content == PICTURE
        assert ANA.name not in built.log.read_text()
