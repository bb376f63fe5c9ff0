"""The player of voice notes: one at a time, the next by itself, at the speed that was chosen."""

import re

from playwright.async_api import Browser as Chromium
from playwright.async_api import expect

from tests.actors import Desk, within
from tests.live_page import open_page
from tests.people import ANA


async def test_a_voice_note_plays_by_keyboard_and_the_next_one_follows_by_itself(
    desk: Desk, chromium: Chromium
) -> None:
    for _ in range(2):
        await desk.whatsapp.says(ANA, "", type="audio", content=desk.whatsapp.world.media.attach("audio"))
    conversation = await desk.marta.conversation_with(ANA.name)

    async def both_are_there() -> bool:
        page = (await desk.marta.open(f"/c/{conversation}")).text
        players = re.findall(r'<voice-player [^>]*id="player-\d+(-new)?"', page)
        return players == ["", ""]  # a look into the file would make them anew

    await within(20, both_are_there, what="two voice notes")
    opened = await open_page(chromium, desk.marta, conversation)
    first, second = (opened.page.locator("voice-player").nth(place) for place in (0, 1))
    for player in (first, second):  # a second of sound may be over before anybody looks
        await player.locator("audio").evaluate("sound => { sound.loop = true }")
    for _ in ("1.5", "2"):
        await first.get_by_title("Velocidade").click()
    await expect(opened.page.locator("html")).to_have_attribute("data-local-speed", "2")
    await first.get_by_role("button", name="Reproduzir").press("Enter")
    await expect(first.get_by_role("button", name="Pausar")).to_be_visible()
    assert await first.locator("audio").evaluate("sound => sound.playbackRate") == 2

    await desk.whatsapp.control(
        "POST", "/reactions", customer=ANA.name, id=next(iter(desk.whatsapp.world.messages)), emoji="👍"
    )
    await opened.catches_up()  # the bubble is drawn anew around it
    await expect(first.get_by_role("button", name="Pausar")).to_be_visible()
    await first.locator("audio").evaluate("sound => { sound.loop = false }")
    await expect(second.get_by_role("button", name="Pausar")).to_be_visible()
    await expect(first.get_by_role("button", name="Reproduzir")).to_be_visible()
    await second.get_by_role("slider", name="Posição").fill("0")
    await second.get_by_role("button", name="Pausar").click()
    await expect(second).not_to_have_attribute("data-local-playing", "")
    await opened.page.context.close()
