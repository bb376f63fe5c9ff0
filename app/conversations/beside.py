"""What a webhook tells beside a message's own content: kept in `Message.beside`, read here and nowhere else."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from app.web_addresses import is_web_address
from app.whatsapp import items
from app.whatsapp.lenient import at, object_at, text_at


class Forwarded(StrEnum):
    ONCE = "once"
    OFTEN = "often"  # more than five times


@dataclass(frozen=True)
class Advertisement:
    """Where a customer came from. `link` is "" unless a browser may follow it."""

    headline: str
    body: str
    link: str
    site: str


def beside_of(item: items.InboundMessage | items.Echo | items.PastMessage) -> dict[str, Any]:
    """What of an item belongs into `Message.beside`."""
    kept: dict[str, Any] = {}
    if codes := [error.code for error in item.errors if error.code is not None]:
        kept["errors"] = codes
    if not isinstance(item, items.Echo):
        if item.forwarded:
            kept["forwarded"] = Forwarded.OFTEN if item.often_forwarded else Forwarded.ONCE
        if item.referral:
            kept["referral"] = item.referral
        if item.product:
            kept["product"] = item.product
    return kept


def forwarded(beside: dict[str, Any]) -> Forwarded | None:
    told = text_at(beside, "forwarded")
    return Forwarded(told) if told in list(Forwarded) else None


def error_codes(beside: dict[str, Any]) -> list[int]:
    codes = at(beside, "errors")
    return [code for code in codes if isinstance(code, int)] if isinstance(codes, list) else []


def product(beside: dict[str, Any]) -> str:
    """The shop's own id of the product that a question is about, "" when it is about none."""
    return text_at(beside, "product", "product_retailer_id")


def advertisement(beside: dict[str, Any]) -> Advertisement | None:
    told = object_at(beside, "referral")
    if not told:
        return None
    link = text_at(told, "source_url")
    link = link if is_web_address(link) else ""
    site = (urlsplit(link).hostname or "") if link else ""
    return Advertisement(text_at(told, "headline"), text_at(told, "body"), link, site)
