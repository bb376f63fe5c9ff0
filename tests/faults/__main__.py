"""`python -m tests.faults [NAME…]`: the long form, as `bin/faults` starts it."""

import argparse
import secrets
import sys
import traceback
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import anyio

from tests.faults.ground import ENGINES, ground_on
from tests.faults.result import Result
from tests.faults.runs import FAULTS
from tests.faults.table import write_into_the_docs

AT_ONCE = 3  # faults tried at the same time: each mostly waits


def main() -> int:
    asked = argparse.ArgumentParser(
        prog="bin/faults", description="Break the world around the program and count what it lost."
    )
    asked.add_argument("names", nargs="*", choices=[[], *FAULTS], metavar="NAME", help=", ".join(FAULTS))
    asked.add_argument("--engine", choices=ENGINES, help="one alone; both by default")
    asked.add_argument("--json", action="store_true", help="one JSON object per fault and nothing else")
    asked.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    asked.add_argument(
        "--kills", type=int, default=12, help="at each boundary; at random moments ten times as many"
    )
    asked.add_argument(
        "--docs", action="store_true", help="put the results into the table of docs/reliability.md"
    )
    wish = asked.parse_args()
    tries = [
        (name, engine)
        for name in wish.names or FAULTS
        for engine in ([wish.engine] if wish.engine else ENGINES)
        if FAULTS[name].runs_on(engine)
    ]
    attempt = partial(tried, seed=wish.seed, kills=wish.kills, as_json=wish.json)
    results = list[Result]()
    for is_alone, at_once in ((False, AT_ONCE), (True, 1)):
        now = [one for one in tries if FAULTS[one[0]].is_alone is is_alone]
        with ProcessPoolExecutor(at_once) as hands:
            results += hands.map(attempt, *zip(*now, strict=True))
    if wish.docs:
        write_into_the_docs(results, list(FAULTS))
    return 1 if any(result.broken for result in results) else 0


def tried(name: str, engine: str, *, seed: int, kills: int, as_json: bool) -> Result:
    return tell(anyio.run(run, name, engine, seed, kills), as_json)


async def run(name: str, engine: str, seed: int, kills: int) -> Result:
    fault = FAULTS[name]
    async with ground_on(engine) as ground:
        try:
            return await fault.run(name, ground, seed, kills * fault.times)
        except Exception as broken:  # the others are tried all the same
            traceback.print_exc()
            return Result(name, seed, engine, broken=[f"{type(broken).__name__}: {broken}"])


def tell(result: Result, as_json: bool) -> Result:
    if as_json:
        print(result.line(), flush=True)
        return result
    print(
        f"{result.name} on {result.engine} (seed {result.seed}): {result.kills} kills, {result.messages} messages,"
        f" {result.sends} sends, {result.unknown} unknown, {result.lost} lost, {result.duplicated} duplicated,"
        f" slowest recovery {result.slowest_recovery} s, {result.seconds} s in all",
        flush=True,
    )
    for sentence in result.broken:
        print(f"  BROKEN {sentence}", flush=True)
    return result


if __name__ == "__main__":
    sys.exit(main())
