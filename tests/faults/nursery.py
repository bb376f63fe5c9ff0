"""Starts the program again and again without importing it again: a process that has read the code waits to be forked.

`python -m tests.faults.nursery PORT`. A line "start" on standard input forks a server, as `uvicorn app.main:app` would
be, and prints its process id; "start NAME:N" forks one that dies at the N-th passing of that boundary. "reap" waits for
the end of the last one and prints its wait status.
"""

import os
import signal
import sys

import uvicorn

import app.main
from app import boundaries
from app.logs import server_logs


def serve(port: int) -> None:
    uvicorn.run(
        "app.main:app",
        host="127.0.0.1",
        port=port,
        log_config=server_logs(),
        access_log=False,
        timeout_graceful_shutdown=5,
    )


def read_the_code() -> None:
    """Whatever the first request would import."""
    import alembic.command
    import httptools
    import uvicorn.protocols.http.httptools_impl
    import uvicorn.protocols.websockets.auto
    import uvloop

    from app import jobs_table, models
    from app.routes import routes

    if "--with-claude" in sys.argv:
        import anthropic
        import anthropic.resources.messages  # most of the SDK

        del anthropic
    assert all((alembic, httptools, uvicorn, uvloop, app.main, jobs_table, models, list(routes())))


def main(port: int) -> None:
    read_the_code()
    print("ready", flush=True)
    newborn = 0
    for line in sys.stdin:
        if line.strip() == "reap":
            print(os.waitpid(newborn, 0)[1], flush=True)
            continue
        newborn = os.fork()
        if newborn == 0:
            boundaries.arm(line.removeprefix("start").strip())
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDWR), 0)
            os.dup2(2, 1)
            serve(port)
            os._exit(0)
        print(newborn, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
