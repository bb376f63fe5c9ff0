"""Who stands around a desk that is tried: WhatsApp in another process, and attendants."""

from contextlib import AsyncExitStack

import httpx2

from app.simulator.config import SimulatorConfig
from app.simulator.world import World
from tests.actors import Browser, WhatsApp
from tests.faults.processes import House
from tests.people import MARTA


async def whatsapp_of(desk: House, stack: AsyncExitStack) -> WhatsApp:
    return await whatsapp_at(desk.simulator, stack)


async def whatsapp_at(simulator: str, stack: AsyncExitStack) -> WhatsApp:
    control = await stack.enter_async_context(
        httpx2.AsyncClient(base_url=simulator, trust_env=False, timeout=40)
    )
    return WhatsApp(control, World(SimulatorConfig("", "", "")))  # the real one lives in another process


async def browser_of(desk: House, stack: AsyncExitStack) -> Browser:
    return await browser_at(desk.address, stack)


async def browser_at(address: str, stack: AsyncExitStack) -> Browser:
    browser = Browser(address, MARTA)
    stack.push_async_callback(browser.http.aclose)
    await browser.sign_in()
    return browser
