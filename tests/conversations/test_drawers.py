"""What stands in the drawers beside a conversation: who the customer is; its photos, links and documents by month."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.contacts.local_time import there
from tests.actors import Browser, WhatsApp, within, words_in
from tests.people import ANA
from tests.whatsapp.bodies import past, theirs, webhook

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


def shown_in(drawer: str) -> list[str]:
    """The months and links of a drawer, from the top."""
    found = re.findall(
        r'<h3 class="things__month"[^>]*>(.*?)</h3>|class="thing__address"[^>]*>(.*?)</a>', drawer
    )
    return [words_in(month or address) for month, address in found]


async def test_the_drawer_lists_links_by_month_page_by_page_from_new_to_old(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    def said(month: int, place: int) -> dict[str, object]:
        at = datetime(2026, month, 3, 12, 0, place, tzinfo=SAO_PAULO).timestamp()
        return theirs(f"m{month}-{place}", f"Veja *www.example.com/{month}/{place}*.", ANA, at)

    await whatsapp.says(ANA, "nada aqui: `https://example.com/codigo`, http://, ana@example.com")
    months = [said(3, place) for place in range(5)] + [said(4, place) for place in range(58)]
    assert await whatsapp.posts(webhook(past((ANA, months)))) == 200

    async def there_at_last() -> list[str]:
        return shown_in((await marta.open("/c/1/shared/links")).text)

    shown = await within(10, there_at_last, what="links of the past")
    assert shown[:2] == ["abril de 2026", "https://www.example.com/4/57"]
    assert shown[59:] == ["março de 2026", "https://www.example.com/3/4"]  # of 60 one is code alone
    page = (await marta.open("/c/1/shared/links")).text
    older = re.findall(r'hx-get="(/c/1/shared/links\?before=\d+)"', page)[0]
    rest = (await marta.get(older)).text
    assert shown_in(rest)[1:] == [f"https://www.example.com/3/{place}" for place in (3, 2, 1, 0)]
    assert "before=" not in rest
    assert (await marta.open("/c/1/shared/secrets")).status_code == 404


async def test_the_drawer_counts_files_and_forgets_what_was_deleted(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    sent = {}
    for kind in ("image", "video", "document", "voice"):
        wish = {"customer": ANA.name, "type": kind, "timeout": 10}
        sent[kind] = (await whatsapp.control("POST", "/messages", **wish))["id"]

    async def count() -> str:
        return words_in(re.findall(r'class="strip__count">(.*?)</span>', await drawer("contact"))[0])

    async def drawer(path: str) -> str:
        return (await marta.open(f"/c/1/{path}")).text.split('<aside id="drawer"')[1].split("</aside>")[0]

    async def all_there() -> bool:
        return await count() == "3"

    await within(20, all_there, what="three files")
    assert (await drawer("shared/media")).count('class="thing ') == 2
    assert "comprovante" in await drawer("shared/documents")
    await whatsapp.control("POST", "/revocations", id=sent["image"])
    await whatsapp.control("GET", "/idle", timeout=30)
    assert await count() == "2"
    assert (await drawer("shared/media")).count('class="thing ') == 1


async def test_a_name_that_the_business_gives_wins_until_it_is_taken_away(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    named = await marta.post("/contacts/1/name", {"name": "  Ana   da floricultura "}, htmx=False)
    assert (named.status_code, named.headers["location"]) == (303, "/contacts/1")
    assert 'value="Ana da floricultura"' in (await marta.open("/c/1/contact")).text
    assert await marta.conversations() == {"Ana da floricultura": 1}
    assert (await marta.post("/contacts/1/name", {"name": ""})).status_code == 204
    assert await marta.conversations() == {ANA.name: 1}
    assert (await marta.post("/contacts/99/name", {"name": "Ninguém"})).status_code == 404


@pytest.mark.parametrize(
    ("wa_id", "shown"),
    [
        ("5511900000101", None),  # as here
        ("5568900000101", "10:00"),
        ("5592900000101", "11:00"),
        ("351912345678", None),  # the Azores have another than Lisbon
        ("441234567890", "15:00"),
        ("12125550123", None),
        ("999", None),
    ],
)
def test_the_drawer_tells_the_time_there_where_the_number_leaves_no_doubt(
    wa_id: str, shown: str | None
) -> None:
    noon = datetime(2026, 1, 15, 12, tzinfo=SAO_PAULO)
    found = there(wa_id, noon.astimezone(ZoneInfo("UTC")), SAO_PAULO)
    assert (found.shown if found else None) == shown
