"""A file that somebody brings, as articles: read in a process of its own, which is ended when it takes too long."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from weakref import WeakKeyDictionary

from app.i18n import N_
from app.knowledge.files.found import Found, Unreadable, Why
from app.media import names
from app.settings import HOME

MOST_BYTES = 20 * 1024 * 1024
PATIENCE_SECONDS = 30.0  # by the clock; of the processor a file gets less (`files/apart.py`)
AT_ONCE = 2
KEPT_OF_SURROUNDINGS = ("PATH", "SYSTEMROOT", "PYTHONPATH", "LANG", "LC_ALL")
TABLES, PAGES = (".csv", ".tsv"), (".html", ".htm")

WORDS: dict[Why, str] = {
    Why.EMPTY: N_("There is no text in it."),
    Why.TOO_LARGE: N_("It is larger than 20 MB."),
    Why.TOO_MUCH: N_("Reading it would take too much time or memory. Divide it, or save its text alone."),
    Why.DAMAGED: N_("It is damaged, or not what its name says."),
    Why.UNKNOWN: N_("It is none of the kinds that can be read: text, Markdown, PDF, Word (.docx), CSV."),
    Why.OLD_WORD: N_("It is in Word's old format. Save it as .docx and try again."),
    Why.LOCKED: N_("It is protected by a password. Save it without one and try again."),
    Why.NO_TEXT: N_(
        "It holds pictures and no text, as scans do. Save it with recognised text (OCR) and try again."
    ),
    Why.NO_COLUMNS: N_("Its first row must name the columns: question and answer, or pergunta and resposta."),
    Why.TOO_MANY_ROWS: N_("It has more than 2,000 rows. Divide it."),
    Why.TOO_MANY_PAGES: N_("It has more than 300 pages. Divide it."),
    Why.NO_TIME: N_("The files before it took too long. Import it once more by itself."),
}

places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


def kind_of(content: bytes, name: str) -> str:
    """By what it holds; among texts by the name. Raises Unreadable."""
    ending = Path(name).suffix.lower()
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        return "docx"
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(Why.OLD_WORD)
    return "faq" if ending in TABLES else "web" if ending in PAGES else "text"


async def articles_in(content: bytes, name: str) -> Sequence[Found]:
    """Each with a title and words. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(Why.TOO_LARGE)
    if not content.strip():
        raise Unreadable(Why.EMPTY)
    found = await apart(kind_of(content, name), content)
    titled = [Found((one.title or title_of(name))[:200], one.body) for one in found if one.body.strip()]
    if not titled:
        raise Unreadable(Why.EMPTY)
    return titled


def title_of(name: str) -> str:
    """What a file's name says: "politica_de_trocas.pdf" becomes "politica de trocas"."""
    harmless = names.harmless(name)
    return " ".join(Path(harmless).stem.replace("_", " ").split()) or harmless or name[:200]


async def apart(kind: str, content: bytes) -> Sequence[Found]:
    """Raises Unreadable."""
    loop = asyncio.get_running_loop()
    async with places.setdefault(loop, asyncio.Semaphore(AT_ONCE)):
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.knowledge.files.apart", kind),
            cwd=HOME,
            env={name: os.environ[name] for name in KEPT_OF_SURROUNDINGS if name in os.environ},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                told, _ = await child.communicate(content)
        except TimeoutError:
            raise Unreadable(Why.TOO_MUCH) from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    return heard(told) if child.returncode == 0 else gave_up()


def heard(told: bytes) -> Sequence[Found]:
    answer = json.loads(told)
    if isinstance(answer, dict):
        raise Unreadable(Why(answer["why"]))
    return [Found(title, body) for title, body in answer]


def gave_up() -> Sequence[Found]:
    """The system has ended it: it went beyond its limits."""
    raise Unreadable(Why.TOO_MUCH)
