"""What time it is where a customer is, as far as their phone number tells."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

# Brazil's area codes that are not on Brasília's time.
AWAY_FROM_BRASILIA = {
    "65": "America/Cuiaba", "66": "America/Cuiaba", "67": "America/Campo_Grande", "68": "America/Rio_Branco",
    "69": "America/Porto_Velho", "92": "America/Manaus", "95": "America/Boa_Vista", "97": "America/Manaus",
}  # fmt: skip


@dataclass(frozen=True)
class There:
    """`shown`: the time of day there; `minutes_ahead` of UTC."""

    shown: str
    minutes_ahead: int


def there(wa_id: str, now: datetime, here: tzinfo) -> There | None:
    """None where it is the same as here, or where the number leaves a choice, as in countries of several zones."""
    offsets = {now.astimezone(ZoneInfo(zone)).utcoffset() for zone in zones_of(wa_id)}
    if len(offsets) != 1:
        return None
    ahead = offsets.pop() or timedelta()
    if ahead == now.astimezone(here).utcoffset():
        return None
    return There(f"{now + ahead:%H:%M}", int(ahead.total_seconds() // 60))


def zones_of(wa_id: str) -> list[str]:
    import phonenumbers
    from babel.core import get_global

    if wa_id.startswith("55"):
        return [AWAY_FROM_BRASILIA.get(wa_id[2:4], "America/Sao_Paulo")]
    try:
        country = phonenumbers.region_code_for_number(phonenumbers.parse(f"+{wa_id}"))
    except phonenumbers.NumberParseException:
        return []
    return list(get_global("territory_zones").get(country or "", []))
