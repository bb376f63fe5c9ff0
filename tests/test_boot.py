import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from _tools import BROWSERS, KEPT_FROM_TESTS, first_that_answers
from _venv import BASE_LOCK, DEV_LOCK, ROOT, stamp
from tests.postgres import running_postgres

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs played here are shell scripts")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_lock_file_always_gives_the_same_stamp_until_it_changes(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("starlette==1.10.0\n")
    before = stamp(lock)
    assert stamp(lock) == before

    lock.write_text("starlette==1.10.1\n")
    assert stamp(lock) != before


def test_the_two_lock_files_pin_the_same_versions_so_that_one_can_be_added_to_the_other() -> None:
    def pins(lock: Path) -> set[str]:
        lines = lock.read_text().splitlines()
        return {line.rstrip(" \\") for line in lines if "==" in line and line[0].isalnum()}

    assert pins(BASE_LOCK) < pins(DEV_LOCK)


def test_a_lock_file_names_no_address_to_download_from() -> None:
    for lock in (BASE_LOCK, DEV_LOCK):
        assert "://" not in lock.read_text()


def test_a_browser_that_is_only_an_empty_shell_is_passed_over(programs: Path) -> None:
    program(programs / "chromium", "echo 'Please install the snap, version 1.0' >&2; exit 1")
    chrome = program(programs / "google-chrome", "echo 'Google Chrome 156.0.8078.79'")
    assert first_that_answers(BROWSERS) == str(chrome)


def test_a_browser_that_succeeds_without_telling_a_version_is_passed_over(programs: Path) -> None:
    program(programs / "chromium", "exit 0")
    assert first_that_answers(["chromium"]) is None


def test_chromium_is_preferred_to_other_browsers(programs: Path) -> None:
    program(programs / "microsoft-edge", "echo 'Microsoft Edge 156.0.1'")
    chromium = program(programs / "chromium", "echo 'Chromium 156.0.8078.79'")
    assert first_that_answers(BROWSERS) == str(chromium)


def test_nothing_is_found_where_no_browser_is(programs: Path) -> None:
    assert first_that_answers(["chromium"]) is None


@pytest.mark.parametrize("name", ["ANTHROPIC_API_KEY", "WHATSAPP_ACCESS_TOKEN", "DATABASE_URL", "PORT"])
def test_a_test_run_never_sees_what_leads_to_a_real_service(name: str) -> None:
    assert KEPT_FROM_TESTS.fullmatch(name)


@pytest.mark.parametrize("name", ["PATH", "CI", "TEST_DATABASE_URL", "CHROMIUM", "PIP_INDEX_URL"])
def test_a_test_run_keeps_what_it_works_with(name: str) -> None:
    assert not KEPT_FROM_TESTS.fullmatch(name)


def test_a_command_passes_over_a_python_that_is_broken_or_too_old(programs: Path) -> None:
    program(programs / "python3", "echo 'pyenv: python3: command not found' >&2; exit 127")
    program(programs / "python3.14", "exit 1")
    program(programs / "python3.13", 'case "$1" in -c) exit 0;; esac; shift; echo "$@"')
    for tool in ("dirname", "basename"):
        (programs / tool).symlink_to(f"/usr/bin/{tool}")

    started = subprocess.run(
        ["/bin/sh", ROOT / "bin" / "test", "-k", "two words"], capture_output=True, text=True, check=True
    )
    assert started.stdout == "test -k two words\n"


@pytest.mark.postgres
@pytest.mark.skipif("RECADO_POSTGRES_BIN" not in os.environ, reason="bin/test found no PostgreSQL server")
def test_a_throw_away_postgres_answers_and_leaves_nothing_behind() -> None:
    with running_postgres(Path(os.environ["RECADO_POSTGRES_BIN"])) as server:
        url = make_url(server.address).set(drivername="postgresql")
        folder = Path(str(url.query["host"]))
        with psycopg.connect(url.render_as_string()) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("off",)
            assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
    assert not folder.exists()
