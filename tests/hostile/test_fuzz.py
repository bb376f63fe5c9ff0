"""A short run of the fuzzer; a long one is `python -m tests.hostile.fuzz --seed N --count N`."""

from tests.actors import Desk
from tests.hostile.fuzz import fuzz
from tests.hostile.mutations import form, webhook_body

SEED, MANY = 20261121, 300


async def test_mutated_webhooks_are_answered_200_and_mutated_forms_never_5xx(desk: Desk) -> None:
    await fuzz(desk, SEED, 0, MANY)


def test_a_seed_makes_the_same_bodies_again_and_another_others() -> None:
    row = [webhook_body(SEED, number) for number in range(50)]
    assert row == [webhook_body(SEED, number) for number in range(50)]
    assert row[7:] != [webhook_body(SEED + 1, number) for number in range(7, 50)]
    assert len(set(row)) > 45
    assert form(SEED, 3) == form(SEED, 3)
