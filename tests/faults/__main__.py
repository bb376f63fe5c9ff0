"""`python -m tests.faults [NAME…] [--json] [--seed N] [--kills N]`: the long form, as `bin/faults` starts it."""

import argparse
import secrets
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio

from app.migrate import migrate
from app.settings import database_address
from tests.faults.runs import FAULTS, Result


def main() -> int:
    asked = argparse.ArgumentParser(
        prog="python -m tests.faults", description="Kill the app and count what it lost."
    )
    asked.add_argument("names", nargs="*", choices=[[], *FAULTS], metavar="NAME", help=", ".join(FAULTS))
    asked.add_argument("--json", action="store_true", help="one JSON object per fault and nothing else")
    asked.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    asked.add_argument("--kills", type=int, default=200)
    wish = asked.parse_args()
    results = [tell(anyio.run(run, name, wish.seed, wish.kills), wish.json) for name in wish.names or FAULTS]
    return 1 if any(result.broken for result in results) else 0


async def run(name: str, seed: int, kills: int) -> Result:
    with TemporaryDirectory() as folder:
        url = database_address(f"sqlite:///{folder}/recado.db")
        await migrate(url)
        try:
            return await FAULTS[name](name, url, Path(folder), seed, kills)
        except AssertionError as broken:
            return Result(name, seed, kills, broken=[str(broken)])


def tell(result: Result, as_json: bool) -> Result:
    if as_json:
        print(result.line(), flush=True)
        return result
    print(
        f"{result.name} (seed {result.seed}): {result.kills} kills, {result.messages} messages, {result.sends} sends,"
        f" {result.unknown} unknown, {result.lost} lost, {result.duplicated} duplicated,"
        f" slowest recovery {result.slowest_recovery} s, {result.seconds} s in all"
    )
    for sentence in result.broken:
        print(f"  BROKEN {sentence}")
    return result


if __name__ == "__main__":
    sys.exit(main())
