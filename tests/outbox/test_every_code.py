"""Each code of Meta's that we know, as the answer to a send: what happens to its message, its customer and its number."""

from collections.abc import Iterable

from app.outbox.models import Delivery
from app.whatsapp.graph_errors import MEANINGS, Remedy
from tests.outbox.office import SECOND, Office

FOR_GOOD = {Remedy.NEVER, Remedy.OUR_FAULT, Remedy.STOP_NUMBER}
FOR_A_WHILE = {Remedy.AGAIN_LATER, Remedy.SLOW_NUMBER}


def codes(remedies: Iterable[Remedy]) -> list[int]:
    return sorted(code for code, meaning in MEANINGS.items() if meaning.remedy in remedies)


def test_the_table_knows_at_least_forty_codes_and_each_has_one_remedy() -> None:
    assert len(codes(FOR_GOOD)) + len(codes(FOR_A_WHILE)) == len(MEANINGS) >= 40


async def test_what_is_refused_for_good_fails_at_once_with_its_code_and_is_tried_once(office: Office) -> None:
    """One conversation for each code, two numbers in turn: one that is stopped must not hide the next code."""
    refused = codes(FOR_GOOD)
    sender = office.sender()
    for place, code in enumerate(refused):
        [conversation] = await office.opens_conversations(1, (SECOND, "100000000000001")[place % 2])
        office.breaks(kind="error", code=code, match={"text": f"code {code}."})
        await office.queues(conversation, f"code {code}.")
        await office.drains(sender)
    failed = await office.deliveries()
    assert [(one.status, one.error_code, one.tries) for one in failed] == [
        ("failed", code, 1) for code in refused
    ]
    assert len(office.world.sends) == len(refused)
    office.passes(2 * 3600)
    await office.drains(sender)
    assert len(office.world.sends) == len(refused)


async def test_what_passes_waits_as_its_code_says_and_leaves_then(office: Office) -> None:
    passing = codes(FOR_A_WHILE)
    sender = office.sender()
    for code in passing:
        office.passes(60)  # the number has rested
        ana, bruno = await office.opens_conversations(2)
        office.breaks(kind="error", code=code, match={"text": f"code {code}."})
        await office.queues(ana, f"code {code}.", f"behind {code}.")
        await office.drains(sender, until=office.clock())
        await office.queues(bruno, f"beside {code}.")
        await office.drains(sender, until=office.clock())
        first, behind, beside = await office.deliveries(Delivery.conversation_id.in_([ana, bruno]))
        assert (first.status, first.error_code, behind.status) == ("queued", code, "queued")
        slows_all = MEANINGS[code].remedy is Remedy.SLOW_NUMBER
        assert beside.status == ("queued" if slows_all else "sent"), code
        assert first.next_try_at is not None
        wait = (first.next_try_at - office.clock()).total_seconds()
        usual = MEANINGS[code].backoff.first_seconds
        assert usual <= wait <= usual * 1.5
        office.passes(wait)
        await office.drains(sender)
    assert {one.status for one in await office.deliveries()} == {"sent"}
    assert len(office.world.sends) == 4 * len(passing)
