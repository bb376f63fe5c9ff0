"""The short form of `bin/faults`: a few deaths at boundaries of each way, some at random, and one clean stop."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from app.settings import database_address
from tests.faults.ground import Ground
from tests.faults.runs import FAULTS
from tests.postgres import one_database

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and killed by signals"),
]
KILLS = dict.fromkeys(FAULTS, 1) | {"killed-while-people-answer": 8, "killed-while-claude-answers": 6}
SEED = 20_260


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


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in FAULTS])
async def test_nothing_is_lost_nor_sent_twice_when_the_program_is(name: str, ground: Ground) -> None:
    if not FAULTS[name].runs_on(ground.engine):
        return  # this fault belongs to the other engine
    result = await FAULTS[name].run(name, ground, SEED, KILLS[name])
    print(result.line())
    assert result.broken == []
