"""The details of an answer of Claude's tell how it was made."""

from typing import Any

import pytest

from tests.actors import Desk, within, words_in
from tests.people import ANA, PAULO


@pytest.fixture
def desk_settings() -> dict[str, Any]:
    """Claude answers."""
    return {"claude_enabled": True}


async def answered(desk: Desk, *scripts: list[dict[str, Any]]) -> str:
    """The address of the details of Claude's answer, which the last script says."""
    for steps in scripts:
        await desk.whatsapp.control("POST", "/claude/replies", steps=steps)
    await desk.whatsapp.says(ANA, "Posso fazer uma troca?")
    conversation = await desk.marta.conversation_with(ANA.name)

    async def there() -> int | None:
        bubbles = await desk.marta.bubbles(conversation)
        return next((one.id for one in bubbles if one.author == "claude"), None)

    return f"/c/{conversation}/messages/{await within(20, there, what='the answer')}/info"


async def test_what_was_looked_up_and_used_is_named_without_its_markup(desk: Desk) -> None:
    await desk.marta.post("/knowledge", {"title": "Trocas <i>", "body": "Em até 30 dias.", "publish": "on"})
    query = {"query": "<b>troca</b> de vaso"}
    address = await answered(
        desk, [{"tool": "search_knowledge", "input": query}, {"tool": "fly"}], [{"text": "Em até 30 dias."}]
    )
    page = (await desk.marta.open(address)).text
    assert "&lt;b&gt;troca&lt;/b&gt; de vaso" in page
    assert "Trocas &lt;i&gt;" in page
    assert "claude-haiku-5-5" in page
    told = words_in(page)
    for words in ("search_knowledge", "fly", "não funcionou", "Tokens escritos", "Custo"):
        assert words in told


async def test_an_attendant_sees_how_but_not_what_it_cost(desk: Desk) -> None:
    address = await answered(desk, [{"text": "Em até 30 dias."}])
    paulo = await desk.attendant(PAULO)
    told = words_in((await paulo.open(address)).text)
    assert "não usou ferramenta" in told
    assert "Custo" not in told


async def test_what_a_person_wrote_was_made_by_nobody_else(desk: Desk) -> None:
    await answered(desk, [{"text": "Em até 30 dias."}])
    conversation = await desk.marta.conversation_with(ANA.name)
    await desk.marta.reply(conversation, "Oi, Ana")
    written = next(one for one in await desk.marta.bubbles(conversation) if one.author == "user")
    page = await desk.marta.open(f"/c/{conversation}/messages/{written.id}/info")
    assert page.status_code == 200
    assert "Como o Claude fez isto" not in page.text
