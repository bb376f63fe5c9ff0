"""Where tests keep their files: in memory where there is room, since every test has a database of its own made and deleted."""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # a disk in memory, where Linux has one
ENOUGH_BYTES = 4 * 1024**3
SHORT = Path("/tmp")  # not $TMPDIR: a socket's path must be short, and `nobody` must be able to reach it


def keep_in_memory() -> None:
    """From now on every temporary file of this process, and of those it starts, is in memory where there is room."""
    if has_room(MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def for_sockets() -> Path:
    """The folder for servers that listen on a socket in theirs."""
    return MEMORY if tempfile.tempdir == str(MEMORY) else SHORT


def has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= ENOUGH_BYTES
