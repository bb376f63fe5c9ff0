"""A voice note from the browser's microphone: what is recorded arrives as WhatsApp wants it, and nothing else is sent."""

from io import BytesIO

import av
from playwright.async_api import expect

from tests.actors import WhatsApp
from tests.browser.actors import Browsers, Tab
from tests.people import ANA

# Every sound track that the page is given from here on.
TRACKS = """
() => {
  const tracks = [], devices = navigator.mediaDevices, ask = devices.getUserMedia.bind(devices)
  devices.getUserMedia = async (wish) => {
    const voice = await ask(wish)
    tracks.push(...voice.getTracks())
    return voice
  }
  return tracks
}
"""
ENDED = "tracks => tracks.length === 1 && tracks[0].readyState === 'ended'"


async def at_anas(browsers: Browsers, whatsapp: WhatsApp, *, may_record: bool = True) -> Tab:
    await whatsapp.says(ANA, "Oi")
    browser = await browsers.of()
    if may_record:
        await browser.context.grant_permissions(["notifications", "microphone"])
    tab = await browser.tab("/c/1")
    await tab.receives()
    return tab


async def test_a_recording_with_a_pause_arrives_as_a_voice_note(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    bar = tab.page.locator("#recording")
    await tab.page.locator(".composer__voice").click()
    await expect(bar.locator(".recording__time")).to_have_text("0:01")
    await expect(bar.locator(".recording__loudness i").nth(5)).to_be_attached()
    await tab.page.keyboard.press("Alt+P")
    await expect(bar).to_have_attribute("data-state", "paused")
    await tab.page.keyboard.press("Alt+P")
    await expect(bar).to_have_attribute("data-state", "recording")
    await tab.page.keyboard.press("Control+Enter")
    await expect(tab.bubbles).to_have_count(2)
    await expect(bar).to_be_hidden()
    await expect(tab.text_box).to_be_focused()

    [sent] = await whatsapp.accepted(at_least=1)
    about = sent["payload"]["audio"]
    assert about["voice"] is True
    file = whatsapp.world.media.find(about["id"])
    assert file is not None
    with av.open(BytesIO(file.data), "r") as container:
        sound = container.streams.audio[0]
        heard = sum(frame.samples for frame in container.decode(sound)) / sound.codec_context.sample_rate
        found = (container.format.name, sound.codec_context.name, sound.codec_context.channels)
    assert found == ("ogg", "opus", 1)
    assert 0.8 < heard < 20


async def test_escape_throws_a_recording_away_and_the_microphone_is_let_go(
    browsers: Browsers, whatsapp: WhatsApp
) -> None:
    tab = await at_anas(browsers, whatsapp)
    tracks = await tab.page.evaluate_handle(TRACKS)
    await tab.page.keyboard.press("Control+Alt+Shift+R")
    await expect(tab.page.locator("#recording")).to_be_visible()
    await expect(tab.text_box).to_be_hidden()
    await tab.page.keyboard.press("Escape")
    await expect(tab.text_box).to_be_focused()
    await tab.page.wait_for_function(
        "tracks => tracks.length === 1 && tracks[0].readyState === 'ended'", arg=tracks
    )
    await tab.send("só o texto")
    [sent] = await whatsapp.accepted(at_least=1)
    assert sent["payload"]["type"] == "text"


async def test_a_refused_microphone_is_said_with_what_to_do(browsers: Browsers, whatsapp: WhatsApp) -> None:
    tab = await at_anas(browsers, whatsapp, may_record=False)
    await tab.page.locator(".composer__voice").click()
    await expect(tab.page.locator("#toast")).to_contain_text("Permita")
    await expect(tab.text_box).to_be_visible()
