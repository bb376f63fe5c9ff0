"""The search page: a form and links that work alone, and are as good beside an open conversation."""

import re

from tests.actors import Browser, WhatsApp, words_in
from tests.people import ANA, BRUNO, EVIL, Customer

FEIRA = Customer("Feira da Vó Zilda", wa_id="5511987654321")


def group(page: str, name: str) -> list[str]:
    """The rows below a heading, as one reads them; the heading's count first."""
    found = re.search(rf'<h2 class="results__group">{name} (.*?)</ul>', page, re.S)
    if found is None:
        return []
    count, _, rows = found[1].partition("</h2>")
    return [
        words_in(count),
        *(" ".join(words_in(row).split()) for row in re.findall(r"<li.*?</li>", rows, re.S)),
    ]


async def test_what_is_found_stands_in_groups_with_its_words_marked_and_leads_to_its_place(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(FEIRA, "Bom dia")
    await whatsapp.says(EVIL, "<b>feira</b> às 9h")
    await whatsapp.says(ANA, "Tem pão na FEIRA?")
    conversation = await marta.conversation_with(ANA.name)
    await marta.reply(conversation, "Sim, a feira abre cedo")
    page = (await marta.open("/search?q=feira")).text
    assert [row[:19] for row in group(page, "Conversas")] == ["1", f"F {FEIRA.name}"]
    count, ours, *theirs = group(page, "Mensagens")
    assert (count, len(theirs)) == ("3", 2)
    assert ours.endswith("Você: Sim, a feira abre cedo")
    assert page.count("<mark>") == 4
    assert "&lt;b&gt;<mark>feira</mark>&lt;/b&gt; às 9h" in page
    [_, asked, _] = re.findall(r'href="(/c/\d+\?at=[^"]*)"', page)
    beside = (await marta.open(asked.replace("&amp;", "&"))).text
    assert group(beside, "Mensagens") == group(page, "Mensagens")  # a reload shows both
    assert "Tem pão na FEIRA?" in beside.partition('id="thread"')[2]

    assert group((await marta.open("/search?q=8765-4321")).text, "Conversas")[0] == "1"
    narrowed = (await marta.open("/search?q=feira&by=me")).text
    assert (group(narrowed, "Conversas"), group(narrowed, "Mensagens")[0]) == ([], "1")
    assert '<option value="me" selected>' in narrowed
    nothing = (await marta.open("/search?q=<i>xyz&kind=audio")).text
    assert "Nada foi encontrado para “&lt;i&gt;xyz”." in nothing
    assert 'href="/search?q=%3Ci%3Exyz"' in nothing  # the same without the filter
    for senseless in ("q=feira&kind=x&by=y&when=z&since=tomorrow&until=2026-99-99", f"q={'feira ' * 200}"):
        assert group((await marta.open(f"/search?{senseless}")).text, "Mensagens")[0] == "3"
    assert (await marta.open("/search?q=feira&before=x")).status_code == 404

    for number in range(18):
        await whatsapp.says(BRUNO, f"feira {number}")
    first = (await marta.open("/search?q=feira")).text
    assert group(first, "Mensagens")[0] == "20+"
    [older] = re.findall(r'href="(/search\?[^"]*before=\d+)"', first)
    rest = (await marta.get(older.replace("&amp;", "&"))).text
    assert rest.count("data-found-message") == 1
    assert "before=" not in rest
