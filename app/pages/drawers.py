"""The drawer right of a conversation: what stands in it is named by the page's address, so that it survives a reload."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.conversations.models import Conversation

Load = Callable[[AsyncSession, Conversation], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Drawer:
    """A drawer of an address below `/c/{id}/`; `inbox.page` draws it, alone or with all that stands beside it.

    `name`: what it is, for scripts and styles. `title`: an English sentence. `template`: what stands below the title;
    it gets what `load` gives, and `conversation`. `back`: the drawer from which this one is opened, "" for none.
    """

    name: str
    title: str
    template: str
    load: Load
    back: str = ""
