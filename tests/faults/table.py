"""The table of docs/reliability.md, written by the runs themselves: each puts its own rows there, in place of older ones."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.result import Result

PAPER = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGINS, ENDS = "<!-- made by bin/faults --docs: begins -->", "<!-- made by bin/faults --docs: ends -->"
COLUMNS = (
    "fault", "engine", "on", "seed", "kills", "messages", "sends", "unknown", "lost", "twice", "broken",
    "slowest recovery", "drained in",
)  # fmt: skip
COUNTED = slice(4, 11)
TOTAL = "all"

Row = tuple[str, ...]


def write_into_the_docs(results: Sequence[Result], order: Sequence[str]) -> None:
    """Replace what stands between the marks. `order`: the names of all faults, as the table shows them."""
    before, _, rest = PAPER.read_text(encoding="utf-8").partition(BEGINS)
    table, _, after = rest.partition(ENDS)
    rows = {row[:2]: row for row in [*rows_in(table), *map(row_of, results)]}
    sorted_rows = sorted(rows.values(), key=lambda row: (order.index(row[0].strip("`")), row[1] != "sqlite"))
    PAPER.write_text(f"{before}{BEGINS}\n{table_of(sorted_rows)}\n{ENDS}{after}", encoding="utf-8")


def rows_in(table: str) -> list[Row]:
    """Those of faults that stand there."""
    cells = [tuple(cell.strip() for cell in line.split("|")[1:-1]) for line in table.splitlines()]
    return [row for row in cells if len(row) == len(COLUMNS) and row[0].startswith("`")]


def row_of(result: Result) -> Row:
    counted = (
        result.kills, result.messages, result.sends, result.unknown, result.lost, result.duplicated,
        len(result.broken),
    )  # fmt: skip
    return (
        f"`{result.name}`",
        result.engine,
        f"{datetime.now(UTC):%Y-%m-%d}",
        str(result.seed),
        *(f"{number:,}" for number in counted),
        f"{result.slowest_recovery} s",
        f"{result.drained_in} s",
    )


def table_of(rows: Sequence[Row]) -> str:
    counts = zip(*(row[COUNTED] for row in rows), strict=True)
    sums = [f"{sum(int(count.replace(',', '')) for count in column):,}" for column in counts]
    longest = [f"{max(float(row[place].removesuffix(' s')) for row in rows)} s" for place in (-2, -1)]
    lines: list[Sequence[str]] = [
        COLUMNS,
        ["---"] * len(COLUMNS),
        *rows,
        [TOTAL, "both", "", "", *sums, *longest],
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
