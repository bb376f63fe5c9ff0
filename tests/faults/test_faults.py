"""The short form of `bin/faults`: a death at each boundary, some at random, a stop, a roll-out and a dead bus."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from app.boundaries import Boundary
from app.settings import database_address
from tests.faults.acts import ACTS
from tests.faults.deaths import killed_in_turn
from tests.faults.ground import ENGINES, Ground
from tests.faults.runs import FAULTS
from tests.postgres import one_database

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and killed by signals"),
]
ON: dict[str, list[pytest.MarkDecorator]] = {"sqlite": [], "postgres": [pytest.mark.postgres]}

# What the short form tries, on which engine, and how often. The rest is for `bin/faults`.
KILLS = {
    ("sqlite", "killed-while-people-answer"): 3,
    ("postgres", "killed-while-people-answer"): 3,
    ("postgres", "killed-while-claude-answers"): 3,
    ("sqlite", "stopped-while-busy"): 1,
    ("postgres", "bus-of-redis-dies"): 1,
    ("postgres", "rolled-out-under-load"): 2,
}
SEED = 20_260


def marks_of(engine: str, name: str) -> list[pytest.MarkDecorator]:
    by_itself = [pytest.mark.alone] if FAULTS[name].is_alone else []
    return [pytest.mark.xdist_group(name), *by_itself, *ON[engine]]


CASES = [pytest.param(*case, marks=marks_of(*case)) for case in KILLS]


@pytest.fixture
def ground(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Ground]:
    empty = request.getfixturevalue(f"migrated_on_{engine}")
    with ExitStack() as stack:

        async def database() -> str:
            if engine == "postgres":
                return stack.enter_context(one_database(*empty))
            copy = tmp_path / f"{uuid4().hex}.db"
            shutil.copy(empty, copy)
            return database_address(f"sqlite:///{copy}")

        yield Ground(engine, tmp_path, database)


@pytest.mark.parametrize(("engine", "name"), CASES, indirect=["engine"])
async def test_nothing_is_lost_nor_sent_twice_when_the_program_is(name: str, ground: Ground) -> None:
    result = await FAULTS[name].run(name, ground, SEED, KILLS[ground.engine, name])
    print(result.line())
    assert result.broken == []


@pytest.mark.xdist_group("boundaries")
async def test_nothing_is_lost_nor_sent_twice_at_any_boundary(ground: Ground) -> None:
    """Every second one on either engine, each in the middle of another act."""
    boundaries = list(Boundary)[ENGINES.index(ground.engine) :: 2]
    lives = [(boundary, ACTS[number % len(ACTS)]) for number, boundary in enumerate(boundaries)]
    result = await killed_in_turn("killed-at-boundaries", ground, SEED, lives)
    print(result.line())
    assert result.broken == []
