"""The customer sees that an attendant writes: rarely, and never where the number never marks as read."""

from app.attention.models import TypingShown
from app.attention.typing import SHOW_TYPING
from app.jobs import Job
from tests.actors import Browser, WhatsApp, within
from tests.clocks import count, moving_clock
from tests.people import ANA


async def writes(marta: Browser, conversation: int, text: str) -> None:
    answer = await marta.post(f"/c/{conversation}/draft", {"text": text, "compose_id": ""})
    assert answer.status_code == 204


async def sees_typing(whatsapp: WhatsApp) -> bool:
    return bool((await whatsapp.control("GET", "/chat", customer=ANA.name))["typing"])


async def no_job_left() -> bool:
    return await count(Job, Job.kind == SHOW_TYPING) == 0


async def test_the_customer_sees_that_somebody_writes_and_again_only_after_twenty_seconds(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    with moving_clock() as hand:
        await whatsapp.says(ANA, "Oi")
        conversation = await marta.conversation_with(ANA.name)
        await writes(marta, conversation, "   ")
        assert await count(TypingShown) == 0
        await writes(marta, conversation, "Um mom")
        await within(10, lambda: sees_typing(whatsapp), what="typing")
        await within(10, no_job_left, what="the job's end")
        whatsapp.world.typing_until.clear()
        hand.move(seconds=19)
        await writes(marta, conversation, "Um momento")
        assert await no_job_left()
        assert not await sees_typing(whatsapp)
        hand.move(seconds=2)
        await writes(marta, conversation, "Um momento, por favor")
        await within(10, lambda: sees_typing(whatsapp), what="typing again")


async def test_a_number_that_never_marks_as_read_shows_no_typing(marta: Browser, whatsapp: WhatsApp) -> None:
    await whatsapp.says(ANA, "Oi")
    conversation = await marta.conversation_with(ANA.name)
    number = (await marta.open("/settings/numbers")).text.split('data-number="')[1].split('"')[0]
    assert (await marta.post(f"/settings/numbers/{number}", {"marks_read": "x"})).status_code == 422
    chosen = await marta.post(f"/settings/numbers/{number}", {"marks_read": "never"})
    assert chosen.status_code == 303
    await writes(marta, conversation, "Um momento")
    assert await count(TypingShown) == 0
    assert await no_job_left()
    assert not await sees_typing(whatsapp)
