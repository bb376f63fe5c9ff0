"""The job that has Claude propose an article: what dies or stops over it, and where there is nobody to ask."""

import asyncio

import pytest
from sqlalchemy import select, update

from app import clock
from app.accounts.models import User
from app.conversations import replying
from app.conversations.handoff import HandoffReason
from app.conversations.handoff_models import Handoff
from app.conversations.outgoing import text
from app.db import reading, transaction
from app.jobs import Job, LeftUndone
from app.proposing import deciding
from app.proposing.models import Proposal
from app.proposing.writing import propose
from tests.actors import running_desk
from tests.assistant.shop import Shop, within
from tests.people import ANA

GOOD = '{"outcome": "new", "article": 0, "title": "Vasos", "body": "Temos."}'


@pytest.fixture
async def asked(shop: Shop) -> int:
    """The hand-over of which a proposal was asked for."""
    shop.more_handlers[deciding.PROPOSE] = propose
    marta = await shop.employs("Marta")
    told = {"reason": "no_information", "summary": "Pergunta de vasos.", "urgency": "normal"}
    shop.claude_will({"steps": [{"text": "Um momento."}, {"tool": "handoff", "input": told}]})
    await shop.says("Ana", "Tem vaso?")
    await shop.work()
    async with transaction() as session:
        await replying.reply(session, await shop.conversation_in(session, "Ana"), marta, text("Temos."))
    [handoff] = await shop.handoffs("Ana")
    async with transaction() as session:
        await deciding.ask(session, await session.get_one(User, marta.id), handoff.id)
    return int(handoff.id)


async def state(handoff_id: int) -> tuple[str, str | None]:
    async with reading() as session:
        found = await session.get_one(Proposal, handoff_id)
    return found.state, found.failure


async def test_a_job_over_which_workers_die_again_and_again_is_given_up(shop: Shop, asked: int) -> None:
    await shop.changes(Job, tries=9)
    before = len(shop.asked)
    await shop.work()
    assert await state(asked) == ("failed", "interrupted")
    assert len(shop.asked) == before


async def test_a_process_that_stops_leaves_it_to_the_next_one(shop: Shop, asked: int) -> None:
    shop.claude_will({"steps": [{"text": "{"}, {"pause": 20}]}, {"text": GOOD})
    claim = await shop.claim()
    assert claim is not None
    before = len(shop.asked)
    working = asyncio.create_task(propose(claim, shop.desk))

    async def begun() -> bool:
        return len(shop.asked) > before

    await within(10, begun)
    claim.leaving.set()
    with pytest.raises(LeftUndone):
        await working
    assert await state(asked) == ("waiting", None)
    await shop.changes(Job, lease_until=None, lease_token=None)
    await shop.work()
    assert await state(asked) == ("ready", None)


async def test_what_its_asker_may_not_see_any_more_is_told_to_nobody(shop: Shop, asked: int) -> None:
    async with transaction() as session:
        await session.execute(update(User).values(is_active=False))
    before = len(shop.asked)
    await shop.work()
    assert await state(asked) == ("failed", "interrupted")
    assert len(shop.asked) == before


async def test_without_a_key_there_is_a_sentence_and_no_button(database_url: str) -> None:
    async with running_desk(database_url, anthropic_api_key="", anthropic_base_url="") as desk:
        await desk.whatsapp.says(ANA, "Tem vaso?")
        conversation = await desk.marta.conversation_with(ANA.name)
        async with transaction() as session:
            known = {"reason": HandoffReason.NO_INFORMATION, "settled_at": clock.now()}
            session.add(Handoff(conversation_id=conversation, created_at=clock.now(), **known))
        async with reading() as session:
            handoff_id = (await session.scalars(select(Handoff.id))).one()
        page = (await desk.marta.open("/knowledge/unanswered")).text
        assert "Quando o Claude estiver configurado" in page
        assert "propose" not in page
        refused = await desk.marta.post(f"/knowledge/unanswered/{handoff_id}/proposal", htmx=False)
        assert refused.status_code == 422
