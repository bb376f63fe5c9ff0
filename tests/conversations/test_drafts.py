"""What an attendant is typing is kept, however many tabs say so at once."""

import asyncio

from app.conversations.models import Draft
from tests.actors import Browser, WhatsApp
from tests.clocks import count
from tests.people import ANA


async def test_a_draft_that_many_tabs_save_at_the_same_moment_is_kept_once(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    conversation = await marta.conversation_with(ANA.name)
    answers = await asyncio.gather(
        *(marta.post(f"/c/{conversation}/draft", {"text": f"Já vo{'u' * number}"}) for number in range(12))
    )
    assert [answer.status_code for answer in answers] == [204] * 12
    assert await count(Draft) == 1
