"""All that it takes to have something written for an attendant."""

from dataclasses import dataclass, field

from app.assistant.claude import Request
from app.assistant.models import Purpose
from app.assistant.tools.toolbox import Toolbox


async def nothing() -> None:
    """Nothing is to be asked before a tool is used: none of them changes anything."""


@dataclass(frozen=True)
class Prepared:
    request: Request
    purpose: Purpose
    toolbox: Toolbox = field(default_factory=lambda: Toolbox([], nothing))
