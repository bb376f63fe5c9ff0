"""What an attendant's browser loads: our scripts, styles and htmx, gzipped as they travel.

Counted is what the page names itself or imports from there: all that it needs before it works. What comes once it is at
rest, or at its first use, stands beside it.
"""

import gzip
import os
import re
from collections.abc import Iterable
from tempfile import TemporaryDirectory

from app.migrate import migrate
from app.settings import database_address
from app.static_files import STATIC
from tests.actors import Browser, running_desk
from tests.bench.figure import Figure

LIMIT_KILOBYTES = 60.0
AT_FIRST_USE = {
    "the emoji picker": ("vendor/emoji/picker.js", "vendor/emoji/database.js", "vendor/emoji/pt.json"),
    "photos": ("js/viewer.js", "css/viewer.css"),
    "the palette": ("js/keyboard/palette.js",),
    "choosing messages": ("js/selecting.js", "js/copying.js", "css/selection.css"),
    "searching a thread": ("css/thread_search.css", "css/found.css"),
}


async def measure() -> list[Figure]:
    os.environ["RECADO_ENV"] = "test"
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/recado.db"
        await migrate(database_address(url))
        async with running_desk(url) as desk:
            files, outside = await loaded_by(desk.marta)
            later = await named_for_later(desk.marta)
            first, rest = [await kilobytes(desk.marta, some) for some in (files, later)]
            each = {name: await kilobytes(desk.marta, some) for name, some in AT_FIRST_USE.items()}
            page = len(gzip.compress((await desk.marta.open("/")).content)) / 1024
    return [
        Figure("page: scripts, styles and htmx, gzipped", first, "KB", limit=LIMIT_KILOBYTES),
        Figure("page: requests to other hosts", float(len(outside)), "requests", limit=0),
        Figure("its HTML, with an empty list", page, "KB"),
        Figure(f"later, once it is at rest or at the first use: {len(later)} files", rest, "KB"),
        *(Figure(f"at the first use alone: {name}", value, "KB") for name, value in each.items()),
    ]


async def kilobytes(browser: Browser, files: Iterable[str]) -> float:
    packed = {"Accept-Encoding": "gzip"}
    heads = [await browser.http.head(f"/static/{path}", headers=packed) for path in sorted(files)]
    return sum(int(head.headers["content-length"]) for head in heads) / 1024


async def named_for_later(browser: Browser) -> set[str]:
    """The static files that the inbox asks for after it works."""
    named = re.search(r'<meta name="later" content="([^"]+)"', (await browser.open("/")).text)
    assert named
    return {beside("js/inbox.js", one) for one in named[1].split()}


async def loaded_by(browser: Browser) -> tuple[set[str], set[str]]:
    """The static files that the inbox loads, followed through imports; and addresses outside of ours."""
    page = (await browser.open("/")).text
    wanted = set(re.findall(r'(?:src|href)="/static/[0-9a-f]{12}/([^"?#]+)', page))
    outside = set(re.findall(r'(?:src|href)="(https?://[^"]+)"', page))
    files: set[str] = set()
    while wanted:
        path = wanted.pop()
        if path in files or not path.endswith((".js", ".css")):
            continue
        files.add(path)
        text = (STATIC / path).read_text()
        outside |= set(re.findall(r'(?:from|import|url\()\s*["\']?(https?://[^"\')]+)', text))
        if path.endswith(".js"):  # a style comes with what it imports
            wanted |= {beside(path, one) for one in re.findall(r'(?:from|import)\s+"(\.[^"]+)"', text)}
    return files, outside


def beside(path: str, imported: str) -> str:
    """The file that `path` imports as `imported`."""
    return os.path.normpath(os.path.join(os.path.dirname(path), imported))
