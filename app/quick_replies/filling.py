"""The variables of a quick reply, filled in for one conversation at the moment it is chosen."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.i18n import N_

# As they are written, each with what it stands for. Portuguese first: they become words to a customer.
VARIABLES: Mapping[str, str] = {
    "nome": N_("the customer's first name"),
    "nome_completo": N_("the customer's name"),
    "atendente": N_("your first name"),
    "saudacao": N_("Bom dia, Boa tarde or Boa noite"),
    "data": N_("today's date"),
}
WRITTEN = re.compile(r"\{\{\s*([^{}\n]{0,40}?)\s*\}\}")


@dataclass(frozen=True)
class Situation:
    """Who speaks to whom, and when (UTC). `contact`: "" for one whose name is not known."""

    contact: str
    attendant: str
    zone: ZoneInfo
    now: datetime

    def value(self, variable: str) -> str:
        here = self.now.astimezone(self.zone)
        match variable:
            case "nome":
                return first_word(self.contact)
            case "nome_completo":
                return self.contact
            case "atendente":
                return first_word(self.attendant)
            case "saudacao":
                return greeting(here.hour)
        return f"{here:%d/%m/%Y}"


def first_word(name: str) -> str:
    return next(iter(name.split()), "")


def greeting(hour: int) -> str:
    """What Brazilians say at this hour (0 to 23); to customers, whatever the attendant's language."""
    if 5 <= hour < 12:
        return "Bom dia"
    return "Boa tarde" if 12 <= hour < 18 else "Boa noite"


def unknown(text: str) -> Sequence[str]:
    """What stands in double braces and is no variable, as it is written."""
    return [name for name in WRITTEN.findall(text) if name not in VARIABLES]


def filled(text: str, situation: Situation) -> str:
    """The words for this customer. A value that is not known leaves no gap: "Olá {{nome}}!" becomes "Olá!"."""
    pieces, end = [], 0
    for found in WRITTEN.finditer(text):
        value = situation.value(found[1]) if found[1] in VARIABLES else found[0]
        before = text[end : found.start()]
        pieces.append(before if value else before.rstrip(" \t"))
        pieces.append(value)
        end = found.end()
    return "".join([*pieces, text[end:]])
