"""`bin/bench [NAME…] [--json]`: measures what the docs claim, as ratios in one run; one JSON line a figure with --json."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from tests.bench import arrival, draft, fanout, intake, opening, retrieval, search, size, stop, storm, thread
from tests.bench.figure import Figure

BENCHES: dict[str, Callable[[], Coroutine[Any, Any, list[Figure]]]] = {
    "size": size.measure,
    "arrival": arrival.measure,
    "intake": intake.measure,
    "storm": storm.measure,
    "fanout": fanout.measure,
    "stop": stop.measure,
    "thread": thread.measure,
    "open": opening.measure,
    "draft": draft.measure,
    "search": search.measure,
    "retrieval": retrieval.measure,
}


def main(arguments: list[str]) -> int:
    names = [one for one in arguments if not one.startswith("-")] or list(BENCHES)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"There is no bench called {unknown[0]}. There are: {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    for name in names:
        for figure in asyncio.run(BENCHES[name]()):
            print(json.dumps(figure.as_dict()) if "--json" in arguments else figure.sentence(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
