"""What the business calls a customer in its phone wins over what they call themselves, and comes before they write."""

from app.contacts.models import Identity
from tests.actors import Browser, WhatsApp, within
from tests.clocks import count
from tests.contacts.merges import hears, threads
from tests.people import ANA, Customer


async def test_the_name_in_the_phone_book_wins_until_it_is_taken_out(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.meet(ANA)
    await whatsapp.control("POST", "/phone-book", customer=ANA.name, name="Ana da padaria")
    await whatsapp.says(ANA, "Oi")
    conversation = await marta.conversation_with("Ana da padaria")
    await whatsapp.control("POST", "/phone-book", customer=ANA.name, action="remove")

    async def names() -> bool:
        return list(await marta.conversations()) == [ANA.name]

    await within(10, names, what="the profile's name")
    assert list((await marta.conversations()).values()) == [conversation]


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
