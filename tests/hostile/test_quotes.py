"""Articles that somebody hostile wrote are quoted as text, wherever attendants read what Claude rests on."""

from itertools import islice
from typing import Any

import pytest
from sqlalchemy import select

from app.conversations.handoff_models import Handoff
from app.conversations.models import Author, Message
from app.db import reading, transaction
from app.knowledge import articles
from app.knowledge.articles import Wanted
from tests.actors import Desk
from tests.hostile.pages import Anatomy, anatomy_of, assert_harmless, whole_page
from tests.hostile.stage import customer, over, turns
from tests.hostile.strings import markup

TEXTS = ["Trocamos em 30 dias.", *islice((one for one in markup() if one.strip()), 20)]
WISH = {"reason": "angry", "summary": "Quer trocar.", "urgency": "normal"}


@pytest.fixture
def desk_settings() -> dict[str, Any]:
    """Claude answers, by a server that cites."""
    return {
        "claude_enabled": True,
        "anthropic_api_key": "sk-ant-of-this-test-alone",
        "anthropic_gateway": True,
    }


@pytest.mark.alternating
async def test_what_is_quoted_of_a_hostile_article_is_text(desk: Desk) -> None:
    async with desk.program.turning, transaction() as session:
        for text in TEXTS:
            await articles.create(session, Wanted(text[:200], text), None)
    before = await turns()
    for place, text in enumerate(TEXTS):
        cites = text.splitlines()[0].split(". ")[0].strip()
        steps = [{"text": text, "cites": cites}, {"tool": "handoff", "input": WISH}]
        await desk.whatsapp.control("POST", "/claude/replies", steps=steps, match=f"caso {place:03}")
        await desk.whatsapp.says(customer(place), f"Tenho o caso {place:03}")
    await over(desk, before + len(TEXTS))
    async with reading() as session:
        noted = (await session.scalars(select(Handoff).order_by(Handoff.id))).all()
        said = select(Message).where(Message.author == Author.CLAUDE).order_by(Message.id)
        told = {one.conversation_id: one.id for one in await session.scalars(said)}
    assert [one.conversation_id for one in noted if not one.sources.get("quotes")] == []
    usual = Anatomy()
    for number, handoff in enumerate(noted):
        place = handoff.conversation_id
        for address in (f"/c/{place}", f"/c/{place}/messages/{told[place]}/info"):
            page = await whole_page(desk.marta, address)
            if number == 0:
                usual.elements |= anatomy_of(page).elements
            assert_harmless(page, usual, f"{TEXTS[number]} {address}")
