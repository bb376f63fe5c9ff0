"""The short form of `python -m tests.faults`: twenty kills, and one clean stop."""

import sys
from pathlib import Path

import pytest

from tests.faults.runs import FAULTS

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and killed by signals"),
]
KILLS = {"killed-while-people-answer": 12, "killed-while-claude-answers": 8, "stopped-with-streams-open": 0}
SEED = 20_260


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in FAULTS])
async def test_nothing_is_lost_nor_sent_twice_when_the_program_is(
    name: str, database_url: str, tmp_path: Path
) -> None:
    result = await FAULTS[name](name, database_url, tmp_path, SEED, KILLS[name])
    print(result.line())
    assert result.broken == []
