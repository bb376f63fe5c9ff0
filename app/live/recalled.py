"""What goes from the page with a text that was taken back: its bubble, the day it stood alone on, its links in a drawer."""

from zoneinfo import ZoneInfo

from app.conversations import recalling
from app.conversations.recalling import Gone
from app.live.events import Event
from app.live.look import Look
from app.live.sheets import Sheets


async def recalled_of(sheets: Sheets, look: Look, zone: ZoneInfo, event: Event) -> Gone:
    """What `live/message_recalled.html` needs, read once however many look."""

    async def load() -> Gone:
        return await recalling.gone_with(
            await look.session(), event.conversation_id or 0, event.ref or 0, zone
        )

    return await sheets.loaded(("recalled", event.id), load)
