"""A matter is settled: Claude begins anew with what comes, and never reads again what was wanted before."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import jobs
from app.accounts.models import User
from app.assistant.models import ApiCall, Purpose, TurnState
from app.assistant.returning import KEY, RETURN
from app.attention import reading as read
from app.conversations import handoff, outgoing, replying, resolving
from app.conversations.handoff import ModeReason
from app.conversations.handoff_models import Closure, Handoff, ModeChange
from app.conversations.models import Author, Message, Mode
from app.db import reading, transaction
from app.errors import Invalid
from app.installation import Installation, installation
from tests.assistant.shop import Shop
from tests.people import MARTA

WISH = "Quero falar com uma PESSOA de verdade"


@pytest.fixture
async def marta(shop: Shop) -> User:
    return await shop.employs(MARTA.name)


async def looks(shop: Shop, user: User) -> None:
    async with transaction() as session:
        conversation = await shop.conversation_in(session, "Ana")
        await read.mark_read(session, user, conversation.id, conversation.last_position)


async def resolves(shop: Shop, user: User, wait_seconds: float | None = 0) -> None:
    async with transaction() as session:
        conversation = await shop.conversation_in(session, "Ana")
        await resolving.resolve(session, conversation, user, wait_seconds)


async def replies(shop: Shop, user: User, text: str) -> None:
    async with transaction() as session:
        await replying.reply(session, await shop.conversation_in(session, "Ana"), user, outgoing.text(text))


async def settled(shop: Shop, marta: User, *, summary: dict[str, str]) -> None:
    """Ana asked for a person, Marta helped and resolved it, and Claude summed it up."""
    shop.claude_will(
        {"steps": [{"tool": "handoff", "input": {"reason": "asked_human", "summary": "Quer alguém."}}]}
    )
    await shop.says("Ana", WISH)
    await shop.work()
    await replies(shop, marta, "Troquei a vela.")
    shop.claude_will(summary)
    await resolves(shop, marta)
    await shop.work()


async def test_what_was_wanted_before_never_reaches_claude_again(shop: Shop, marta: User) -> None:
    await settled(shop, marta, summary={"text": "A vela foi trocada, pedido 12."})
    assert (await shop.conversation("Ana")).mode == Mode.CLAUDE
    await shop.says("Ana", "Vocês abrem hoje?")
    shop.claude_will({"text": "Abrimos."})
    await shop.work()
    told = shop.words_asked()
    assert "PESSOA" not in told
    assert "Troquei" not in told
    assert "A vela foi trocada, pedido 12." in told
    assert (await shop.answers("Ana"))[-1] == "Abrimos."


async def test_the_summary_is_booked_as_what_it_is(shop: Shop, marta: User) -> None:
    await settled(shop, marta, summary={"text": "Trocada."})
    [call] = [call for call in await shop.calls("Ana") if call.purpose == Purpose.JUDGE]
    assert call.turn_id is None
    assert WISH in str(shop.asked[-1].body["messages"])  # whoever sums it up reads it


@pytest.mark.parametrize("failure", [{"name": "busy"}, {"name": "unauthorized"}, {"name": "refusal"}])
async def test_without_a_summary_a_plain_line_stands_for_it(
    shop: Shop, marta: User, failure: dict[str, str]
) -> None:
    await settled(shop, marta, summary=failure)
    await shop.says("Ana", "Vocês abrem hoje?")
    await shop.work()
    told = shop.words_asked()
    assert "PESSOA" not in told
    day = shop.clock().astimezone(shop.desk.settings.zone)
    assert f"encerrado em {day:%d/%m/%Y} por {MARTA.name}" in told
    assert await shop.open_jobs() == 0


async def test_with_the_budget_spent_nothing_is_asked(shop: Shop, marta: User) -> None:
    await shop.says("Ana", "Oi")
    await shop.work()
    await shop.changes(Installation, budget_day_microusd=0)
    asked = len(shop.asked)
    await looks(shop, marta)
    await resolves(shop, marta)
    await shop.work()
    assert len(shop.asked) == asked
    assert (await shop.all_of(Closure, "Ana"))[0].summary == ""


async def test_resolving_is_written_down_drops_the_hand_over_and_asks_nothing(
    shop: Shop, marta: User
) -> None:
    shop.claude_will({"steps": [{"tool": "handoff", "input": {"reason": "other", "summary": "Não sei."}}]})
    await shop.says("Ana", "Oi")
    await shop.work()
    await shop.says("Ana", "Obrigada, já resolvi")
    await looks(shop, marta)
    await resolves(shop, marta)
    await resolves(shop, marta)  # a double click
    await shop.work()
    conversation = await shop.conversation("Ana")
    assert conversation.is_resolved
    assert (conversation.mode, conversation.assignee_id) == (Mode.CLAUDE, None)
    assert len(await shop.turns("Ana")) == 1  # her thanks wait for no answer
    assert [one.settled_at is None for one in await shop.all_of(Handoff, "Ana")] == [False]
    [closure] = await shop.all_of(Closure, "Ana")
    assert closure.by_id == marta.id
    assert (await shop.all_of(ModeChange, "Ana"))[-1].reason == ModeReason.RESOLVED
    told = [one.content["type"] for one in await shop.all_of(Message, "Ana") if one.author == Author.DESK]
    assert told.count("resolved") == 1
    await shop.says("Ana", "Mais uma coisa")
    assert not (await shop.conversation("Ana")).is_resolved


async def test_a_message_that_nobody_has_read_is_not_resolved(shop: Shop, marta: User) -> None:
    await shop.says("Ana", "Oi")
    with pytest.raises(Invalid):
        await resolves(shop, marta)
    await looks(shop, marta)
    async with transaction() as session:
        await handoff.take(session, await shop.conversation_in(session, "Ana"), marta)
    await shop.says("Ana", "E o frete?")  # comes while the button is pressed
    await resolves(shop, marta)
    assert not (await shop.conversation("Ana")).is_resolved
    await shop.work()
    [turn] = await shop.turns("Ana")
    assert turn.state == TurnState.ANSWERED
    assert "E o frete?" in shop.words_asked()
    assert "\nOi\n" not in shop.words_asked()


async def test_an_answer_under_way_is_not_sent_once_it_is_resolved(shop: Shop, marta: User) -> None:
    shop.claude_will({"name": "stall"})
    await shop.says("Ana", "Oi")
    working = shop.working()
    await shop.writing("Ana")
    await looks(shop, marta)
    await resolves(shop, marta)
    await working
    assert await shop.answers("Ana") == []


@pytest.mark.parametrize(
    ("mode", "becomes"),
    [
        (Mode.PERSON, Mode.CLAUDE),
        (Mode.PAUSED, Mode.CLAUDE),
        (Mode.OFF, Mode.OFF),
        (Mode.CLAUDE, Mode.CLAUDE),
    ],
)
async def test_resolved_it_is_claudes_again_except_where_it_is_off(
    shop: Shop, marta: User, mode: Mode, becomes: Mode
) -> None:
    await shop.says("Ana", "Oi")
    await shop.work()
    async with transaction() as session:
        conversation = await shop.conversation_in(session, "Ana")
        match mode:
            case Mode.PERSON:
                await handoff.take(session, conversation, marta)
            case Mode.PAUSED:
                await handoff.pause(session, conversation, 60, marta)
            case Mode.OFF:
                await handoff.switch_off(session, conversation, marta)
    await looks(shop, marta)
    await resolves(shop, marta)
    assert (await shop.conversation("Ana")).mode == becomes


@pytest.mark.parametrize("why", ["setting", "Claude is off"])
async def test_it_stays_with_whoever_has_it_where_claude_does_not_come_back(
    shop: Shop, marta: User, why: str
) -> None:
    await shop.changes(Installation, returns_when_resolved=why != "setting")
    await shop.says("Ana", "Oi")
    await replies(shop, marta, "Oi, Ana")
    await resolves(shop, marta, None if why == "Claude is off" else 0)
    conversation = await shop.conversation("Ana")
    assert (conversation.mode, conversation.assignee_id) == (Mode.PERSON, marta.id)
    assert conversation.is_resolved


async def rounds(shop: Shop) -> None:
    """The look for customers who were left alone, and what comes of it."""
    async with transaction() as session:
        await jobs.enqueue(session, RETURN, KEY, run_at=shop.clock() - timedelta(seconds=1))
    await shop.work()


async def test_claude_helps_out_where_nobody_has_answered_for_hours(shop: Shop, marta: User) -> None:
    await shop.changes(Installation, returns_after_hours=2)
    await shop.says("Ana", "Tem desconto?")
    async with transaction() as session:
        await handoff.take(session, await shop.conversation_in(session, "Ana"), marta)
    shop.clock.move(minutes=119)
    await rounds(shop)
    assert (await shop.conversation("Ana")).mode == Mode.PERSON
    shop.clock.move(minutes=2)
    shop.claude_will({"text": "Temos, de 5%."})
    await rounds(shop)
    assert (await shop.conversation("Ana")).mode == Mode.CLAUDE
    assert await shop.answers("Ana") == ["Temos, de 5%."]  # older than an hour, but just left to it
    assert "A equipe deixou esta conversa com você" in shop.words_asked()
    change = (await shop.all_of(ModeChange, "Ana"))[-1]
    assert (change.became, change.reason, change.by_id) == (Mode.CLAUDE, ModeReason.UNANSWERED, None)


async def test_claude_helps_out_once_for_each_question(shop: Shop) -> None:
    await shop.changes(Installation, returns_after_hours=1)
    for _ in range(2):
        shop.claude_will(
            {"steps": [{"tool": "handoff", "input": {"reason": "no_information", "summary": "?"}}]}
        )
    await shop.says("Ana", "Tem desconto?")
    await shop.work()
    shop.clock.move(hours=1, minutes=1)
    await rounds(shop)
    assert len(await shop.turns("Ana")) == 2
    assert (await shop.conversation("Ana")).mode == Mode.PERSON  # it called people again: now it stays theirs
    shop.clock.move(hours=2)
    await rounds(shop)
    assert len(await shop.turns("Ana")) == 2
    assert (await shop.conversation("Ana")).mode == Mode.PERSON


@pytest.mark.parametrize("why", ["never", "answered", "resolved", "a day later", "off", "blocked"])
async def test_nobody_is_answered_who_does_not_wait_for_it(shop: Shop, marta: User, why: str) -> None:
    await shop.changes(
        Installation, returns_after_hours=0 if why == "never" else 2, returns_when_resolved=False
    )
    await shop.says("Ana", "Oi")
    async with transaction() as session:
        await handoff.take(session, await shop.conversation_in(session, "Ana"), marta)
    match why:
        case "answered":
            await replies(shop, marta, "Oi, Ana")
        case "resolved":
            await looks(shop, marta)
            await resolves(shop, marta)
        case "a day later":
            shop.clock.move(hours=23)
        case "off" | "blocked":
            async with transaction() as session:
                conversation = await shop.conversation_in(session, "Ana")
                await handoff.switch_off(session, conversation, marta)
                if why == "blocked":
                    conversation.blocked_at = shop.clock()
    shop.clock.move(hours=3)
    await rounds(shop)
    assert (await shop.conversation("Ana")).mode != Mode.CLAUDE
    assert await shop.turns("Ana") == []


async def test_what_waited_through_a_long_pause_is_answered_at_its_end(shop: Shop, marta: User) -> None:
    await shop.says("Ana", "Oi")
    await shop.work()
    async with transaction() as session:
        await handoff.pause(session, await shop.conversation_in(session, "Ana"), 180, marta)
    await shop.says("Ana", "Tem vela?")
    shop.clock.move(minutes=181)
    shop.claude_will({"text": "Tem."})
    await shop.work()
    assert (await shop.answers("Ana"))[-1] == "Tem."


async def test_words_that_called_a_person_do_not_once_a_person_has_handed_back(
    shop: Shop, marta: User
) -> None:
    await shop.changes(Installation, person_words="atendente")
    await shop.says("Ana", "atendente")
    await shop.work()
    assert (await shop.conversation("Ana")).mode == Mode.PERSON
    async with transaction() as session:
        await handoff.give_to_claude(session, await shop.conversation_in(session, "Ana"), 0, by=marta)
    shop.claude_will({"text": "Em que posso ajudar?"})
    await shop.work()
    assert (await shop.answers("Ana"))[-1] == "Em que posso ajudar?"
    async with reading() as session:
        assert (await installation(session)).person_words
        assert len((await session.scalars(select(ApiCall))).all()) == 1
