"""What an attendant's browser loads: our scripts, styles and htmx, gzipped as they travel."""

import os
import re
from tempfile import TemporaryDirectory

from app.migrate import migrate
from app.settings import database_address
from app.static_files import STATIC
from tests.actors import Browser, running_desk
from tests.bench.figure import Figure

LIMIT_KILOBYTES = 60.0


async def measure() -> list[Figure]:
    os.environ["RECADO_ENV"] = "test"
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/recado.db"
        await migrate(database_address(url))
        async with running_desk(url) as desk:
            files, outside = await loaded_by(desk.marta)
            packed = {"Accept-Encoding": "gzip"}
            heads = [await desk.marta.http.head(f"/static/{path}", headers=packed) for path in files]
    kilobytes = sum(int(head.headers["content-length"]) for head in heads) / 1024
    return [
        Figure("page: scripts, styles and htmx, gzipped", kilobytes, "KB", limit=LIMIT_KILOBYTES),
        Figure("page: requests to other hosts", float(len(outside)), "requests", limit=0),
    ]


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
