"""Status reports that come together: each is kept once, and the ticks are what they would be one by one."""

from app.outbox.models import DeliveryReport
from tests.actors import WhatsApp
from tests.clocks import count
from tests.outbox.thread import Thread
from tests.whatsapp.bodies import change, status, webhook


async def test_reports_of_many_messages_in_one_webhook_move_each_as_far_as_one_by_one(
    ana: Thread, whatsapp: WhatsApp
) -> None:
    words = {
        "um": ("read", "sent", "delivered", "read"),
        "dois": ("delivered", "failed"),
        "três": ("failed",),
        "quatro": ("warning",),
    }
    reports = []
    await whatsapp.breaks(*["no_statuses"] * len(words))
    for text, reported in words.items():
        await ana.sends(text)
        await ana.shows(text, "sent")
        reports += [status(await ana.wamid_of(text), word) for word in reported]
    reports.append(status("wamid.of.nobody", "delivered"))
    body = webhook(change(statuses=reports))
    for _ in range(2):
        assert await whatsapp.posts(body) == 200
        shown = [(await ana.bubble(text)).status for text in words]
        assert shown == ["read", "delivered", "failed", "sent"]
    assert await count(DeliveryReport) == 8
