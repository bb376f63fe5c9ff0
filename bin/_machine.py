"""The machine we stand on: talking to whoever started us, running programs, Debian's packages."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

WINDOWS = sys.platform == "win32"


def say(sentence: str) -> None:
    print(sentence, flush=True)


def give_up(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr, flush=True)
    sys.exit(1)


def answers(*command: str | Path, seconds: float = 30) -> bool:
    return answer_of(*command, seconds=seconds) is not None


def answer_of(*command: str | Path, seconds: float = 30) -> str | None:
    """What the program prints, None when it cannot be started, fails or hangs."""
    return attempt(command, timeout=seconds)


def answers_to_nobody(program: Path) -> bool:
    """Whether the user without rights, who runs what root must not, can start it. For root only."""
    import pwd

    nobody = pwd.getpwnam("nobody")
    rights = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return attempt([program, "--version"], timeout=30, **rights) is not None


def attempt(command: Sequence[str | Path], **options: Any) -> str | None:
    nothing = subprocess.DEVNULL
    try:
        run = subprocess.run(command, cwd="/", stdin=nothing, capture_output=True, text=True, **options)
    except (OSError, subprocess.SubprocessError):
        return None
    return run.stdout if run.returncode == 0 else None


def is_root() -> bool:
    return not WINDOWS and os.geteuid() == 0


def is_debian() -> bool:
    return shutil.which("apt-get") is not None


def apt_install(package: str) -> bool:
    """Install with Debian's tool, waiting for its other users; a fresh machine lacks the list of packages."""
    say(f"Installing Debian's {package}.")
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    install = [*apt, "install", "-y", "--no-install-recommends", package]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}

    def run(command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    if run(install).returncode == 0:
        return True
    for _ in range(5):  # unlike the installation, the update does not wait for its lock
        if run([*apt, "update"]).returncode == 0:
            break
        time.sleep(5)
    last = run(install)
    if last.returncode != 0:
        say(last.stderr)
    return last.returncode == 0
