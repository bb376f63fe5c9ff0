"""What the business calls a customer in its phone wins over what they call themselves, and comes before they write."""

import json
from datetime import datetime, timedelta
from typing import Any

from app import clock
from app.contacts.models import Contact, Identity
from app.whatsapp.items import PhoneBook
from app.whatsapp.payloads import parse, walk
from tests.actors import Browser, WhatsApp, within
from tests.clocks import count
from tests.contacts.merges import hears, threads
from tests.people import ANA, Customer
from tests.whatsapp.bodies import change, webhook


async def test_the_name_in_the_phone_book_wins_until_it_is_taken_out(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.meet(ANA)
    await whatsapp.control("POST", "/phone-book", customer=ANA.name, name="Ana da padaria")
    await whatsapp.says(ANA, "Oi")
    conversation = await marta.conversation_with("Ana da padaria")

    async def is_called(name: str) -> None:
        async def so() -> bool:
            return list(await marta.conversations()) == [name]

        await within(10, so, what=name)

    await whatsapp.control("POST", "/phone-book", customer=ANA.name, action="remove")
    await is_called(ANA.name)
    assert list((await marta.conversations()).values()) == [conversation]

    newest = [entered(f"55119000050{number:02d}", f"Freguês {number}", clock.now()) for number in range(25)]
    late = entered(ANA.wa_id, "Ana da padaria", clock.now() - timedelta(hours=1))  # it comes once more
    body = webhook(
        {"field": "smb_app_state_sync", "value": change()["value"] | {"state_sync": [late, *newest]}}
    )
    assert [type(item) for item in walk(parse(json.dumps(body).encode()), clock.now())] == [PhoneBook]
    assert await whatsapp.posts(body) == 200

    async def all_entered() -> bool:
        return await count(Contact, Contact.book_name.is_not(None)) == 25

    await within(10, all_entered, what="the whole phone book")
    await is_called(ANA.name)


def entered(wa_id: str, name: str, at: datetime) -> dict[str, Any]:
    person, stamp = {"full_name": name, "phone_number": wa_id}, {"timestamp": str(int(at.timestamp()))}
    return {"type": "contact", "action": "add", "contact": person, "metadata": stamp}


async def test_the_spelling_that_whatsapp_answers_with_leads_to_the_same_contact(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    gil = {"name": "Gil", "wa_id": "551190000999", "user_id": "BR.1000000000000999"}  # as WhatsApp knows him
    await whatsapp.control("POST", "/customers", **gil)
    await hears(whatsapp, "w1", "de antes", Customer("Gil", wa_id="5511990000999"))  # as he was known once
    conversation = await marta.conversation_with("Gil")
    await marta.reply(conversation, "Oi, Gil")
    await whatsapp.accepted(at_least=1)

    async def is_learnt() -> bool:
        return await count(Identity, Identity.value == gil["wa_id"]) == 1

    await within(10, is_learnt, what="the other spelling")
    await hears(whatsapp, "w2", "de agora", Customer("Gil", wa_id=gil["wa_id"]))
    assert list(await threads(marta)) == [conversation]
