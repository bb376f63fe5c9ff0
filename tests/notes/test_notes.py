"""Private notes: the team reads them, the customer and Claude never do; who is named is told."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.accounts.models import User
from app.conversations.models import Conversation, Message
from app.db import reading, transaction
from app.notes import writing
from app.notes.mentions import named_in
from app.notes.models import Mention
from tests.actors import Browser, Desk, WhatsApp, waits_in_line, words_in
from tests.people import ANA, PAULO


async def note(browser: Browser, conversation: int, text: str, compose_id: str = "") -> int:
    fields = {"text": text, "compose_id": compose_id or str(uuid4())}
    return (await browser.post(f"/c/{conversation}/notes", fields)).status_code


async def notes_in(browser: Browser, conversation: int) -> list[str]:
    page = (await browser.open(f"/c/{conversation}")).text
    articles = [piece.partition("</article>")[0] for piece in page.split('<article class="note"')[1:]]
    return [words_in("<article" + article) for article in articles]


async def test_a_note_stands_in_the_thread_and_reaches_neither_customer_nor_row_nor_count(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Quero desconto")
    ana = await marta.conversation_with(ANA.name)
    paulo = await desk.attendant(PAULO)
    before = await paulo.row_of(ANA.name)
    assert await note(marta, ana, "Cliente antiga, *pode* dar 10 %") == 200
    assert await note(marta, ana, "   ") == 422
    assert await note(marta, ana, "á" * 4097) == 422
    [shown] = await notes_in(paulo, ana)
    assert shown.startswith("Nota privada de ")
    assert "Cliente antiga, pode dar 10 %" in shown
    assert await paulo.row_of(ANA.name) == before
    assert await whatsapp.accepted() == []


async def test_the_same_form_twice_writes_one_note(marta: Browser, whatsapp: WhatsApp) -> None:
    await whatsapp.says(ANA, "Oi")
    ana, form = await marta.conversation_with(ANA.name), str(uuid4())
    assert [await note(marta, ana, "uma vez", form) for _ in range(2)] == [200, 200]
    assert await note(marta, ana, "outra coisa", form) == 409
    assert len(await notes_in(marta, ana)) == 1


async def test_only_who_wrote_a_note_changes_it_or_takes_it_back(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    ana = await marta.conversation_with(ANA.name)
    await note(marta, ana, "Ligar às 15h")
    paulo = await desk.attendant(PAULO)
    async with reading() as session:
        [written] = await session.scalars(select(Message.id).where(Message.type == "note"))
        [said] = await session.scalars(select(Message.id).where(Message.type == "text"))
    address = f"/c/{ana}/notes/{written}"
    assert (await paulo.get(address)).status_code == 403
    assert (await paulo.post(address, {"text": "x"})).status_code == 403
    assert (await paulo.post(f"{address}/removal")).status_code == 403
    assert (await marta.post(f"/c/{ana}/notes/{said}", {"text": "x"})).status_code == 403
    assert "Ligar às 15h</textarea>" in (await marta.get(address)).text
    assert (await marta.post(address, {"text": " "})).status_code == 422
    assert (await marta.post(address, {"text": "Ligar às 16h"})).status_code == 200
    [shown] = await notes_in(paulo, ana)
    assert "Ligar às 16h" in shown
    assert "Editada" in shown
    assert (await marta.post(f"{address}/removal")).status_code == 200
    [shown] = await notes_in(paulo, ana)
    assert "Esta nota foi desfeita" in shown
    assert "Ligar" not in shown
    assert (await marta.post(address, {"text": "x"})).status_code == 403


async def test_a_note_taken_back_in_one_tab_stays_gone_when_another_changes_it_at_once(
    marta: Browser, whatsapp: WhatsApp, database_url: str
) -> None:
    await whatsapp.says(ANA, "Oi")
    ana = await marta.conversation_with(ANA.name)
    await note(marta, ana, "Ligar às 15h")
    async with transaction() as session:
        found = await session.get_one(Conversation, ana)
        [written] = await session.scalars(select(Message.id).where(Message.type == "note"))
        by = await session.get_one(User, 1)
        await writing.remove(session, found, written, by)
        await session.flush()
        change = marta.post(f"/c/{ana}/notes/{written}", {"text": f"@{PAULO.name} às 16h"})
        later = asyncio.ensure_future(change)
        await waits_in_line(database_url)
    assert (await later).status_code == 403
    async with reading() as session:
        kept = await session.get_one(Message, written)
        assert (kept.body, kept.search_text) == ("", "")


async def test_what_is_typed_of_a_note_stays_apart_from_the_draft_to_the_customer(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    ana = await marta.conversation_with(ANA.name)
    await marta.post(f"/c/{ana}/draft", {"text": "para a cliente"})
    assert (await marta.post(f"/c/{ana}/notes/draft", {"text": "para a equipe"})).status_code == 204
    page = (await marta.open(f"/c/{ana}")).text
    assert [
        words for words in ("para a cliente</textarea>", "para a equipe</textarea>") if words not in page
    ] == []
    assert (await marta.row_of(ANA.name)).preview.endswith("para a cliente")
    without_script = (await marta.open(f"/c/{ana}/notes/new")).text
    assert "para a equipe</textarea>" in without_script
    answer = await marta.post(f"/c/{ana}/notes", {"text": "para a equipe"}, htmx=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/c/{ana}")
    page = (await marta.open(f"/c/{ana}")).text
    assert "para a equipe</textarea>" not in page
    assert "para a cliente</textarea>" in page


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Ana Paula, olha isto", ["Ana Paula"]),
        ("@ana veja com @BRUNO.", ["Ana", "Bruno"]),
        ("@Anabela não é daqui, mail@Bruno também não", []),
        ("@Bruno @Bruno", ["Bruno"]),
        ("@ Bruno", []),
    ],
)
def test_a_name_after_an_at_sign_is_a_colleague(text: str, named: list[str]) -> None:
    people = [User(id=place, name=name) for place, name in enumerate(("Ana", "Ana Paula", "Bruno"), 1)]
    assert [person.name for person in named_in(text, people)] == named


async def test_who_is_named_finds_the_row_marked_until_they_have_looked(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    ana = await marta.conversation_with(ANA.name)
    paulo = await desk.attendant(PAULO)
    await paulo.post(f"/c/{ana}/reading", {"up_to": "1"})
    await note(marta, ana, f"@{PAULO.name} pode ver?")
    assert "Você foi citado aqui" in (await paulo.open("/")).text
    assert "Você foi citado aqui" not in (await marta.open("/")).text
    await paulo.post(f"/c/{ana}/reading", {"up_to": "2"})
    assert "Você foi citado aqui" not in (await paulo.open("/")).text

    async with reading() as session:
        written = await session.scalar(select(func.max(Message.id)).where(Message.type == "note"))
    await note(marta, ana, f"@{PAULO.name} outra coisa")
    async with reading() as session:
        newer = await session.scalar(select(func.max(Message.id)).where(Message.type == "note"))
    assert newer != written
    assert "Você foi citado aqui" in (await paulo.open("/")).text
    await marta.post(f"/c/{ana}/notes/{newer}/removal")
    assert "Você foi citado aqui" not in (await paulo.open("/")).text
    async with reading() as session:
        assert await session.scalar(select(func.count()).select_from(Mention)) == 2
