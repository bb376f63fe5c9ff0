"""What a customer says aloud appears below the player by itself, is unfolded, asked for again, and found."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from app.simulator.transcripts_stage import Answer
from tests.actors import WhatsApp
from tests.browser.actors import Browsers
from tests.people import ANA

SAID = "Oi! Vocês têm vaso de cerâmica azul?"


@pytest.fixture
def desk_settings() -> dict[str, Any]:
    return {"transcription_model": "whisper-1"}


async def test_the_words_of_a_voice_message_appear_by_themselves_and_lead_back_to_it(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Bom dia")
    tab = await (await browsers.of(reduced_motion="reduce")).tab("/c/1")
    await tab.receives()
    whatsapp.world.transcripts.answers += [
        Answer(http_status=401),
        Answer(SAID),
        Answer("muito bem " * 200),
    ]
    await speaks(whatsapp)
    await expect(tab.page.get_by_text("Peça a um administrador")).to_be_visible()
    again = tab.page.get_by_role("button", name="Tentar novamente")
    await tab.presses(again, tab.page.get_by_text(SAID))
    await expect(again).to_have_count(0)

    await speaks(whatsapp)
    more, long = (
        tab.page.get_by_role("button", name="Ler mais"),
        tab.page.locator(".transcript__words").nth(1),
    )
    await expect(more).to_be_visible()
    folded = await height_of(long)
    await more.click()
    await expect(more).to_be_hidden()
    assert await height_of(long) > folded
    player, words = await tab.page.locator("voice-player").nth(1).bounding_box(), await long.bounding_box()
    assert player is not None
    assert words is not None
    assert words["width"] <= player["width"] + 12  # however much was said

    await tab.visits(f"{browsers.address}/search?q=ceramica")
    hit = tab.page.locator("[data-found-message]")
    await expect(hit.locator("mark")).to_have_text("cerâmica")
    await hit.click()
    await expect(tab.page).to_have_url(re.compile(r"/c/1\?"))
    await expect(tab.thread.get_by_text(SAID)).to_be_visible()


async def height_of(part: Any) -> float:
    return float(await part.evaluate("part => part.getBoundingClientRect().height"))


async def speaks(whatsapp: WhatsApp) -> None:
    await whatsapp.says(ANA, "", type="audio", content=whatsapp.world.media.attach("audio"))
