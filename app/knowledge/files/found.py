"""What comes out of a file, or why nothing does. Known on both sides of the process in which files are read."""

from dataclasses import dataclass
from enum import StrEnum

MOST_CHARACTERS = 2_000_000  # of all that one file says


@dataclass(frozen=True)
class Found:
    """One article's worth. `title` is "" where the file has none of its own; `body` is Markdown."""

    title: str
    body: str


class Why(StrEnum):
    """Why a file cannot be read."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MUCH = "too_much"  # reading it takes more time or memory than a file may
    DAMAGED = "damaged"
    UNKNOWN = "unknown"
    OLD_WORD = "old_word"
    LOCKED = "locked"
    NO_TEXT = "no_text"  # a scan: pictures of pages
    NO_COLUMNS = "no_columns"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_PAGES = "too_many_pages"
    NO_TIME = "no_time"  # the files before it took all of it


class Unreadable(Exception):
    def __init__(self, why: Why) -> None:
        super().__init__(str(why))
        self.why = why


def bounded(texts: list[str]) -> list[str]:
    """Raises Unreadable when it is more than a file may say."""
    if sum(map(len, texts)) > MOST_CHARACTERS:
        raise Unreadable(Why.TOO_MUCH)
    return texts
