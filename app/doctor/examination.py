"""All checks, one after the other; it reads the same environment as the server and may run beside it."""

import json
from pathlib import Path

from sqlalchemy.engine import make_url

from app.doctor.bus import bus_checks
from app.doctor.checks import Check, State, ok, wrong
from app.doctor.claude import claude_checks
from app.doctor.postgres_server import server_checks
from app.doctor.sqlite_file import file_checks
from app.doctor.surroundings import disk_checks, settings_checks
from app.doctor.transcriber import transcriber_checks
from app.doctor.whatsapp import whatsapp_checks
from app.settings import Settings, WrongSettings, load_settings


async def examine() -> list[Check]:
    """Everything; with settings that cannot be used only what is wrong with them."""
    try:
        settings = load_settings()
    except WrongSettings as fault:
        return [wrong("settings", line, "Change the environment or .env") for line in str(fault).splitlines()]
    return [
        *settings_checks(settings),
        *await database_checks(settings),
        *disk_checks(settings),
        *await bus_checks(settings.bus_url),
        *await whatsapp_checks(settings),
        *await claude_checks(settings),
        *await transcriber_checks(settings),
    ]


async def database_checks(settings: Settings) -> list[Check]:
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite":
        return await server_checks(settings.database_url)
    return [*file_checks(Path(url.database or "")), ok("database's clock", "this machine's")]


def is_well(checks: list[Check]) -> bool:
    return all(check.state is not State.WRONG for check in checks)


def as_json(checks: list[Check]) -> str:
    told = [
        {"name": check.name, "state": check.state, "says": check.says, "advice": check.advice}
        for check in checks
    ]
    return json.dumps({"is_well": is_well(checks), "checks": told}, indent=2, ensure_ascii=False)
