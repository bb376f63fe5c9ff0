"""The virtual environment in .venv: made once, made again when the lock file or the Python changes."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from _machine import WINDOWS, answers, apt_install, give_up, is_debian, is_root, say

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "recado-stamp"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
BASE_LOCK = ROOT / "requirements.txt"
DEV_LOCK = ROOT / "requirements-dev.txt"  # holds all of the base, in the same versions


def prepare(lock: Path) -> None:
    """Have in .venv what `lock` names: nothing to do when it is there; what was interrupted is done again."""
    with alone():
        installed = STAMP.read_text() if STAMP.exists() and answers(PYTHON, "--version") else None
        if installed in (stamp(lock), stamp(DEV_LOCK)):
            return
        if installed != stamp(BASE_LOCK):  # else the development tools are added below a running bin/dev
            create_venv()
        STAMP.unlink(missing_ok=True)
        say(f"Installing the packages of {lock.name}; the first time this takes a minute or two.")
        if not install(lock):
            give_up("The packages could not be installed; the reason is above. To go on, start again.")
        STAMP.write_text(stamp(lock))


def stamp(lock: Path) -> str:
    """What a finished .venv carries: another lock file or another Python makes another stamp."""
    version = "{}.{}".format(*sys.version_info)
    return hashlib.sha256(version.encode() + lock.read_bytes()).hexdigest()


def create_venv() -> None:
    uv = shutil.which("uv")
    if not uv and not find_spec("ensurepip"):
        get_ensurepip()
    say(f"Making .venv with Python {sys.version.split()[0]}.")
    shutil.rmtree(VENV, ignore_errors=True)
    # Ours may be the very .venv being replaced, when it is activated; so ask for the Python beneath it.
    python: str = getattr(sys, "_base_executable", sys.executable)
    command = [uv, "venv", "--quiet", "--python", python] if uv else [python, "-m", "venv"]
    if not runs([*command, str(VENV)]):
        give_up(".venv could not be made; the reason is above.")


def install(lock: Path) -> bool:
    python = str(PYTHON)
    if uv := shutil.which("uv"):
        command = [uv, "pip", "install", "--quiet", "--python", python]
    else:
        if not answers(python, "-m", "pip", "--version"):  # uv made this .venv, and is gone
            runs([python, "-m", "ensurepip"])
        command = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    return runs([*command, "--require-hashes", "-r", str(lock)])


def runs(command: list[str]) -> bool:
    # It inherits the lock of alone(): if we are killed, the next set-up waits until this pip has ended.
    return subprocess.run(command, close_fds=False).returncode == 0


def get_ensurepip() -> None:
    package = f"python3.{sys.version_info.minor}-venv"
    if not is_debian():
        give_up("This Python cannot make virtual environments: it lacks ensurepip. Install that, or uv.")
    if not is_root():
        give_up(f"This Python cannot make virtual environments yet. Run: sudo apt-get install -y {package}")
    if not apt_install(package):
        give_up(f"apt-get could not install {package}; the reason is above.")


@contextmanager
def alone() -> Iterator[None]:
    """Only one set-up at a time in this checkout; the system lets go of the lock when its holder dies."""
    with (ROOT / ".venv.lock").open("a+") as file:
        os.set_inheritable(file.fileno(), True)
        if not take(file.fileno()):
            say("Another set-up is running here; waiting for it to end.")
            while not take(file.fileno()):
                time.sleep(0.2)
        yield


def take(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
