"""However the news travel (one by one, in batches, twice, lost and asked for again, overtaken), the page comes out the same."""

import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from random import Random

import pytest
from playwright.async_api import expect

from tests.live.changes import Chance
from tests.live.listening import cursor_in, listening, poll
from tests.live.stage import Stage, newest_event
from tests.live_page import LivePage, News
from tests.people import ANA, BRUNO

SEQUENCES = 5  # at one desk
CHANGES = 12

Manner = Callable[[LivePage, Random], Awaitable[None]]


async def one_by_one(page: LivePage, random: Random) -> None:
    await page.catches_up()


async def in_batches(page: LivePage, random: Random) -> None:
    if random.random() < 0.3:
        await page.catches_up()


async def twice(page: LivePage, random: Random) -> None:
    """By the cursor the second copy is dropped; past it, it changes nothing."""
    news = await page.asks()
    for _ in range(2):
        await page.takes(news)
    await page.takes_again(news)


async def lost_now_and_then(page: LivePage, random: Random) -> None:
    """An answer that never came: the next request asks from the older cursor."""
    news = await page.asks()
    if random.random() < 0.5:
        await page.takes(news)


class Overtaken:
    """An answer that was asked for earlier comes after a newer one."""

    def __init__(self) -> None:
        self.held: dict[LivePage, News] = {}

    async def __call__(self, page: LivePage, random: Random) -> None:
        older = self.held.pop(page, None)
        self.held[page] = await page.asks()
        if random.random() < 0.5:
            await page.catches_up()
        if older is not None:
            await page.takes(older)


MANNERS: tuple[Callable[[], Manner], ...] = (
    lambda: one_by_one, lambda: in_batches, lambda: twice, lambda: lost_now_and_then, Overtaken
)  # fmt: skip


@pytest.mark.parametrize("seed", range(int(os.environ.get("RECADO_SEEDS", "2"))))
async def test_random_changes_reach_every_page_however_the_news_travel(stage: Stage, seed: int) -> None:
    """Sixty changes at one desk; two pages show Ana, a third Bruno, each with a manner of its own per sequence."""
    random = Random(seed)
    await stage.opens()
    await stage.opens_for(stage.paulo, stage.bruno)
    chance = Chance(stage, random)
    for sequence in range(SEQUENCES):
        manners = [(page, random.choice(MANNERS)()) for page in stage.pages]
        for _ in range(CHANGES):
            await chance.happens()
            for page, manner in manners:
                await manner(page, random)
        print(
            f"seed {seed}, sequence {sequence}, {[name_of(manner) for _, manner in manners]}, {chance.told[-CHANGES:]}"
        )
        await stage.stays_equal()


def name_of(manner: Manner) -> str:
    return getattr(manner, "__name__", type(manner).__name__)


async def test_a_newer_answer_is_kept_when_an_older_one_comes_after_it(stage: Stage) -> None:
    await stage.opens()
    page = stage.pages[0]
    sent = await stage.reply(stage.marta, "Um")
    older = await page.asks()
    await stage.whatsapp.reports(sent.wamid, "delivered")
    newer = await page.asks()
    await page.takes(newer)
    await page.takes(older)
    assert page.cursor == newer.cursor
    await stage.stays_equal()


async def test_news_asked_for_without_this_conversation_do_not_move_the_cursor(stage: Stage) -> None:
    """A leader's answer from before it knew what this tab shows: shown, but asked for again with its topics."""
    await stage.opens()
    page = stage.pages[0]
    since = page.cursor
    await stage.says(ANA, "Alô?")
    partial = page.news_in(await poll(stage.marta, since, "inbox"))
    await page.takes(replace(partial, covered=("inbox",)))
    assert page.cursor == since
    await stage.stays_equal()


async def test_a_resync_brings_the_page_to_now_and_forgets_what_was_on_its_way(stage: Stage) -> None:
    await stage.opens()
    page = stage.pages[0]
    await stage.switches(stage.paulo, "person")
    await page.catches_up()
    await stage.says(ANA, "Antes")
    on_its_way = await page.asks()
    await stage.says(BRUNO, "Depois")
    await page.takes(News(0, None, page.topics))
    assert page.cursor == await newest_event()
    await page.takes(on_its_way)
    await stage.stays_equal()


async def test_news_that_overtake_the_answer_to_a_form_are_not_undone_by_it(stage: Stage) -> None:
    """The answer was read before WhatsApp delivered the message; the page hears of that first."""
    await stage.opens()
    page = stage.pages[0]
    await stage.whatsapp.breaks("no_statuses")
    async with page.answer_is_late("/messages") as read:
        await page.sends("Um")
        await read.wait()
        sent = (await stage.whatsapp.accepted(at_least=2))[-1]
        await stage.whatsapp.reports(sent["wamid"], "delivered")
        await page.catches_up()
    await expect(page.page.locator("#composer-text")).to_have_value("")
    await stage.stays_equal()


async def test_older_bubbles_that_news_overtake_are_caught_up(stage: Stage) -> None:
    said = [await stage.says(ANA, f"Recado {number}") for number in range(60)]
    await stage.reads(stage.marta)  # else her page begins at what she has not read
    await stage.opens()
    page = stage.pages[0]
    async with page.answer_is_late("/messages?before") as read:
        await page.page.locator("#thread .more a").scroll_into_view_if_needed()
        await read.wait()
        await stage.does("edits", id=said[0], text="Outras palavras")
        await page.catches_up()
    await expect(page.page.get_by_text("Outras palavras")).to_have_count(0)
    await page.knows_its_cursor()
    await page.catches_up()
    await expect(page.page.locator("#thread").get_by_text("Outras palavras")).to_be_attached()


async def test_both_transports_carry_the_same_bytes_and_cursors(stage: Stage) -> None:
    chance = Chance(stage, Random(7))
    topics = f"inbox,conv:{stage.ana}"
    cursor, compared = await newest_event(), 0
    async with listening(stage.paulo, cursor, topics) as stream:
        for _ in range(30):
            await chance.happens()
            newest = await newest_event()
            while cursor < newest:
                frame = await stream.next()
                assert frame is not None
                if frame.id is None:
                    continue
                answer = await poll(stage.paulo, cursor, topics)
                if cursor_in(answer) == frame.id:
                    assert answer.text == frame.data
                    compared += 1
                cursor = frame.id
    assert compared > 10  # the others were overtaken by the next event
