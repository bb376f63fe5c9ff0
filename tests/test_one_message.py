"""The main job, end to end over HTTP: a customer writes, an attendant answers, the ticks come."""

from tests.actors import Browser, WhatsApp, within
from tests.people import ANA


async def test_a_customer_writes_and_an_attendants_answer_reaches_them_with_ticks(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Olá, vocês abrem hoje?")
    conversation = await marta.conversation_with(ANA.name)

    answer = await marta.reply(conversation, "Abrimos até as 19h.")
    assert answer.status_code == 200

    sends = await whatsapp.accepted(at_least=1)
    assert sends[0]["payload"]["text"]["body"] == "Abrimos até as 19h."

    async def delivered() -> bool:
        return (await marta.bubbles(conversation))[-1].status == "delivered"

    await within(10, delivered, what="delivered")
    shown = await marta.bubbles(conversation)
    assert [(one.direction, one.author, one.text) for one in shown] == [
        ("in", "contact", "Olá, vocês abrem hoje?"),
        ("out", "user", "Abrimos até as 19h."),
    ]
