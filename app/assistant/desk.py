"""What a turn of Claude needs from outside: settings, the provider, a way to show the customer "typing…"."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from app.assistant.claude import Claude
from app.connectors.asking import Outside
from app.media.store import Store
from app.settings import Settings
from app.whatsapp.graph import Graph
from app.whatsapp.models import Number

ShowTyping = Callable[[Number, str], Awaitable[object]]  # (number, wamid that is answered)


async def shows_nothing(number: Number, wamid: str) -> None:
    """For a desk without WhatsApp."""


@dataclass(frozen=True)
class Pace:
    """In seconds. `look` only matters when nobody heard the bell; `budget` is a whole turn with its retry."""

    renew: float = 5.0
    look: float = 1.0
    between_looks: float = 0.1
    grow: float = 0.25
    typing: float = 20.0
    before_retry: float = 1.0
    budget: float = 90.0


@dataclass(frozen=True)
class Desk:
    settings: Settings
    provider: Claude
    show_typing: ShowTyping = shows_nothing
    pace: Pace = field(default_factory=Pace)
    store: Store | None = None  # of the files that customers sent; without it Claude sees none
    outside: Outside = field(default_factory=Outside)  # the way to connectors
    hears: bool = False  # voice messages are written down


def typing_through(graph: Graph, access_token: str) -> ShowTyping:
    """Typing as WhatsApp shows it: it marks the message as read and lasts 25 s."""

    async def show(number: Number, wamid: str) -> None:
        await graph.mark_read(
            phone_number_id=number.phone_number_id, access_token=access_token, wamid=wamid, typing=True
        )

    return show
