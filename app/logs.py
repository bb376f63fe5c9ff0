"""One line of JSON per thing that happened; ids and kinds, never texts, phone numbers or secrets."""

import logging
import sys
from typing import Any

LIBRARIES_THAT_TELL_TOO_MUCH = (
    "httpx2",
    "httpcore2",
    "anthropic",
    "sse_starlette",
    "aiosqlite",
    "sqlalchemy.engine",
    "alembic",
)


def configure_logs(level: str = "INFO") -> None:
    """Send every logger to standard error as JSON; libraries that would log addresses or bodies only warn."""
    from pythonjsonlogger.json import JsonFormatter

    handler = logging.StreamHandler(sys.stderr)
    renamed = {"levelname": "severity", "name": "module", "asctime": "timestamp"}
    handler.setFormatter(
        JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s", rename_fields=renamed)
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in LIBRARIES_THAT_TELL_TOO_MUCH:
        logging.getLogger(name).setLevel(logging.WARNING)


def server_logs() -> dict[str, Any]:
    """uvicorn's loggers, through ours; no access log: it would hold addresses with ids and the visitors' IPs."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "loggers": {
            name: {"level": "WARNING", "propagate": True}
            for name in ("uvicorn", "uvicorn.error", "uvicorn.access")
        },
    }
