"""The table of docs/reliability.md, written by the run itself."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.result import Result

PAPER = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGINS, ENDS = "<!-- made by bin/faults --docs: begins -->", "<!-- made by bin/faults --docs: ends -->"
HEAD = "| fault | engine | kills | messages | sends | unknown | lost | twice | broken | slowest recovery | drained in |"


def write_into_the_docs(results: Sequence[Result]) -> None:
    """Replace what stands between the marks."""
    before, _, rest = PAPER.read_text(encoding="utf-8").partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    PAPER.write_text(f"{before}{BEGINS}\n{table_of(results)}\n{ENDS}{after}", encoding="utf-8")


def table_of(results: Sequence[Result]) -> str:
    seeds = sorted({result.seed for result in results})
    total = Result("all", seeds[0])
    for counted in ("kills", "messages", "sends", "unknown", "lost", "duplicated"):
        setattr(total, counted, sum(getattr(result, counted) for result in results))
    total.broken = [sentence for result in results for sentence in result.broken]
    total.slowest_recovery = max(result.slowest_recovery for result in results)
    total.drained_in = max(result.drained_in for result in results)
    said = f"The run of {datetime.now(UTC):%Y-%m-%d}, seed {', '.join(map(str, seeds))}."
    rows = [row_of(result, result.engine) for result in results]
    return "\n".join([said, "", HEAD, "|---" * 11 + "|", *rows, row_of(total, "both")])


def row_of(result: Result, engine: str) -> str:
    numbers = (result.kills, result.messages, result.sends, result.unknown, result.lost, result.duplicated)
    counted = " | ".join(f"{number:,}" for number in (*numbers, len(result.broken)))
    return f"| `{result.name}` | {engine} | {counted} | {result.slowest_recovery} s | {result.drained_in} s |"
