"""The open page plus its fragments is the page reloaded: for every kind of event, in list and thread, for two attendants."""

import inspect
import re
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.conversations.models import Message
from app.db import transaction
from app.live.events import Change, EventKind, announce
from app.transcribing.models import Transcript, TranscriptState
from app.transcribing.wanting import want
from tests.actors import bubbles_in, within
from tests.live.stage import YESTERDAY, Stage, newest_event, shows
from tests.live_page import LivePage
from tests.people import ANA, BRUNO, CLARA, EVIL, PAULO, Attendant, Customer
from tests.whatsapp.bodies import past, theirs, webhook, written

MINUTE = timedelta(minutes=1)


def test_every_kind_of_event_has_a_case() -> None:
    tests = [test for name, test in inspect.getmembers(sys.modules[__name__]) if name.startswith("test_")]
    covered = {kind for test in tests for kind in getattr(test, "shows", ())}
    assert covered == set(EventKind) - {EventKind.UNKNOWN}


# What customers write


@shows(EventKind.MESSAGE_ADDED)
async def test_a_new_message(stage: Stage) -> None:
    await stage.opens()
    await stage.says(ANA, "Alô? *tem* alguém <b>aí</b>?\nsegunda linha")
    await stage.stays_equal()


@shows(EventKind.MESSAGE_ADDED)
async def test_a_message_in_another_conversation_moves_its_row_to_the_top(stage: Stage) -> None:
    await stage.opens()
    await stage.says(BRUNO, "E hoje?")
    await stage.stays_equal()


@shows(EventKind.MESSAGE_ADDED)
async def test_a_late_message_lands_in_the_middle_and_parts_a_run(stage: Stage) -> None:
    """Above it the desk's run begins anew: the bubble below gets a tail, or loses one."""
    await stage.reply(stage.marta, "Abrimos às 9h.")
    await stage.says(ANA, "Ótimo", ago=-MINUTE)
    await stage.says(ANA, "Até já", ago=-2 * MINUTE)
    await stage.opens()
    await stage.says(ANA, "Esperem", ago=YESTERDAY - MINUTE)
    await stage.stays_equal()


@shows(EventKind.MESSAGE_ADDED)
async def test_a_late_message_between_two_answers_gives_the_lower_one_its_name_back(stage: Stage) -> None:
    await stage.reply(stage.marta, "Um")
    await stage.time_passes(minutes=2)
    await stage.reply(stage.marta, "Dois")
    await stage.opens()
    await stage.says(ANA, "Entre os dois", ago=MINUTE)
    await stage.stays_equal()


@shows(EventKind.MESSAGE_ADDED)
async def test_several_late_messages_in_one_answer(stage: Stage) -> None:
    await stage.time_passes(minutes=4)
    await stage.reply(stage.marta, "Agora")
    await stage.opens()
    for minutes in (1, 3, 2):
        await stage.says(ANA, f"Há {minutes} min", ago=minutes * MINUTE)
    await stage.stays_equal()


@shows(EventKind.MESSAGE_ADDED)
async def test_the_first_message_of_a_day_brings_the_day(stage: Stage) -> None:
    await stage.opens(stage.bruno)
    await stage.says(BRUNO, "Bom dia")
    await stage.stays_equal()


@shows(EventKind.MESSAGE_ADDED)
async def test_a_late_message_of_a_day_before_all_others_brings_that_day(stage: Stage) -> None:
    await stage.opens()
    await stage.says(ANA, "De anteontem", ago=2 * YESTERDAY)
    await stage.stays_equal()


@shows(EventKind.MESSAGE_ADDED)
async def test_a_message_so_late_that_it_lies_above_the_loaded_fifty(stage: Stage) -> None:
    for number in range(55):
        await stage.says(ANA, f"Recado {number}")
    for reader in (stage.marta, stage.paulo):
        await stage.reads(reader)
    await stage.opens()
    await stage.says(ANA, "De ontem", ago=YESTERDAY - MINUTE)
    await stage.stays_equal()


@shows(EventKind.PAST_ADDED)
async def test_the_phone_apps_past_of_the_open_conversation_and_of_another(stage: Stage) -> None:
    await stage.opens()
    before = (stage.hand() - 30 * YESTERDAY).timestamp()
    threads = [(who, [theirs(f"old {who.name}", "De antes", who, before)]) for who in (ANA, EVIL)]
    cursor = await newest_event()
    assert await stage.whatsapp.posts(webhook(past(*threads))) == 200
    await stage.comes_after(cursor + 1)
    await stage.stays_equal()


@shows(EventKind.PAST_ADDED)
async def test_the_phone_apps_past_of_somebody_who_has_no_row_yet(stage: Stage) -> None:
    await stage.opens()
    before = (stage.hand() - 30 * YESTERDAY).timestamp()
    cursor = await newest_event()
    said = [
        theirs("old", "De antes", CLARA, before),
        theirs("new", "De ontem", CLARA, stage.hand().timestamp()),
    ]
    assert await stage.whatsapp.posts(webhook(past((CLARA, said)))) == 200
    await stage.comes_after(cursor)
    await stage.stays_equal()


@shows(EventKind.MESSAGE_ADDED)
async def test_a_new_conversation(stage: Stage) -> None:
    await stage.opens()
    await stage.says(EVIL, "Oi")
    await stage.says(CLARA, "Bom dia")
    await stage.stays_equal()


@shows(EventKind.MESSAGE_ADDED)
async def test_messages_that_are_no_text(stage: Stage) -> None:
    await stage.opens()
    kinds = ("image", "voice", "document", "sticker", "location", "contacts", "unsupported", "novelty")
    for kind in kinds:
        content = {"content": {"body": "?"}} if kind == "novelty" else {}
        at = stage.hand().timestamp()
        await stage.whatsapp.control(
            "POST", "/messages", customer=ANA.name, timeout=10, at=at, type=kind, **content
        )
        await stage.stays_equal()


@shows(EventKind.MESSAGE_ADDED, EventKind.MESSAGE_CHANGED)
@pytest.mark.parametrize("kind", ["image", "audio"])
async def test_a_file_is_waited_for_refused_and_fetched_again(stage: Stage, kind: str) -> None:
    store = stage.desk.app.state.store
    store.low_water_bytes, usual = 10**18, store.low_water_bytes
    await stage.opens()
    at = stage.hand().timestamp()
    wish = {"customer": ANA.name, "timeout": 10, "at": at, "type": kind}
    await stage.whatsapp.control("POST", "/messages", **wish)
    await stage.stays_equal()
    assert await stage.media() == ["waiting"]
    store.low_water_bytes = usual
    await stage.whatsapp.breaks({"kind": "look_up", "code": 190})
    await stage.until_media("failed")
    await stage.stays_equal()
    message = (await stage.marta.bubbles(stage.ana))[-1].id
    assert (await stage.paulo.post(f"/c/{stage.ana}/messages/{message}/media")).status_code == 200
    await stage.until_media("there")
    await stage.stays_equal()
    await stage.does("reactions", customer=ANA.name, id=list(stage.whatsapp.world.messages)[-1], emoji="👍")
    await stage.stays_equal()


@shows(EventKind.MESSAGE_ADDED)
async def test_a_message_that_quotes_another(stage: Stage) -> None:
    sent = await stage.reply(stage.marta, "Abrimos às 9h.")
    await stage.opens()
    await stage.says(ANA, "Perfeito", reply_to=sent.wamid)
    await stage.says(ANA, "E isto?", reply_to="wamid.of-nothing-we-have")
    await stage.stays_equal()


@shows(EventKind.MESSAGE_CHANGED, EventKind.REACTED)
async def test_a_reaction_is_put_changed_and_taken_back(stage: Stage) -> None:
    said = await stage.says(ANA, "Chegou!")
    sent = await stage.reply(stage.marta, "Que bom!")
    await stage.opens()
    for target in (said, sent.wamid):
        for emoji in ("👍", "❤️", ""):
            await stage.does("reactions", customer=ANA.name, id=target, emoji=emoji)
            await stage.stays_equal()


@shows(EventKind.MESSAGE_CHANGED)
async def test_a_message_is_edited(stage: Stage) -> None:
    first = await stage.says(ANA, "Quero um vazo")
    last = await stage.says(ANA, "azul")
    await stage.opens()
    await stage.does("edits", id=first, text="Quero um vaso")
    await stage.stays_equal()
    await stage.does("edits", id=last, text="azul-claro")
    await stage.stays_equal()


@shows(EventKind.MESSAGE_CHANGED)
async def test_a_message_is_taken_back(stage: Stage) -> None:
    first = await stage.says(ANA, "Minha senha é")
    last = await stage.says(ANA, "1234")
    await stage.opens()
    await stage.does("revocations", id=last)
    await stage.stays_equal()
    await stage.does("revocations", id=first)
    await stage.stays_equal()


@shows(EventKind.MESSAGE_ADDED, EventKind.MESSAGE_CHANGED)
async def test_an_album_grows_is_parted_by_a_late_text_and_loses_a_picture(stage: Stage) -> None:
    await stage.whatsapp.breaks({"kind": "look_up", "code": 131000, "remaining": 10**6})  # no file ever comes
    await stage.time_passes(minutes=4)
    await stage.opens()
    pictures = []
    for seconds in (50, 40, 35, 30, 20, 10):
        ago = timedelta(seconds=seconds)
        pictures.append(await stage.says(ANA, "", ago=ago, type="image", content={"id": "1"}))
        await stage.stays_equal()
    assert any('class="album-more"' in line for line in (await stage.pages[0].shown()).lines)
    await stage.does("revocations", id=pictures[0])
    await stage.stays_equal()
    await stage.says(ANA, "No meio", ago=timedelta(seconds=32))
    await stage.stays_equal()
    lines = "".join((await stage.pages[0].shown()).lines)
    assert lines.count("message--tile ") + lines.count('message--tile"') == 5


@shows(EventKind.MESSAGE_CHANGED)
async def test_a_quoted_message_is_edited(stage: Stage) -> None:
    said = await stage.says(ANA, "Quero um vazo")
    await stage.says(ANA, "Esse mesmo", reply_to=said)
    await stage.says(ANA, "por favor", reply_to=said)
    await stage.opens()
    await stage.does("edits", id=said, text="Quero um vaso")
    await stage.stays_equal()
    await stage.does("revocations", id=said)
    await stage.stays_equal()
    assert "Quero um vaso" not in "".join((await stage.pages[0].shown()).lines)


@shows(EventKind.MESSAGE_ADDED)
async def test_a_message_arrives_after_the_one_that_quotes_it(stage: Stage) -> None:
    await stage.opens()
    await stage.whatsapp.control("POST", "/webhooks/hold")
    at = stage.hand().timestamp()
    said = await stage.whatsapp.control("POST", "/messages", customer=ANA.name, text="Primeiro", at=at - 60)
    await stage.whatsapp.control("POST", "/messages", customer=ANA.name, text="Segundo", at=at - 30)
    await stage.whatsapp.control(
        "POST", "/messages", customer=ANA.name, text="Sobre o primeiro", reply_to=said["id"], at=at
    )
    await stage.whatsapp.control("POST", "/webhooks/release", shape="merged", order="backwards")
    await stage.whatsapp.control("GET", "/idle", timeout=10)
    await stage.stays_equal()


@shows(EventKind.MESSAGE_CHANGED)
async def test_a_voice_message_is_written_down_or_is_not(stage: Stage) -> None:
    voice = stage.whatsapp.world.media.attach("audio")
    await stage.says(ANA, "", type="audio", content=voice)
    await stage.until_media("there")
    await stage.opens()

    async def stands_there(words: str) -> bool:
        return words in (await stage.marta.open(f"/c/{stage.ana}")).text

    async with transaction() as session:
        spoken = (await session.scalars(select(Message).where(Message.type == "audio"))).one()
        await want(session, spoken.id, 3.0)
        announce(session, Change(EventKind.MESSAGE_CHANGED, stage.ana, spoken.id))
    await stage.stays_equal()
    await within(20, lambda: stands_there("Não foi possível transcrever"), what="the end of it")
    await stage.stays_equal()
    async with transaction() as session:
        said = update(Transcript).values(state=TranscriptState.DONE, text="Oi! <b>Abrem</b> hoje?\n" * 40)
        await session.execute(said)
        announce(session, Change(EventKind.MESSAGE_CHANGED, stage.ana, spoken.id))
    await stage.stays_equal()
    assert await stage.pages[0].page.get_by_role("button", name="Ler mais").count() == 1


# What the desk answers


@shows(EventKind.MESSAGE_ADDED, EventKind.MESSAGE_CHANGED)
async def test_an_attendant_answers_and_the_ticks_follow(stage: Stage) -> None:
    await stage.opens()
    sent = await stage.reply(stage.marta, "Abrimos às 9h.")
    await stage.stays_equal()
    for status in ("delivered", "read", "played"):
        await stage.whatsapp.reports(sent.wamid, status)
        await stage.stays_equal()


@shows(EventKind.MESSAGE_ADDED, EventKind.CONVERSATION_CHANGED)
async def test_a_colleague_answers_under_another_name_and_colour(stage: Stage) -> None:
    await stage.switches(stage.marta, "claude")
    await stage.opens()
    await stage.reply(stage.paulo, "Aqui é o Paulo.")
    await stage.stays_equal()
    await stage.reply(stage.marta, "E a Marta.")
    await stage.stays_equal()


@shows(EventKind.MESSAGE_ADDED, EventKind.CONVERSATION_CHANGED)
async def test_somebody_answers_from_the_phone(stage: Stage) -> None:
    await stage.opens(stage.bruno)
    await stage.does("echoes", customer=BRUNO.name, text="Já respondo por aqui")
    await stage.stays_equal()


@shows(EventKind.MESSAGE_ADDED, EventKind.MESSAGE_CHANGED)
async def test_an_answer_is_refused_with_words_and_tried_again(stage: Stage) -> None:
    await stage.opens()
    failed = await stage.tries_to_reply(stage.marta, "Oi?", {"kind": "error", "code": 131026}, "failed")
    await stage.stays_equal()
    await stage.whatsapp.breaks("no_statuses")
    await stage.marta.post(f"/c/{stage.ana}/messages/{failed.id}/attempts")
    await stage.until(failed.id, "sent")
    await stage.stays_equal()


@shows(EventKind.MESSAGE_CHANGED)
async def test_whatsapp_reports_that_an_answer_failed_and_then_that_it_arrived(stage: Stage) -> None:
    sent = await stage.reply(stage.marta, "Abrimos às 9h.")
    await stage.opens()
    await stage.whatsapp.reports(sent.wamid, "failed", code=131026)
    await stage.stays_equal()
    await stage.whatsapp.reports(sent.wamid, "delivered")
    await stage.stays_equal()


@shows(EventKind.MESSAGE_ADDED, EventKind.MESSAGE_CHANGED)
async def test_an_answer_in_doubt_gets_words_after_two_minutes(stage: Stage) -> None:
    await stage.opens()
    await stage.tries_to_reply(stage.marta, "Chegou?", "drop", "unknown")
    await stage.stays_equal()
    before = stage.pages[0].cursor
    await stage.time_passes(seconds=121)
    await stage.comes_after(before)
    await stage.stays_equal()
    assert any('data-action="retry"' in line for line in (await stage.pages[0].shown()).lines)


# Who answers


@shows(EventKind.HANDED_OVER, EventKind.CONVERSATION_CHANGED)
async def test_claude_hands_over_and_a_person_takes_it(stage: Stage) -> None:
    await stage.switches(stage.marta, "claude")
    await stage.opens()
    await stage.claude_hands_over()
    await stage.stays_equal()
    await stage.switches(stage.paulo, "person")
    await stage.stays_equal()


@shows(EventKind.MENTIONED, EventKind.MESSAGE_ADDED, EventKind.MESSAGE_CHANGED, EventKind.CURSOR_MOVED)
async def test_a_private_note_names_a_colleague_is_changed_and_taken_back(stage: Stage) -> None:
    await stage.reads(stage.paulo)
    await stage.opens()
    notes = f"/c/{stage.ana}/notes"
    answer = await stage.marta.post(notes, {"text": f"@{PAULO.name}, *desconto*?\nSim"})
    [note] = re.findall(r'data-message="(\d+)"', answer.text)
    await stage.stays_equal()
    await stage.marta.post(f"{notes}/{note}", {"text": f"@{PAULO.name}, desconto não"})
    await stage.stays_equal()
    await stage.reads(stage.paulo)
    await stage.stays_equal()
    await stage.marta.post(f"{notes}/{note}/removal")
    await stage.stays_equal()


@shows(EventKind.CONVERSATION_CHANGED)
async def test_the_mode_goes_round(stage: Stage) -> None:
    await stage.opens()
    for by, mode in (
        (stage.paulo, "person"),
        (stage.marta, "claude"),
        (stage.marta, "paused"),
        (stage.paulo, "off"),
    ):
        await stage.switches(by, mode)
        await stage.stays_equal()


@shows(EventKind.CONVERSATION_CHANGED)
async def test_a_pause_ends_by_itself(stage: Stage) -> None:
    await stage.opens()
    await stage.switches(stage.marta, "paused", minutes="1")
    await stage.stays_equal()
    before = stage.pages[0].cursor
    await stage.time_passes(seconds=61)
    await stage.comes_after(before)
    await stage.stays_equal()


@shows(EventKind.DRAFT_CHANGED, EventKind.MESSAGE_ADDED)
async def test_claudes_draft_begins_grows_and_becomes_the_message(stage: Stage) -> None:
    await stage.switches(stage.marta, "claude")
    await stage.opens()
    turn = await stage.claude_begins()
    await stage.stays_equal()
    for text in ("Abrimos", "Abrimos às **9", "Abrimos às **9h**.\n\n* sábado também"):
        await stage.claude_writes(turn, text)
        await stage.stays_equal()
    await stage.claude_answers(turn, "Abrimos às *9h*.")
    await stage.stays_equal()


@shows(EventKind.DRAFT_CHANGED)
async def test_claudes_turn_is_stopped(stage: Stage) -> None:
    await stage.switches(stage.marta, "claude")
    await stage.opens()
    await stage.claude_writes(await stage.claude_begins(), "Abrimos")
    await stage.stays_equal()
    await stage.paulo.post(f"/c/{stage.ana}/turn/stop")
    await stage.stays_equal()
    assert "header__stopped" in "".join((await stage.pages[0].shown()).lines)
    await stage.says(ANA, "Alô?")
    await stage.stays_equal()
    assert "header__stopped" not in "".join((await stage.pages[0].shown()).lines)


@shows(EventKind.CONSULTATION_CHANGED, EventKind.MESSAGE_ADDED)
async def test_claude_helps_one_attendant_and_the_customer_writes_meanwhile(stage: Stage) -> None:
    await stage.opens()
    marta, paulo = stage.pages
    before = await paulo.shown()
    steps = [{"text": "Temos <b>dois</b>"}, {"pause": 0.6}, {"text": ", **azuis**."}]
    await stage.whatsapp.control("POST", "/claude/replies", steps=steps)
    await stage.marta.post(f"/c/{stage.ana}/consultations", {"wish": "suggest"})
    await stage.stays_equal()
    await stage.until_helped()
    await stage.stays_equal()
    assert await paulo.shown() == before
    await stage.says(ANA, "E verdes?")
    await stage.stays_equal()
    assert any('data-state="done"' in line for line in (await marta.shown()).lines)
    await stage.marta.post(f"/c/{stage.ana}/consultations/end")
    await stage.stays_equal()


@shows(EventKind.CONSULTATION_CHANGED)
async def test_claude_cannot_help_and_what_it_wrote_is_used(stage: Stage) -> None:
    await stage.opens()
    for reply in ({"name": "refusal"}, {"text": "Sim."}):
        await stage.whatsapp.control("POST", "/claude/replies", **reply)
        await stage.marta.post(f"/c/{stage.ana}/consultations", {"wish": "kinder", "text": "Tem"})
        await stage.until_helped()
        await stage.stays_equal()
    await stage.marta.post(f"/c/{stage.ana}/consultations/2/use")
    await stage.stays_equal()


# What one attendant did


@shows(EventKind.CURSOR_MOVED)
async def test_reading_clears_ones_own_badge_and_title_and_nobody_elses(stage: Stage) -> None:
    await stage.opens()
    marta, paulo = stage.pages
    before = await paulo.shown()
    await stage.reads(stage.marta)
    await stage.stays_equal()
    assert (await marta.shown()).title == "(1) Recado"  # Bruno's
    assert await paulo.shown() == before


@shows(EventKind.MESSAGE_MARKED)
async def test_a_star_and_deleting_for_oneself_reach_ones_own_tabs_and_nobody_elses(stage: Stage) -> None:
    await stage.says(ANA, "Um")
    await stage.says(ANA, "Dois")
    await stage.opens()
    marta, paulo = stage.pages
    before = await paulo.shown()
    message = {"message": str((await stage.marta.bubbles(stage.ana))[-1].id)}
    await stage.marta.post(f"/c/{stage.ana}/stars", message | {"on": "on"})
    await stage.stays_equal()
    assert await marta.page.locator("[data-local-starred]").count() == 1
    await stage.marta.post(f"/c/{stage.ana}/stars", message)
    await stage.stays_equal()
    assert await marta.page.locator("[data-local-starred]").count() == 0
    for wish in ({"on": "on"}, {}):
        await stage.marta.post(f"/c/{stage.ana}/hidden-messages", message | wish)
        await stage.stays_equal()
    assert await paulo.shown() == before


@shows(EventKind.MARK_CHANGED)
async def test_marks_change_ones_own_row_and_nobody_elses(stage: Stage) -> None:
    await stage.opens()
    marta, paulo = stage.pages
    before = await paulo.shown()
    for mark in ("pin", "mute-8-hours", "unread", "archive", "unarchive"):
        await stage.marks(stage.marta, mark, conversation=stage.bruno)
        await stage.stays_equal()
    assert "#bell-off" in "".join((await marta.shown()).lines)
    assert await paulo.shown() == before


@shows(
    EventKind.MARK_CHANGED, EventKind.CURSOR_MOVED, EventKind.CONVERSATION_CHANGED, EventKind.MESSAGE_ADDED
)
async def test_rows_come_into_filtered_lists_and_leave_them(stage: Stage) -> None:
    for show in ("unread", "mine", "favourites", "claude"):
        await stage.opens_for(stage.marta, stage.ana, show=show)
    stage.opened_at = await newest_event()
    await stage.says(CLARA, "Bom dia")
    await stage.stays_equal()
    await stage.reads(stage.marta)  # it is open: it stays among the unread ones
    await stage.reads(stage.marta, stage.bruno)
    await stage.stays_equal()
    await stage.switches(stage.marta, "claude", conversation=stage.bruno)
    await stage.switches(stage.marta, "person", conversation=stage.ana)
    await stage.marks(stage.marta, "favourite", conversation=stage.bruno)
    await stage.stays_equal()
    await stage.marks(stage.marta, "unfavourite", conversation=stage.bruno)
    await stage.switches(stage.paulo, "person", conversation=stage.bruno)
    await stage.marks(stage.marta, "archive", conversation=stage.ana)
    await stage.stays_equal()


@shows(EventKind.ATTENDANT_CHANGED)
async def test_ones_own_settings_fetch_ones_page_anew(stage: Stage) -> None:
    await stage.opens()
    await stage.switches(stage.paulo, "person")  # leaves its marks on the thread's element
    await stage.stays_equal()
    marta, paulo = stage.pages
    await stage.marta.post("/settings", {"blue_ticks": "on", "silences_claude": "on"})
    await stage.says(ANA, "E agora?")
    assert (await marta.asks()).html is None
    assert (await paulo.asks()).html
    await stage.stays_equal()
    assert any("data-blue-ticks" in line for line in (await marta.shown()).lines)


@shows(EventKind.ATTENDANT_CHANGED)
async def test_a_colleagues_new_name(stage: Stage) -> None:
    await stage.opens()
    await stage.marta.post("/settings", {"name": "Marta de Lima"})
    await stage.stays_equal()


@shows(EventKind.MESSAGE_ADDED)
async def test_a_contacts_new_name(stage: Stage) -> None:
    await stage.opens()
    stage.whatsapp.world.customer(ANA.name).name = "Ana Souza Lima"
    await stage.whatsapp.control("POST", "/messages", customer=ANA.wa_id, text="Casei!", timeout=10)
    await stage.stays_equal()


async def test_a_contacts_new_name_comes_with_a_reaction(stage: Stage) -> None:
    said = await stage.says(ANA, "Casei!")
    await stage.opens()
    stage.whatsapp.world.customer(ANA.name).name = "Ana Souza Lima"
    await stage.does("reactions", customer=ANA.wa_id, id=said, emoji="💍")
    await stage.stays_equal()


async def test_a_contacts_new_number(stage: Stage) -> None:
    await stage.opens()
    await stage.does("number-changes", customer=ANA.wa_id, wa_id="5511900000199")
    await stage.stays_equal()


@shows(EventKind.MESSAGE_ADDED)
async def test_the_numbers_own_display_changes(stage: Stage) -> None:
    await stage.opens()
    world = stage.whatsapp.world
    world.config = replace(world.config, display_phone_number="+55 11 90000-0009")
    await stage.says(ANA, "Número novo?")
    await stage.stays_equal()


# Drawers


async def test_the_contacts_drawer_follows_the_name_the_last_message_and_what_is_shared(stage: Stage) -> None:
    for reader, drawer in ((stage.marta, "/contact"), (stage.paulo, "/shared/links")):
        await stage.opens_for(reader, stage.ana, drawer)
    said = await stage.says(ANA, "Vi em https://example.com/vaso")
    await stage.stays_equal()
    assert any("example.com/vaso" in line for line in (await stage.pages[1].shown()).lines)
    await stage.marta.post("/contacts/1/name", {"name": "Ana da floricultura"})
    await stage.stays_equal()
    await stage.does("number-changes", customer=ANA.wa_id, wa_id="5568900000199")
    await stage.stays_equal()
    await stage.time_passes(minutes=5)
    await stage.says(ANA, "www.example.com/outro")
    await stage.does("edits", id=said, text="Vi no site")
    await stage.stays_equal()


async def test_a_photo_comes_into_open_drawers_once_it_is_there(stage: Stage) -> None:
    for reader, drawer in ((stage.marta, "/contact"), (stage.paulo, "/shared/media")):
        await stage.opens_for(reader, stage.ana, drawer)
    wish = {"customer": ANA.name, "timeout": 10, "at": stage.hand().timestamp(), "type": "image"}
    sent = await stage.whatsapp.control("POST", "/messages", **wish)
    await stage.until_media("there")
    await stage.stays_equal()
    await stage.does("revocations", id=sent["id"])
    await stage.stays_equal()


@shows(EventKind.MESSAGE_RECALLED, EventKind.MESSAGE_CHANGED)
async def test_texts_that_are_taken_back_before_they_left(stage: Stage) -> None:
    """The lower one gets the run's name and tail; in the other thread the day goes, too."""
    await stage.marta.post("/settings", {"undo_send_seconds": "5"})
    stage.hand.stop()
    await stage.opens()
    await stage.opens_for(stage.marta, stage.bruno)
    for conversation, texts in ((stage.ana, ("Primeira", "Segunda")), (stage.bruno, ("Sozinha",))):
        sent = [bubbles_in((await stage.marta.reply(conversation, text)).text)[0].id for text in texts]
        await stage.stays_equal()
        for message in sent:
            answer = await stage.marta.post(f"/c/{conversation}/messages/{message}/recall")
            assert answer.status_code == 200
            await stage.marta.post(f"/c/{conversation}/draft", {"text": "", "compose_id": ""})  # never live
            await stage.stays_equal()


# Several at once


async def test_a_reader_who_was_away_gets_the_newest_state_of_what_others_saw_grow(stage: Stage) -> None:
    """Marta's tab is drawn event by event; Paulo's takes all of it in one answer."""
    await stage.opens()
    marta, paulo = stage.pages
    await stage.time_passes(minutes=2)
    sent = await stage.reply(stage.marta, "Um")
    await catches_up_on_each(marta)
    for status in ("delivered", "read"):
        await stage.whatsapp.reports(sent.wamid, status)
        await catches_up_on_each(marta)
    await stage.says(ANA, "Antes do um", ago=MINUTE)
    await stage.reply(stage.marta, "Dois")
    await stage.stays_equal()
    assert 'data-status="read"' in "".join((await paulo.shown()).lines)


async def test_a_message_that_changed_before_its_first_showing_is_drawn_as_it_is_now(stage: Stage) -> None:
    """In one answer: a message, a late one above it that takes its tail, and a quote whose words were corrected."""
    await stage.reply(stage.marta, "Abrimos às 9h.")
    await stage.time_passes(minutes=4)
    await stage.opens()
    said = await stage.says(ANA, "Quero um vazo", ago=2 * MINUTE)
    await stage.says(ANA, "Esse", reply_to=said)
    await stage.says(ANA, "Oi de novo", ago=3 * MINUTE)
    await stage.does("edits", id=said, text="Quero um vaso")
    await stage.stays_equal()


async def catches_up_on_each(page: LivePage) -> None:
    while await page.catches_up():
        pass


# Who is who, and a number that is stopped


@shows(EventKind.CONVERSATION_JOINED)
async def test_two_threads_of_one_customer_become_one(stage: Stage) -> None:
    number, id = Customer("Dora", wa_id="5511900000555"), Customer("Dora", bsuid="BR.1000000000000555")
    assert await stage.whatsapp.posts(written("d1", "do número", number)) == 200
    assert await stage.whatsapp.posts(written("d2", "do id", id)) == 200
    await stage.opens()
    both = Customer("Dora", wa_id=number.wa_id, bsuid=id.bsuid)
    assert await stage.whatsapp.posts(written("d3", "sou eu", both)) == 200
    await stage.stays_equal()


@shows(EventKind.NUMBER_CHANGED)
async def test_whatsapp_stops_the_number_and_an_admin_lets_it_go_on(stage: Stage) -> None:
    await stage.opens()
    await stage.tries_to_reply(stage.marta, "Oi?", {"kind": "error", "code": 190}, "failed")
    await stage.stays_equal()
    number = (await stage.marta.open("/settings/numbers")).text.split('data-number="')[1].split('"')[0]
    await stage.marta.post(f"/settings/numbers/{number}/tries")
    await stage.stays_equal()


# What happens at the desk


@shows(EventKind.NOTICE_ADDED, EventKind.LABEL_CHANGED, EventKind.ASSIGNED, EventKind.WRITING_CHANGED)
async def test_labels_an_assignment_and_who_writes(stage: Stage) -> None:
    await stage.marta.post("/labels", {"name": "VIP", "colour": "gold"})
    await stage.opens()
    await stage.marta.post("/labels", {"name": "Pago", "colour": "green"})
    await stage.stays_equal()
    await stage.paulo.post(f"/c/{stage.ana}/labels", {"put": "1"})
    await stage.paulo.post(f"/c/{stage.bruno}/labels", {"put": "1"})
    await stage.stays_equal()
    await stage.marta.post("/labels/1", {"name": "Muito VIP", "colour": "pink"})
    await stage.stays_equal()
    await stage.marta.post(f"/c/{stage.ana}/assignment", {"user_id": "2", "note": "Para <hoje>"})
    await stage.marta.post(f"/c/{stage.bruno}/assignment", {"user_id": "2"})
    await stage.stays_equal()
    rita = await stage.desk.attendant(Attendant("Rita Nunes", "rita@example.com", "attendant"))
    stage.hand.move(minutes=1)
    await rita.post(f"/c/{stage.ana}/draft", {"text": "Já"})
    stage.hand.move(minutes=-1)  # so that it is true as long as the test looks
    await stage.stays_equal()
    lines = "".join((await stage.pages[0].shown()).lines)
    assert all(told in lines for told in ("Muito VIP", "Para <hoje", "Rita Nunes está escrevendo"))
    await stage.reply(rita, "Já vou")
    await stage.stays_equal()
    assert "está escrevendo" not in "".join((await stage.pages[0].shown()).lines)
