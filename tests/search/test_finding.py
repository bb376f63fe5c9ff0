"""What search finds, on both engines: everything that a bubble says, as it says it now, and nothing that is gone."""

import time
from uuid import uuid4

from sqlalchemy import delete, select, update

from app import clock, housekeeping
from app.accounts.models import User
from app.contacts import identities, phone_book
from app.contacts.identities import Named
from app.contacts.models import Contact
from app.conversations.models import Conversation, Message
from app.db import reading, transaction
from app.migrate import migrate
from app.whatsapp.items import Sender
from tests.actors import Browser, Desk, WhatsApp
from tests.contacts.merges import hears, newest_merge
from tests.hostile.strings import ALL
from tests.people import ANA, BRUNO, PAULO, Customer
from tests.search.asking import said, who
from tests.whatsapp.bodies import change, contact, past, theirs, webhook
from tests.whatsapp.bodies import text as told
from tests.whatsapp.test_history import filed

NOW = int(time.time())
JOSE = Customer("José Conceição", wa_id="551187654321")  # from before the ninth digit


async def test_a_word_is_found_without_its_accents_and_its_case_and_by_how_the_last_one_begins(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Quero encomendar um PÃO de açúcar, às 10h30!")
    await whatsapp.says(BRUNO, "O pão está quente?\nTem *Açaí* também?")
    conversation = await marta.conversation_with(BRUNO.name)
    await marta.reply(conversation, "Acabou a acai, volte amanhã")

    of_bruno, of_ana = (
        "O [pão] está quente? Tem Açaí também?",
        "Quero encomendar um [PÃO] de açúcar, às 10h30!",
    )
    assert await said("pao") == [of_bruno, of_ana]
    assert await said("ACUCAR pão") == ["Quero encomendar um [PÃO] de [açúcar], às 10h30!"]
    assert await said("aça") == ["[Aca]bou a [aca]i, volte amanhã", "O pão está quente? Tem [Aça]í também?"]
    assert await said("acai pao") == ["O [pão] está quente? Tem [Açaí] também?"]
    assert await said("aca pao") == []  # only the last word may be unfinished
    assert await said("10h") == ["Quero encomendar um PÃO de açúcar, às [10h]30!"]
    assert await said("pão", within=conversation) == [of_bruno]
    assert await said("") == await said("  ?! ") == await said("nada disso") == []

    assert await said("a", by="me") == ["[A]cabou [a] [a]cai, volte [a]manhã"]
    assert len(await said("pao", by="customer", when="today")) == 2
    assert await said("pao", by="claude") == await said("pao", since="2026-01-01", until="2026-01-31") == []
    assert len(await said("pao", since="2026-01-01")) == 2
    assert await said("", kind="unread") == [
        "Quero encomendar um PÃO de açúcar, às 10h30!"
    ]  # Bruno has his answer


async def test_every_kind_of_message_is_found_by_what_its_bubble_says(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    place = {
        "latitude": -23.5,
        "longitude": -46.6,
        "name": "Mercado Municipal",
        "address": "Rua da Cantareira",
    }
    card = {"name": {"formatted_name": "Zuleide Prado"}, "phones": [{"phone": "+55 11 98888-7777"}]}
    await whatsapp.says(ANA, "", type="location", content=place)
    await whatsapp.says(ANA, "", type="contacts", content={"contacts": [card]})
    await whatsapp.says(ANA, "o comprovante", type="image")
    await whatsapp.says(ANA, "", type="document")
    await whatsapp.says(ANA, "veja https://example.com/bolos")

    assert await said("cantareira") == ["Mercado Municipal · Rua da [Cantareira]"]
    assert await said("zuleide") == ["[Zuleide] Prado · +55 11 98888-7777"]
    assert await said("98888 7777") == ["Zuleide Prado · +55 11 [98888]-[7777]"]
    assert await said("comprovante", kind="photo") == ["o [comprovante]"]
    assert await said("", kind="document") == ["comprovante.pdf"]
    assert await said("", kind="link") == ["veja https://example.com/bolos"]


async def test_what_is_reworded_taken_back_or_erased_is_found_as_it_is_now(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    def about(kind: str, wamid: str, content: object) -> object:
        return webhook(
            change(told(wamid, "", ANA, at=NOW) | {"type": kind, kind: content}, contacts=[contact(ANA)])
        )

    await hears(whatsapp, "w1", "quero um vazo", ANA, at=NOW - 60)
    await hears(whatsapp, "w2", "com girassol", ANA, at=NOW - 50)
    inner = {"type": "text", "text": {"body": "quero um vaso"}}
    await whatsapp.posts(about("edit", "e1", {"original_message_id": "w1", "message": inner}))
    assert (await said("vazo"), await said("vaso")) == ([], ["quero um [vaso]"])
    await whatsapp.posts(about("revoke", "r1", {"original_message_id": "w1"}))
    await whatsapp.posts(about("revoke", "r2", {"original_message_id": "w3"}))
    await hears(whatsapp, "w3", "ops, vaso errado", ANA, at=NOW - 40)
    assert await said("vaso") == []
    await whatsapp.posts(webhook(past((ANA, [theirs("w0", "meu primeiro girassol", ANA, NOW - 9e6)]))))
    await filed(4)
    assert len(await said("girassol")) == 2
    async with transaction() as session:
        await session.execute(delete(Conversation))
    assert await said("girassol") == []


async def test_a_private_note_is_found_by_its_words_and_its_author_as_it_is_now_and_gone_once_taken_back(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Tem desconto na encomenda?")
    ana = await marta.conversation_with(ANA.name)
    paulo = await desk.attendant(PAULO)
    for author, text in ((marta, "Encomenda com desconto"), (paulo, "Conferir em https://example.com")):
        await author.post(f"/c/{ana}/notes", {"text": text, "compose_id": str(uuid4())})
    ours = "Encomenda com [desconto]"
    assert await said("desconto") == [ours, "Tem [desconto] na encomenda?"]
    assert await said("desconto", kind="note") == await said("desconto", by="me", within=ana) == [ours]
    assert await said("desconto", by="customer") == ["Tem [desconto] na encomenda?"]
    async with reading() as session:
        [pauls] = await session.scalars(select(User.id).where(User.email == PAULO.email))
        [written] = await session.scalars(select(Message.id).where(Message.body == "Encomenda com desconto"))
    assert await said(by=str(pauls)) == await said(kind="link") == ["Conferir em https://example.com"]

    await marta.post(f"/c/{ana}/notes/{written}", {"text": "Encomenda sem nada"})
    assert (await said("desconto", kind="note"), await said("nada")) == ([], ["Encomenda sem [nada]"])
    async with transaction() as session:  # as the migration leaves those of before
        await session.execute(update(Message).where(Message.id == written).values(search_text=None))
    assert await said("nada") == []
    assert await housekeeping.in_batches(housekeeping.unread_messages) == 1
    assert await said("nada") == ["Encomenda sem [nada]"]
    await marta.post(f"/c/{ana}/notes/{written}/removal")
    assert await said("nada") == []
    assert len(await said(kind="note")) == 1


async def test_a_thread_that_two_became_is_searched_as_one_and_again_as_two(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    await hears(whatsapp, "w1", "bolo pelo número", Customer(ANA.name, wa_id=ANA.wa_id), at=NOW - 90)
    await hears(whatsapp, "w2", "bolo pelo id", Customer("Aninha", bsuid=ANA.bsuid), at=NOW - 80)
    first, second = sorted(row.id for row in await marta.rows())
    await hears(whatsapp, "w3", "sou eu", ANA, at=NOW - 70)
    assert len(await said("bolo", within=first)) == 2
    assert await said("bolo", within=second) == []
    assert await who("aninha") == ([], [])
    merge = await newest_merge()
    await marta.post(f"/contacts/{merge.survivor_id}/merges/{merge.id}/undo")
    assert await said("bolo", within=second) == ["[bolo] pelo id"]
    assert await who("aninha") == (["Aninha"], [])


async def test_a_person_is_found_by_any_name_and_by_any_part_of_the_number_however_it_is_grouped(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(JOSE, "Oi")
    await whatsapp.says(ANA, "Olá")
    assert (await who("jose"))[0] == (await who("conceicao jo"))[0] == [JOSE.name]
    for number in (
        "8765-4321",
        "4321",
        "11 98765 4321",
        "(011) 8765-4321",
        "+55 11 98765-4321",
        "551187654321",
    ):
        assert (await who(number))[0] == [JOSE.name], number
    assert (await who("9999-9999"), await who("o")) == (([], []), ([], []))
    async with transaction() as session:  # entered in the phone book, never written
        now = clock.now()
        [met] = await identities.resolve(session, [Named(Sender(wa_id="5511955554444"), now)])
        await phone_book.call(session, met, "Fornecedor de Farinha", now)
    assert await who("farinha") == await who("95555") == ([], ["Fornecedor de Farinha"])


async def test_hostile_questions_find_something_or_nothing_and_never_fail(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "um texto AND outro NEAR este")
    commands = (
        '"', '""', "a AND", "NOT", "NEAR(a b)", "a OR b", "search_text:x", "*", "a*", "^a", "-a", "(", "a\0b", "¶c1", "'",
        "a':*", "a & b", "!a", "<->", "%", "_", "\\", "x" * 10_000, "a " * 5_000, "🎂", "שלום", "\u202eabc",
    )  # fmt: skip
    for question in (*commands, *ALL[::6]):
        await said(question)
        await who(question)
    assert await said("NEAR") == ["um texto AND outro [NEAR] este"]
    assert await said("¶c1") == []


async def test_what_was_there_before_search_was_is_found_after_the_migration_and_after_a_program_of_before(
    desk: Desk, marta: Browser, whatsapp: WhatsApp, database_url: str
) -> None:
    await whatsapp.says(JOSE, "um bolo de fubá")
    await migrate(database_url, "0017")
    await migrate(database_url)
    assert (await said("fuba"), (await who("98765"))[0]) == (["um bolo de [fubá]"], [JOSE.name])

    async with transaction() as session:
        await session.execute(update(Message).values(search_text=None))
        await session.execute(update(Contact).values(search_text=None))
    assert (await said("fuba"), await who("jose")) == ([], ([], []))
    for unread in (housekeeping.unread_messages, housekeeping.unread_contacts):
        assert await housekeeping.in_batches(unread) == 1
    assert (await said("fuba"), (await who("jose"))[0]) == (["um bolo de [fubá]"], [JOSE.name])
