"""Prepares a fresh machine and starts dev, test, bench or faults. All bin/_*.py: standard library only."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from _machine import WINDOWS, give_up, say
from _tools import tools_for_tests
from _venv import BASE_LOCK, DEV_LOCK, PYTHON, ROOT, prepare


def main(arguments: Sequence[str]) -> NoReturn:
    commands = {"dev": dev, "test": test, "bench": bench, "faults": faults}
    if not arguments or arguments[0] not in commands:
        give_up(f"Say which command to start: {', '.join(commands)}.")
    os.chdir(ROOT)
    commands[arguments[0]](arguments[1:])


def dev(arguments: Sequence[str]) -> NoReturn:
    prepare(BASE_LOCK)
    (ROOT / "data").mkdir(mode=0o700, exist_ok=True)  # will hold a secret and a password
    become([PYTHON, "-m", "app", "dev", *arguments], {"RECADO_ENV": "development"} | os.environ)


def bench(arguments: Sequence[str]) -> NoReturn:
    prepare(DEV_LOCK)
    environment, _ = tools_for_tests()
    become([PYTHON, "-m", "tests.bench", *arguments], environment)


def faults(arguments: Sequence[str]) -> NoReturn:
    prepare(DEV_LOCK)
    environment, _ = tools_for_tests()
    become([PYTHON, "-m", "tests.faults", *arguments], environment)


def test(arguments: Sequence[str]) -> NoReturn:
    prepare(DEV_LOCK)
    environment, missing = tools_for_tests()
    checks = {"pytest": ["pytest", *arguments]} if arguments else {**static_checks(), **whole_suite()}
    failed = [name for name, check in checks.items() if not passes(name, check, environment)]

    if failed:
        say(f"\nFailed: {', '.join(failed)}.")
    for sentence in missing:
        say(f"Left out: {sentence}")
    if missing and environment.get("CI") == "true":
        say("With CI=true nothing may be left out, so this run has failed.")
        failed.append("left out")
    sys.exit(1 if failed else 0)


def whole_suite() -> dict[str, list[str]]:
    """What overloaded would prove nothing comes last, with nothing beside it.

    A worker that died ends the run: replaced, it gets no work where tests are in groups, and xdist waits for it for ever.
    """
    at_a_time = ["-n", "3", "--dist", "loadgroup", "--max-worker-restart", "0"]
    return {
        "pytest, three at a time": ["pytest", "-m", "not alone", *at_a_time],
        "pytest, one by one": ["pytest", "-m", "alone"],
    }


def static_checks() -> dict[str, list[str]]:
    checks = {
        "ruff check": ["ruff", "check", "."],
        "ruff format": ["ruff", "format", "--check", "."],
        "mypy": ["mypy"],
    }
    if any(ROOT.glob("templates/**/*.html")):
        checks["djlint"] = ["djlint", "--lint", "--quiet", "templates"]
    return checks


def passes(name: str, module_and_arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    say(f"\n== {name}")
    return subprocess.run([PYTHON, "-m", *module_and_arguments], env=environment).returncode == 0


def become(command: Sequence[str | Path], environment: Mapping[str, str]) -> NoReturn:
    if WINDOWS:  # there exec returns to the shell at once, with the new program behind it
        sys.exit(subprocess.run(command, env=environment).returncode)
    os.execve(command[0], [str(part) for part in command], environment)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
