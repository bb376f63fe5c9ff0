"""The short form of `bin/faults`: a few deaths at boundaries of each way, some at random, and one clean stop."""

import shutil
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from app.settings import database_address
from tests.faults.ground import Ground
from tests.faults.runs import FAULTS
from tests.postgres import new_database

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and killed by signals"),
]
KILLS = dict.fromkeys(FAULTS, 1) | {"killed-while-people-answer": 8, "killed-while-claude-answers": 6}
SEED = 20_260


@pytest.fixture
def ground(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Ground:
    if engine == "postgres":
        server, template = request.getfixturevalue("migrated_on_postgres")
    else:
        empty = request.getfixturevalue("migrated_on_sqlite")

    async def database() -> str:
        if engine == "postgres":
            return new_database(server, template)
        copy = tmp_path / f"{uuid4().hex}.db"
        shutil.copy(empty, copy)
        return database_address(f"sqlite:///{copy}")

    return Ground(engine, tmp_path, database)


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in FAULTS])
async def test_nothing_is_lost_nor_sent_twice_when_the_program_is(name: str, ground: Ground) -> None:
    if not FAULTS[name].runs_on(ground.engine):
        return  # this fault belongs to the other engine
    result = await FAULTS[name].run(name, ground, SEED, KILLS[name])
    print(result.line())
    assert result.broken == []
