"""`python -m app doctor`: one line a check, 1 when something is wrong, no secret, and nothing is changed."""

import hashlib
import json
import os
import sqlite3
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import pytest
from sqlalchemy import text

from app.db import transaction
from app.doctor import bus, claude, postgres_server, sqlite_file, surroundings, transcriber, whatsapp
from app.doctor.checks import State, clock_check
from app.settings import HOME, Settings, load_settings
from app.simulator.config import SimulatorConfig
from app.simulator.serve import running
from app.simulator.transcripts_stage import Answer
from tests.actors import Desk, running_desk
from tests.engines import only_on
from tests.people import ANA
from tests.whatsapp.bodies import written

SECRET = hashlib.sha256(b"a secret of the tests").hexdigest()
TOKEN = "EAAG-a-token-of-the-tests"


@dataclass
class Report:
    code: int
    checks: dict[str, dict[str, Any]] = field(default_factory=dict)

    def state(self, name: str) -> str:
        return str(self.checks[name]["state"])


async def examined(settings: Settings, **changes: str) -> tuple[Report, str]:
    """The doctor as a process of its own, in the environment of this desk; its report and all it wrote."""
    environment = dict(os.environ) | {
        "RECADO_ENV": "production",
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": SECRET,
        "PUBLIC_URL": "https://desk.example.com",
        "WHATSAPP_API_URL": settings.whatsapp_api_url,
        "WHATSAPP_ACCESS_TOKEN": settings.whatsapp_access_token.get_secret_value(),
        "WHATSAPP_PHONE_NUMBER_ID": settings.whatsapp_phone_number_id,
        "WHATSAPP_BUSINESS_ACCOUNT_ID": settings.whatsapp_business_account_id,
        "WHATSAPP_APP_SECRET": "an-app-secret",
        "WHATSAPP_VERIFY_TOKEN": "a-verify-token",
    }
    command = [sys.executable, "-m", "app", "doctor", "--json"]
    run = await anyio.run_process(command, cwd=HOME, env=environment | changes, check=False)
    written = run.stdout.decode() + run.stderr.decode()
    told = json.loads(run.stdout)
    return Report(run.returncode, {check["name"]: check for check in told["checks"]}), written


async def test_a_well_installation_beside_a_running_desk_ends_with_0_and_tells_no_secret(
    database_url: str,
) -> None:
    async with running_desk(database_url, whatsapp_access_token=TOKEN) as desk:
        desk.whatsapp.world.config = with_token(desk.whatsapp.world.config)
        report, written = await examined(desk.settings)
        states = {name: check["state"] for name, check in report.checks.items()}
        is_wrong = {name for name, state in states.items() if state == "wrong"}
        assert is_wrong <= may_be_wrong(database_url), written
        assert report.code == (1 if is_wrong else 0)
        assert states["schema"] == states["token and number"] == states["webhook subscription"] == "ok"
        assert states["WhatsApp's clock"] == states["database's clock"] == states["PUBLIC_URL"] == "ok"
        for secret in (SECRET, TOKEN, "an-app-secret", "a-verify-token"):
            assert secret not in written


def may_be_wrong(database_url: str) -> set[str]:
    """The Postgres of the tests is told not to wait for the disk, which the doctor rightly finds wrong."""
    careless = {"fsync", "full_page_writes", "synchronous_commit"}
    return careless if database_url.startswith("postgresql") else set()


def with_token(config: SimulatorConfig) -> SimulatorConfig:
    from dataclasses import replace

    return replace(config, access_token=TOKEN)


async def test_each_thing_that_is_wrong_is_named_and_the_command_ends_with_1(desk: Desk) -> None:
    await desk.whatsapp.http.request(
        "DELETE",
        f"{desk.settings.whatsapp_api_url}/v26.0/{desk.settings.whatsapp_business_account_id}/subscribed_apps",
        headers={"Authorization": f"Bearer {desk.settings.whatsapp_access_token.get_secret_value()}"},
    )
    report, _ = await examined(desk.settings, SECRET_KEY="a" * 40, PUBLIC_URL="http://desk.example.com")
    assert report.code == 1
    assert report.state("SECRET_KEY") == report.state("webhook subscription") == "wrong"
    assert report.state("PUBLIC_URL") == "warning"
    assert "subscribed_apps" in report.checks["webhook subscription"]["advice"]

    report, written = await examined(desk.settings, WHATSAPP_ACCESS_TOKEN=TOKEN)
    assert report.code == 1
    assert report.state("token and number") == "wrong"
    assert "WHATSAPP_ACCESS_TOKEN" in report.checks["token and number"]["advice"]
    assert TOKEN not in written

    report, _ = await examined(desk.settings, WHATSAPP_PHONE_NUMBER_ID="5")
    assert "WHATSAPP_PHONE_NUMBER_ID" in report.checks["token and number"]["advice"]

    report, _ = await examined(desk.settings, WHATSAPP_API_URL="http://127.0.0.1:1")
    assert "not reached" in report.checks["token and number"]["says"]


async def test_settings_that_cannot_be_used_are_all_that_is_told(desk: Desk) -> None:
    report, _ = await examined(desk.settings, SECRET_KEY="short")
    assert (report.code, list(report.checks)) == (1, ["settings"])
    assert report.checks["settings"]["says"].startswith("SECRET_KEY")


async def test_an_older_schema_names_the_command(desk: Desk, database_url: str) -> None:
    async with transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    report, _ = await examined(desk.settings)
    assert report.code == 1
    assert "python -m app migrate" in report.checks["schema"]["advice"]


async def test_without_json_each_check_is_one_line(desk: Desk) -> None:
    environment = dict(os.environ) | {
        "RECADO_ENV": "test",
        "DATABASE_URL": desk.settings.database_url,
        "SECRET_KEY": SECRET,
    }
    run = await anyio.run_process(
        [sys.executable, "-m", "app", "doctor"], cwd=HOME, env=environment, check=False
    )
    lines = run.stdout.decode().splitlines()
    is_wrong = {line.split(":")[0].split()[1] for line in lines if line.startswith("wrong ")}
    assert is_wrong <= may_be_wrong(desk.settings.database_url)
    assert {line.split()[0] for line in lines} <= {"ok", "warning", "wrong"}
    assert any(line.startswith("warning  token: none is set. Set WHATSAPP_ACCESS_TOKEN") for line in lines)


@only_on("sqlite")
async def test_the_file_and_its_wal_are_left_as_they_are(desk: Desk, database_url: str) -> None:
    await desk.whatsapp.posts(written("w1", "Oi", ANA))
    path = Path(database_url.split(":///")[1])
    files = [path, Path(f"{path}-wal")]
    before = [file.read_bytes() for file in files]
    assert len(before[1]) > 0
    sqlite_file.file_checks(path)
    assert [file.read_bytes() for file in files] == before


@only_on("sqlite")
def test_a_file_that_is_damaged_or_no_database_or_has_no_wal_is_wrong(
    database_url: str, tmp_path: Path
) -> None:
    path = Path(database_url.split(":///")[1])
    states = {check.name: check.state for check in sqlite_file.file_checks(path)}
    assert states["journal mode"] == states["integrity"] == states["schema"] == State.OK

    whole = sqlite3.connect(path)
    whole.execute("PRAGMA journal_mode=DELETE")
    whole.close()
    states = {check.name: check.state for check in sqlite_file.file_checks(path)}
    assert states["journal mode"] == State.WRONG

    with path.open("r+b") as file:  # the pages of some tables, overwritten
        file.seek(8 * 4096)
        file.write(b"\x13" * 4096 * 6)
    assert State.WRONG in {
        check.state for check in sqlite_file.file_checks(path) if check.name != "journal mode"
    }

    nothing = tmp_path / "nothing.db"
    nothing.write_bytes(b"no database at all" * 100)
    assert [check.state for check in sqlite_file.file_checks(nothing)] == [State.WRONG]
    assert [check.state for check in sqlite_file.file_checks(tmp_path / "none.db")] == [State.WRONG]


def test_the_wal_reset_race_is_warned_of_below_the_version_that_mended_it() -> None:
    states = [
        sqlite_file.version_check(version).state
        for version in ((3, 51, 2), (3, 40, 1), (3, 51, 3), (3, 52, 0))
    ]
    assert states == [State.WARNING, State.WARNING, State.OK, State.OK]


@only_on("postgres")
async def test_a_server_that_may_lose_commits_is_wrong(database_url: str) -> None:
    for value, expected in (("on", State.OK), ("off", State.WRONG), ("local", State.OK)):
        told = f"options=-csynchronous_commit%3D{value}"
        address = database_url + ("&" if "?" in database_url else "?") + told
        checks = {check.name: check.state for check in await postgres_server.server_checks(address)}
        assert checks["synchronous_commit"] is expected, value
        assert checks["schema"] is State.OK


@only_on("postgres")
async def test_a_server_that_is_not_there_is_told_without_its_password(database_url: str) -> None:
    gone = "postgresql+psycopg://marta:a-password@127.0.0.1:1/recado"
    [check] = await postgres_server.server_checks(gone)
    assert check.state is State.WRONG
    assert "a-password" not in check.line


def test_connections_must_do_for_two_processes() -> None:
    assert [postgres_server.connections_check(free).state for free in (15, 20, 97)] == [
        State.WRONG,
        State.WARNING,
        State.OK,
    ]
    durable = [postgres_server.durable_check("fsync", value).state for value in ("on", "off")]
    assert durable == [State.OK, State.WRONG]
    assert postgres_server.version_check(13).state is State.WARNING


@pytest.mark.parametrize("apart", [0.5, -0.5, 4, -4, 90, -90])
def test_a_clock_that_is_wrong_is_noticed_in_both_directions(apart: float) -> None:
    expected = {0.5: State.OK, 4: State.WARNING, 90: State.WRONG}[abs(apart)]
    assert clock_check("clock", apart, tolerance_seconds=2).state is expected


def test_a_secret_of_few_characters_or_of_one_piece_is_weak() -> None:
    assert [
        surroundings.is_weak(secret) for secret in ("a" * 64, "0123456789abcdef" * 4, "short", SECRET)
    ] == [
        True,
        True,
        True,
        False,
    ]


def test_a_full_disk_is_wrong_before_it_is_full() -> None:
    sizes = (10 * 1024**2, 500 * 1024**2, 5 * 1024**3)
    assert [surroundings.room_check("disk", size).state for size in sizes] == [
        State.WRONG,
        State.WARNING,
        State.OK,
    ]


async def test_a_bus_that_answers_and_one_that_does_not(redis_server: str) -> None:
    [check] = await bus.bus_checks(redis_server)
    assert check.state is State.OK
    [check] = await bus.bus_checks("redis://:a-password@127.0.0.1:1/0")
    assert check.state is State.WRONG
    assert "a-password" not in check.line
    assert await bus.bus_checks("memory://") == []


@pytest.fixture
async def graph_settings() -> AsyncIterator[tuple[Settings, Any]]:
    config = SimulatorConfig(webhook_url="http://127.0.0.1:1", app_secret="s", verify_token="v")
    async with running(config) as (world, address):
        yield (
            load_settings(
                secret_key=SECRET,
                whatsapp_api_url=address,
                whatsapp_access_token=config.access_token,
                whatsapp_phone_number_id=config.phone_number_id,
                whatsapp_business_account_id=config.business_account_id,
            ),
            world,
        )


async def test_a_subscription_that_was_lost_is_wrong(graph_settings: tuple[Settings, Any]) -> None:
    settings, world = graph_settings
    assert {check.state for check in await whatsapp.whatsapp_checks(settings)} == {State.OK}
    world.is_subscribed = False
    checks = {check.name: check.state for check in await whatsapp.whatsapp_checks(settings)}
    assert checks["webhook subscription"] is State.WRONG


async def test_claudes_models_that_are_going_or_not_offered_are_named(database_url: str) -> None:
    async with running(SimulatorConfig("http://127.0.0.1:9/", "s", "v")) as (_world, address):
        given = {"database_url": database_url, "anthropic_base_url": address, "secret_key": "s" * 40}

        async def states(model: str, **more: str) -> dict[str, State]:
            settings = load_settings(recado_env="test", claude_model=model, **given | more)
            return {check.name: check.state for check in await claude.claude_checks(settings)}

        assert await states("claude-haiku-5-5") == {"Claude": State.OK, "model claude-haiku-5-5": State.OK}
        assert (await states("claude-sonnet-4-5"))["model claude-sonnet-4-5"] is State.WARNING
        assert (await states("gemma9"))["model gemma9"] is State.WRONG
        assert await states("any", anthropic_base_url="http://127.0.0.1:9") == {"Claude": State.WRONG}


async def test_a_transcriber_is_given_silence_and_must_answer() -> None:
    async with running(SimulatorConfig("http://127.0.0.1:9/", "s", "v")) as (world, address):

        async def check(**given: str) -> tuple[State, str]:
            settings = load_settings(**({"recado_env": "test", "secret_key": "s" * 40} | given))
            [found] = await transcriber.transcriber_checks(settings)
            return found.state, found.says

        named = {
            "transcription_url": f"{address}/v1/audio/transcriptions",
            "transcription_model": "whisper-1",
        }
        assert await check() == (State.OK, "not written down; people listen")
        assert await check(recado_env="development") == (State.OK, "written down by the simulator")
        assert await check(**named) == (State.OK, "written down by whisper-1")
        world.transcripts.answers.append(Answer(http_status=401))
        assert await check(**named) == (State.WRONG, "the transcriber gives no words (HTTP 401)")
        away = named | {"transcription_url": "http://127.0.0.1:9/"}
        assert await check(**away) == (State.WRONG, "the transcriber gives no words (ConnectError)")
        assert (await check(transcription_model="/nowhere"))[0] is State.WRONG
