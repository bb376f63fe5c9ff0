"""Every door: who may come in, what a stranger gets, and what each answer carries. Read from the route table itself."""

import re
from contextlib import AsyncExitStack

import httpx2
import pytest
from sqlalchemy import text
from starlette.routing import Mount, Route

from app.db import database, reading, transaction
from app.gate import is_open
from app.routes import routes
from app.static_files import STATIC, static_release, static_url
from tests.actors import Browser, Desk, WhatsApp
from tests.bench.size import loaded_by, named_for_later
from tests.people import ANA, PAULO
from tests.whatsapp.test_webhook_outages import locked_by_another_program

# Doors that need nobody: a new one must be written here, on purpose.
OPEN = {
    "/webhooks/whatsapp", "/sign-in", "/first-run", "/healthz", "/readyz", "/static",
    "/metrics", "/favicon.ico", "/sw.js",
}  # fmt: skip
NO_PAGE = ("/live", "/api/")
HEADERS = (
    "content-security-policy", "x-content-type-options", "referrer-policy",
    "cross-origin-opener-policy", "cross-origin-resource-policy", "permissions-policy",
)  # fmt: skip
WRONG_IDS = ["-1", "0", "1e3", "1.0", "01x", str(10**18), str(10**19), "９", "1%00", "%2e%2e", "1;drop", "٣"]


def doors() -> list[tuple[str, str]]:
    """Each method and path of the program, ids filled in."""
    found = []
    for route in routes():
        if isinstance(route, Mount):
            found.append(("GET", route.path))
        assert isinstance(route, Route | Mount)
        for method in sorted(getattr(route, "methods", None) or ()):
            found.append((method, re.sub(r"\{[^}]+\}", "1", route.path)))
    return found


@pytest.fixture
async def stranger(desk: Desk) -> httpx2.AsyncClient:
    client = httpx2.AsyncClient(base_url=desk.address, trust_env=False, headers={"Accept": "text/html"})
    return await desk.stack.enter_async_context(client)


async def test_a_stranger_is_sent_to_sign_in_by_every_page_and_gets_401_from_everything_else(
    stranger: httpx2.AsyncClient,
) -> None:
    for method, path in doors():
        if path in OPEN:
            assert is_open(path if path != "/static" else "/static/x"), path
            continue
        answer = await stranger.request(method, path)
        is_page = method in ("GET", "HEAD") and not path.startswith(NO_PAGE)
        assert answer.status_code == (303 if is_page else 401), (method, path)
        if is_page:
            assert answer.headers["location"].startswith("/sign-in?next="), path
        as_fragment = await stranger.request(method, path, headers={"HX-Request": "true"})
        assert as_fragment.status_code == 401, (method, path)


async def test_a_changing_request_without_the_pages_token_is_refused_by_every_door(desk: Desk) -> None:
    marta = desk.marta
    for method, path in doors():
        if path in OPEN or method not in ("POST", "PUT", "PATCH", "DELETE"):
            continue
        for token in ({}, {"X-CSRF-Token": "of another page"}):
            assert (await marta.http.request(method, path, headers=token)).status_code == 403, path
        foreign = {"X-CSRF-Token": marta.token, "Origin": "https://elsewhere.example"}
        assert (await marta.http.request(method, path, headers=foreign)).status_code == 403, path


async def test_what_only_admins_may_is_refused_to_attendants(desk: Desk) -> None:
    paulo = await desk.attendant(PAULO)
    assert (await paulo.open("/settings/journal")).status_code == 403
    assert (await desk.marta.open("/settings/journal")).status_code == 200
    for browser, answer in ((paulo, 403), (desk.marta, 303)):
        fields = {"business_name": "Loja Inventada"}
        assert (await browser.post("/settings/installation", fields, htmx=False)).status_code == answer
    assert 'name="business_name"' not in (await paulo.open("/settings")).text


@pytest.mark.parametrize("wrong", WRONG_IDS)
async def test_an_address_that_names_no_conversation_is_404_at_every_door(desk: Desk, wrong: str) -> None:
    marta = desk.marta
    for route in routes():
        if not isinstance(route, Route) or "{conversation_id}" not in route.path:
            continue
        path = route.path.replace("{conversation_id}", wrong).replace("{message_id}", "1")
        for method in sorted((route.methods or set()) - {"HEAD"}):
            fields = {"text": "oi", "mode": "off", "up_to": "1", "mark": "pin"}
            answer = await (
                marta.post(path, fields) if method == "POST" else marta.http.request(method, path)
            )
            assert answer.status_code == 404, (method, path)


async def test_a_missing_conversation_says_so_on_its_page(marta: Browser, whatsapp: WhatsApp) -> None:
    await whatsapp.says(ANA, "oi")
    conversation = await marta.conversation_with(ANA.name)
    missing = await marta.open(f"/c/{conversation + 1}")
    assert missing.status_code == 404
    assert "Esta conversa não existe" in missing.text
    assert 'href="/"' in missing.text
    assert (await marta.post(f"/c/{conversation}/messages/999/attempts")).status_code in (404, 422)
    assert (await marta.open("/no/such/page")).status_code == 404


async def test_every_answer_carries_the_security_headers(desk: Desk, stranger: httpx2.AsyncClient) -> None:
    style = re.findall(r'href="(/static/[^"]+\.css[^"]*)"', (await desk.marta.open("/")).text)[0]
    answers = [
        await stranger.get("/"),
        await stranger.get("/sign-in"),
        await stranger.get("/healthz"),
        await stranger.get("/readyz"),
        await stranger.get("/nothing"),
        await stranger.get("/live"),
        await stranger.get(style),
        await stranger.get("/static/none.css"),
        await stranger.post("/webhooks/whatsapp", content=b"{}"),
        await stranger.post("/sign-in", content=b"x" * 2_000_000),
        await stranger.request("DELETE", "/sign-in"),
        await desk.marta.open("/"),
        await desk.marta.open("/c/77"),
        await desk.marta.get("/live/poll?after=0&wait=0"),
    ]
    for answer in answers:
        for name in HEADERS:
            assert name in answer.headers, (name, answer.request.url, answer.status_code)
        if not answer.request.url.path.startswith("/static/"):
            assert "no-store" in answer.headers["cache-control"] or answer.headers[
                "cache-control"
            ].startswith("no-")


async def test_a_static_file_is_kept_for_ever_only_under_its_release(
    desk: Desk, stranger: httpx2.AsyncClient
) -> None:
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', (await desk.marta.open("/")).text)
    assert len(addresses) > 5
    for address in addresses:
        kept = await stranger.get(address)
        assert kept.status_code == 200
        assert "immutable" in kept.headers["cache-control"]
        for release in ("", "0123456789ab/"):  # none, and one that a page from before an update names
            other = await stranger.get(address.replace(f"{static_release()}/", release))
            assert (other.status_code, other.headers["cache-control"]) == (200, "no-cache")


async def test_a_page_names_every_module_that_it_will_load(marta: Browser, desk: Desk) -> None:
    page = (await marta.open("/")).text
    named = set(re.findall(r'<link rel="modulepreload" href="([^"]+)"', page))
    loaded, _ = await loaded_by(marta)
    assert {static_url(path) for path in loaded if path.startswith("js/")} - {static_url("js/inbox.js")} <= (
        named | set(re.findall(r'<script src="([^"]+)"', page))
    )


async def test_a_page_says_what_it_will_load_later_and_all_of_that_is_there(
    marta: Browser, stranger: httpx2.AsyncClient
) -> None:
    first, _ = await loaded_by(marta)
    later = await named_for_later(marta)
    assert "js/outgoing.js" in later
    assert not later & first
    for path in later:
        answer = await stranger.get(static_url(path))
        assert (answer.status_code, path.endswith(".js") and "// " in answer.text) == (200, False)


async def test_a_script_is_handed_out_without_its_comments_and_with_its_lines(
    stranger: httpx2.AsyncClient,
) -> None:
    for path in (STATIC / "js").rglob("*.js"):
        written = path.read_text(encoding="utf-8").splitlines()
        handed_out = (await stranger.get(static_url(path.relative_to(STATIC).as_posix()))).text.splitlines()
        assert len(handed_out) == len(written)
        for line, left in zip(written, handed_out, strict=True):
            comment = line.strip().removeprefix(left).strip()
            assert line.strip().startswith(left), (path.name, line)
            assert comment == "" or comment.startswith("//"), (path.name, line)
            assert not comment or left.count('"') % 2 == 0, (path.name, line)  # else it was in what is said


async def test_no_file_outside_is_served(stranger: httpx2.AsyncClient) -> None:
    assert (await stranger.get(f"/static/{static_release()}/%2e%2e/app/main.py")).status_code == 404
    assert (await stranger.get("/static/%2e%2e/app/main.py")).status_code == 404


async def test_a_static_text_comes_packed_or_plain_and_not_at_all_to_who_has_it(
    stranger: httpx2.AsyncClient,
) -> None:
    address, plain = "/static/css/base.css", (STATIC / "css" / "base.css").read_bytes()
    for encoding in ("gzip", "identity"):
        answer = await stranger.get(address, headers={"Accept-Encoding": encoding})
        assert answer.headers.get("content-encoding") == ("gzip" if encoding == "gzip" else None)
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.content == plain
        again = await stranger.get(address, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert (await stranger.head(address)).content == b""
    for strange in (
        "/static/css",
        "/static/css/none.css",
        "/static/" + "a" * 999 + ".css",
        "/static/a%00.css",
    ):
        assert (await stranger.get(strange)).status_code == 404, strange


async def test_a_style_comes_with_those_that_it_imports_in_their_order(
    stranger: httpx2.AsyncClient,
) -> None:
    style = STATIC / "css" / "inbox_page.css"
    names = re.findall(r'@import "./(.*?)";', style.read_text())
    answer = (await stranger.get("/static/css/inbox_page.css")).text
    assert "@import" not in answer
    assert "/*" not in answer
    rules = [without_comments((STATIC / "css" / name).read_text()) for name in names]
    places = [answer.find(rule) for rule in rules]
    assert -1 not in places
    assert places == sorted(places)


def without_comments(style: str) -> str:
    return re.sub(r"^ +", "", re.sub(r"/\*.*?\*/\s*", "", style, flags=re.S), flags=re.M)


async def test_healthz_answers_while_every_connection_to_the_database_is_taken(
    stranger: httpx2.AsyncClient,
) -> None:
    async with AsyncExitStack() as taken:
        for look in [transaction, *[reading] * (8 if database().is_sqlite else 14)]:
            session = await taken.enter_async_context(look())
            await session.execute(text("UPDATE live_seq SET n = n" if look is transaction else "SELECT 1"))
        answer = await stranger.get("/healthz", timeout=2)
        assert (answer.status_code, answer.text) == (200, "ok")


async def test_readyz_names_each_check_and_says_when_the_schema_is_older(
    stranger: httpx2.AsyncClient,
) -> None:
    ready = await stranger.get("/readyz")
    assert ready.status_code == 200
    assert set(ready.json().values()) == {True}

    async with transaction() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    unready = await stranger.get("/readyz")
    assert unready.status_code == 503
    assert unready.json() == ready.json() | {"schema": False}


async def test_readyz_says_when_the_database_takes_no_write(
    database_url: str, stranger: httpx2.AsyncClient
) -> None:
    async with locked_by_another_program(database_url):
        unready = await stranger.get("/readyz", timeout=15)
    assert unready.status_code == 503
    assert unready.json()["database"] is False
