"""Two senders, as two processes have them, bring one queue away."""

import anyio

from app.outbox.sender import Sender
from app.rounds import running
from app.whatsapp.graph import Graph
from tests.actors import Browser, Desk, WhatsApp, within
from tests.people import ANA, BRUNO, CLARA

EACH = 6  # replies in each conversation


async def test_every_message_leaves_once_and_in_the_order_of_its_conversation(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    conversations = {}
    for customer in (ANA, BRUNO, CLARA):
        await whatsapp.says(customer, "Oi")
        conversations[customer.name] = await marta.conversation_with(customer.name)

    async def replies(name: str, conversation: int) -> None:
        for number in range(EACH):
            assert (await marta.reply(conversation, f"{name} {number}")).status_code == 200

    graph = Graph(base_url=desk.settings.whatsapp_api_url, version=desk.settings.whatsapp_api_version)
    second = Sender(graph, desk.settings.whatsapp_access_token.get_secret_value)
    async with graph, running(second.run(), "second sender"):
        async with anyio.create_task_group() as crowd:
            for name, conversation in conversations.items():
                crowd.start_soon(replies, name, conversation)

        async def gone() -> bool:
            return len(await whatsapp.accepted()) >= EACH * len(conversations)

        await within(60, gone, what="the end of the queue")
        sends = await whatsapp.accepted()
    texts = [send["payload"]["text"]["body"] for send in sends]
    for name in conversations:
        assert [text for text in texts if text.startswith(name)] == [
            f"{name} {number}" for number in range(EACH)
        ]
