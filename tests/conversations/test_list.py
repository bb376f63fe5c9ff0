"""The list of conversations: how each attendant marks them, what its filters hold, and in which order."""

import re
import time

import pytest

from app.conversations import marks
from app.conversations.models import ConversationLabel, Label
from app.db import transaction
from app.jobs import wake_worker
from app.live.events import EventKind, LiveEvent
from tests.actors import Browser, Desk, Row, WhatsApp, rows_in, running_desk, within
from tests.clocks import count, moving_clock
from tests.people import ANA, BRUNO, CLARA, PAULO, Customer
from tests.whatsapp.bodies import change, contact, text, webhook

DORA = Customer("Dora Nunes", wa_id="5511900000105")


async def shown(browser: Browser, query: str = "") -> list[str]:
    """The names in a list, from the top."""
    return [row.name for row in rows_in((await browser.open(f"/{query}")).text)]


async def puts(browser: Browser, customer: Customer, mark: str) -> int:
    conversation = await browser.conversation_with(customer.name)
    return (await browser.post(f"/c/{conversation}/marks", {"mark": mark})).status_code


async def all_write(whatsapp: WhatsApp, *customers: Customer) -> None:
    """One after the other, by WhatsApp's clock of whole seconds too, and a while ago."""
    for number, customer in enumerate(customers):
        await whatsapp.says(customer, "Oi", at=time.time() - 60 + number)


async def test_what_is_pinned_stands_on_top_in_the_order_of_pinning_three_at_most_and_for_oneself_alone(
    desk: Desk, whatsapp: WhatsApp
) -> None:
    paulo = await desk.attendant(PAULO)
    await all_write(whatsapp, ANA, BRUNO, CLARA, DORA)
    with moving_clock() as hand:
        for customer in (ANA, BRUNO, CLARA):
            assert await puts(desk.marta, customer, "pin") == 200
            hand.move(seconds=1)
        assert await puts(desk.marta, DORA, "pin") == 409
        await whatsapp.says(CLARA, "De novo")
        assert await shown(desk.marta) == [ANA.name, BRUNO.name, CLARA.name, DORA.name]
        assert await shown(paulo) == [CLARA.name, DORA.name, BRUNO.name, ANA.name]
        await puts(desk.marta, ANA, "unpin")
        assert await puts(desk.marta, DORA, "pin") == 200
        assert await shown(desk.marta) == [BRUNO.name, CLARA.name, DORA.name, ANA.name]


async def test_what_is_archived_leaves_the_list_and_stays_away_or_comes_back_as_each_one_wishes(
    desk: Desk, whatsapp: WhatsApp
) -> None:
    marta = desk.marta
    await all_write(whatsapp, ANA, BRUNO)
    await puts(marta, ANA, "pin")
    conversation = await marta.conversation_with(ANA.name)
    answer = await marta.post(f"/c/{conversation}/marks", {"mark": "archive"})
    assert "Conversa arquivada" in answer.text
    assert "Desfazer" in answer.text
    assert (await shown(marta), await shown(marta, "?show=archived")) == ([BRUNO.name], [ANA.name])
    assert "Arquivadas (1)" in (await marta.open("/")).text
    assert await marta.title() == "(1) Recado"
    await whatsapp.says(ANA, "E agora?")
    assert (await shown(marta), await marta.title()) == ([BRUNO.name], "(1) Recado")

    await marta.post("/settings", {"keeps_archived": "off"})
    await marta.post("/conversations/marks", {"mark": "archive", "conversation": str(conversation)})
    assert await shown(marta) == [BRUNO.name]
    await whatsapp.says(ANA, "Alô?")
    assert (await shown(marta), await shown(marta, "?show=archived")) == ([ANA.name, BRUNO.name], [])
    assert await marta.title() == "(2) Recado"


async def test_what_is_muted_counts_in_no_title_until_its_time_is_over(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    with moving_clock() as hand:
        await all_write(whatsapp, ANA, BRUNO)
        await puts(marta, ANA, "mute-8-hours")
        await puts(marta, BRUNO, "mute")
        page = (await marta.open("/")).text
        assert (await marta.title(), page.count("badge--silenced"), page.count("#bell-off")) == (
            "Recado",
            2,
            2,
        )
        told = await count(LiveEvent, LiveEvent.kind == EventKind.MARK_CHANGED)
        hand.move(hours=8, seconds=1)
        wake_worker.ring()
        await within(10, lambda: has_told(told), what="the bell going from open pages")
        await marta.sign_in()
        assert await marta.title() == "(1) Recado"
        await puts(marta, BRUNO, "unmute")
        assert await marta.title() == "(2) Recado"


async def has_told(times: int) -> bool:
    return await count(LiveEvent, LiveEvent.kind == EventKind.MARK_CHANGED) > times


async def test_marked_as_unread_it_has_a_dot_and_counts_until_it_is_opened(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await all_write(whatsapp, ANA)
    conversation = await marta.conversation_with(ANA.name)
    await marta.post(f"/c/{conversation}/reading", {"up_to": "1"})
    await puts(marta, ANA, "unread")
    page = (await marta.open("/")).text
    assert 'aria-label="Marcada como não lida"' in page
    assert (await marta.title(), await shown(marta, "?show=unread")) == ("(1) Recado", [ANA.name])
    await marta.post(f"/c/{conversation}/reading", {"up_to": "0"})
    assert (await marta.title(), await shown(marta, "?show=unread")) == ("Recado", [])


async def test_each_filter_holds_its_conversations_and_says_so_where_there_are_none(
    database_url: str,
) -> None:
    async with running_desk(database_url, claude_enabled=True, claude_wait_seconds=300) as desk:
        marta = desk.marta
        assert "Nenhuma conversa não lida." in (await marta.open("/?show=unread")).text
        await all_write(desk.whatsapp, ANA, BRUNO, CLARA)
        ids = await marta.conversations()
        await marta.post(f"/c/{ids[ANA.name]}/mode", {"mode": "person"})
        await marta.post(f"/c/{ids[BRUNO.name]}/mode", {"mode": "off"})
        await marta.post(f"/c/{ids[BRUNO.name]}/reading", {"up_to": "1"})
        await puts(marta, CLARA, "favourite")
        held = {
            "all": [CLARA.name, BRUNO.name, ANA.name],
            "unread": [CLARA.name, ANA.name],
            "mine": [ANA.name],
            "free": [BRUNO.name],
            "claude": [CLARA.name],
            "favourites": [CLARA.name],
            "archived": [],
            "nonsense": [CLARA.name, BRUNO.name, ANA.name],
        }
        for show, names in held.items():
            assert await shown(marta, f"?show={show}") == names, show
        async with transaction() as session:
            session.add(Label(id=5, name="Urgente", colour="red"))
            await session.flush()
            session.add(ConversationLabel(conversation_id=ids[BRUNO.name], label_id=5))
        assert await shown(marta, "?label=5") == [BRUNO.name]
        assert (await shown(marta, "?label=6"), await shown(marta, "?label=x")) == ([], held["all"])
        page = (await marta.open(f"/c/{ids[ANA.name]}?show=mine")).text
        assert "Urgente" in page
        assert f'href="/c/{ids[ANA.name]}?show=mine"' in page
        assert re.search(r'aria-selected="true"[^>]*data-command="show-mine"', page)
        beside = f"/c/{ids[BRUNO.name]}?show=unread"
        assert BRUNO.name in [row.name for row in rows_in((await marta.open(beside)).text)]  # it is open


async def test_the_pages_of_a_filtered_list_follow_each_other_while_messages_arrive(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    people = [Customer(f"Cliente {n:02}", wa_id=f"55119000003{n:02}") for n in range(60)]
    told = [text(f"w{n}", "oi", one) for n, one in enumerate(people)]
    assert await whatsapp.posts(webhook(change(*told, contacts=[contact(one) for one in people]))) == 200
    ids = await marta.conversations()
    first = rows_in((await marta.open("/?show=unread")).text)
    archived = [row.id for row in first[:2]]
    await marta.post("/conversations/marks", {"mark": "archive", "conversation": str(archived[0])})
    page = (await marta.open("/?show=unread")).text
    older = re.search(r'"(/conversations\?before=[^"]+)"', page)
    assert older
    await whatsapp.says(people[0], "De novo")
    rest = rows_in((await marta.get(older[1].replace("&amp;", "&"))).text)
    both: list[Row] = [*rows_in(page), *rest]
    assert "show=unread" in older[1]
    assert len({row.id for row in both}) == len(both)
    assert {row.id for row in both} <= set(ids.values()) | {row.id for row in both} - {archived[0]}
    assert len(both) >= 58


async def test_several_are_marked_at_once_and_all_are_read_at_once(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await all_write(whatsapp, ANA, BRUNO, CLARA)
    ids = await marta.conversations()
    two = {"mark": "archive", "conversation": [str(ids[ANA.name]), str(ids[BRUNO.name])]}
    answer = await marta.post("/conversations/marks", two)  # type: ignore[arg-type]
    assert "2 conversas arquivadas" in answer.text
    assert await shown(marta) == [CLARA.name]
    await marta.post("/conversations/marks", two | {"mark": "unarchive"})  # type: ignore[arg-type]
    await puts(marta, CLARA, "unread")
    assert (await marta.post("/conversations/marks", {"mark": "read", "all": "on"})).status_code == 204
    assert (await marta.title(), await shown(marta, "?show=unread")) == ("Recado", [])

    async def is_blue() -> bool:
        chats = [whatsapp.world.chat(whatsapp.world.customer(one.name)) for one in (ANA, BRUNO, CLARA)]
        return all(
            message.status == "read" for chat in chats for message in chat if message.direction == "in"
        )

    await within(20, is_blue, what="blue ticks for all three")


@pytest.mark.parametrize(
    "fields", [{"mark": "shred", "conversation": "1"}, {"mark": "pin"}, {"mark": "pin", "conversation": "1x"}]
)
async def test_a_mark_that_is_none_or_for_no_conversation_is_refused(
    marta: Browser, fields: dict[str, str]
) -> None:
    assert (await marta.post("/conversations/marks", fields)).status_code == 422


async def test_without_script_the_menu_is_a_page_and_a_mark_leads_back(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await all_write(whatsapp, ANA)
    conversation = await marta.conversation_with(ANA.name)
    menu = (await marta.open(f"/c/{conversation}/menu")).text
    assert set(re.findall(r'name="mark" value="([^"]+)"', menu)) == {
        *(mark.value for mark in marks.MUTES), "archive", "pin", "read", "favourite",
    }  # fmt: skip
    fields = {"mark": "pin", "back": f"/c/{conversation}?show=mine"}
    answer = await marta.post(f"/c/{conversation}/marks", fields, htmx=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/c/{conversation}?show=mine")
    assert 'value="unpin"' in (await marta.get(f"/c/{conversation}/menu")).text


async def test_the_preview_tells_of_a_reaction_a_sounds_length_and_what_was_deleted(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    said = await whatsapp.says(ANA, "Chegou!")
    await whatsapp.control("POST", "/reactions", customer=ANA.name, id=said, emoji="👍")
    await whatsapp.control("GET", "/idle", timeout=30)
    assert (await marta.row_of(ANA.name)).preview == "Reagiu com 👍 a: “Chegou!”"
    await whatsapp.control("POST", "/reactions", customer=ANA.name, id=said, emoji="")
    await whatsapp.control("GET", "/idle", timeout=30)
    assert (await marta.row_of(ANA.name)).preview == "Chegou!"
    voice = (await whatsapp.control("POST", "/messages", customer=ANA.name, type="audio", timeout=30))["id"]

    async def lasts() -> bool:
        return re.fullmatch(r"Áudio\s+\d:\d\d", (await marta.row_of(ANA.name)).preview) is not None

    await within(20, lasts, what="the length of a voice note")
    await whatsapp.control("POST", "/revocations", id=voice)
    await whatsapp.control("GET", "/idle", timeout=30)
    assert (await marta.row_of(ANA.name)).preview == "Esta mensagem foi apagada"
