"""A page of the web becomes a draft; nobody's address leads us into our own network, and each failure is a sentence."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape

import httpx2
import pytest
from sqlalchemy import select

from app.db import reading, transaction
from app.errors import Invalid
from app.knowledge import articles, sites
from app.knowledge.articles import Wanted
from app.knowledge.models import KnowledgeArticle
from app.knowledge.sites import Sites, address_of, differences
from app.media.guard import WrongAddress, is_public, route_out
from tests.actors import Browser, Desk
from tests.knowledge.test_pages import sends, version_in, written
from tests.media.files import canary
from tests.media.test_guard import HOSTILE, Names
from tests.people import PAULO

PUBLIC, PRIVATE = "157.240.0.35", "10.0.0.7"
SHOP = "https://loja.example/precos"
LONG = "Entregamos em toda a cidade de segunda a sábado, das nove às dezoito horas. " * 4


def html(body: str) -> bytes:
    return f"<title>Preços</title><nav>Menu</nav><main><h1>Frete</h1><p>{LONG}<p>{body}</main><footer>c</footer>".encode()


def answer(
    body: bytes, kind: str = "text/html; charset=utf-8", status: str = "200 OK", more: str = ""
) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{more}\r\n"
    return head.encode() + body


@dataclass
class Site:
    """A site of somebody else's: what it answers by path, and the first lines of what it was asked."""

    answers: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    port: int = 0


@asynccontextmanager
async def site() -> AsyncIterator[Site]:
    made = Site()

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).decode()
        made.asked.append(asked)
        path = asked.split()[1]
        if path in made.answers:
            writer.write(made.answers[path])
            await writer.drain()
        else:
            await reader.read()  # silent, until the other side has had enough
        writer.close()

    server = await asyncio.start_server(respond, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


class Internet(httpx2.AsyncBaseTransport):
    """The way from here to the site, which for the test lies on this machine: who connects must have named a public place."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.way = httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        assert is_public(request.url.host), request.url
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self.port)
        return await self.way.handle_async_request(request)

    async def aclose(self) -> None:
        await self.way.aclose()


async def places(host: str) -> Sequence[str]:
    """Names with "dentro" lead into a private network."""
    return [PRIVATE] if "dentro" in host else [PUBLIC]


@asynccontextmanager
async def asking(there: Site, patience_seconds: float = 15) -> AsyncIterator[Sites]:
    transport = Internet(there.port)
    async with Sites(resolve=places, transport=transport, patience_seconds=patience_seconds) as asked:
        yield asked


async def test_the_main_part_of_a_page_is_read_and_nothing_else() -> None:
    async with site() as there, asking(there) as asked:
        there.answers["/precos"] = answer(html("R$ 12"))
        found = await asked.read(SHOP)
    assert found.title == "Preços"
    assert found.body == f"# Frete\n\n{LONG.strip()}\n\nR$ 12"
    assert "Host: loja.example\r\n" in there.asked[0].replace("host:", "Host:")
    assert "authorization" not in there.asked[0].lower()
    assert "cookie" not in there.asked[0].lower()


async def test_letters_are_read_as_the_answer_says_they_are_written() -> None:
    async with site() as there, asking(there) as asked:
        there.answers["/precos"] = answer(
            "<p>Promoção à vista".encode("latin-1"), "text/html; charset=iso-8859-1"
        )
        assert (await asked.read(SHOP)).body == "Promoção à vista"


FAULTS: dict[str, tuple[bytes, str]] = {
    "not there": (answer(b"", status="404 Not Found"), sites.NO_PAGE),
    "closed": (answer(b"", status="403 Forbidden"), sites.NOT_ALLOWED),
    "trouble": (answer(b"", status="500 Oh"), sites.NOT_NOW),
    "a file": (answer(b"%PDF-1.4", "application/pdf"), sites.NOT_A_PAGE),
    "too large": (answer(b"a" * (6 * 2**20)), sites.TOO_LARGE),
    "drawn by a script": (answer(b"<title>App</title><div id=app></div><script>1</script>"), sites.NO_TEXT),
    "round and round": (answer(b"", status="302 Found", more="Location: /precos\r\n"), sites.NO_PAGE),
    "into our network": (answer(b"", status="302 Found", more="Location: https://dentro.example/\r\n"), sites.PRIVATE),
    "to another port": (answer(b"", status="302 Found", more="Location: https://loja.example:8080/\r\n"), sites.PRIVATE),
    "to a file of ours": (answer(b"", status="302 Found", more="Location: file:///etc/passwd\r\n"), sites.NO_ADDRESS),
    "not http at all": (b"SSH-2.0-OpenSSH\r\n", sites.NO_SITE),
    "cut": (answer(html("R$ 12"))[:-5], sites.NO_SITE),
}  # fmt: skip


@pytest.mark.parametrize("what", FAULTS)
async def test_a_page_that_cannot_be_read_says_why(what: str) -> None:
    given, words = FAULTS[what]
    async with site() as there, asking(there) as asked:
        there.answers["/precos"] = given
        with pytest.raises(Invalid) as refused:
            await asked.read(SHOP)
    assert (refused.value.words, refused.value.field) == (words, "address")


async def test_a_site_that_says_nothing_is_given_up() -> None:
    async with site() as there, asking(there, patience_seconds=0.3) as asked:
        with pytest.raises(Invalid) as refused:
            await asked.read(SHOP)
    assert refused.value.words == sites.NOT_NOW


async def test_no_hostile_address_is_asked_for_anything() -> None:
    async with canary() as stranger, Sites(resolve=Names(["127.0.0.1"])) as asked:
        for hostile in HOSTILE:
            with pytest.raises(Invalid):
                await asked.read(address_of(hostile.replace("PORT", str(stranger.port))))
        assert stranger.heard == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "169.254.169.254", "10.1.2.3", "192.168.0.1", "100.64.0.1",
     "localhost", "[::1]", "[fd00::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "198.18.0.1"],
)  # fmt: skip
async def test_the_machines_own_resolver_leads_nowhere_private_either(host: str) -> None:
    async with Sites() as asked:
        with pytest.raises(Invalid):
            await asked.read(address_of(f"http://{host}/"))


async def test_one_private_place_among_public_ones_is_enough_to_refuse() -> None:
    for found in ([PUBLIC, PRIVATE], [PRIVATE, PUBLIC], []):
        with pytest.raises(WrongAddress):
            await route_out("https://loja.example/", Names(found))
    route = await route_out("http://loja.example/a?b=c", Names([PUBLIC]))
    assert (route.url, route.host) == (f"http://{PUBLIC}:80/a?b=c", "loja.example")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" loja.example ", "https://loja.example/"),
        ("http://LOJA.example/a#fim", "http://loja.example/a"),
        ("https://café.example/preços e prazos?q=ação", "https://xn--caf-dma.example/pre%C3%A7os%20e%20prazos?q=a%C3%A7%C3%A3o"),
        ("https://loja.example/a%20b?x=1&y=%2F", "https://loja.example/a%20b?x=1&y=%2F"),
    ],
)  # fmt: skip
def test_an_address_is_taken_as_people_type_it(typed: str, address: str) -> None:
    assert address_of(typed) == address


@pytest.mark.parametrize(
    "typed",
    ["", "https://", "ftp://a/", "javascript:alert(1)", "https://a@b/", "x" * 600, "a b", "http://[1"],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        address_of(typed)


def test_differences_are_lines_that_went_and_lines_that_came() -> None:
    assert differences("a\nb\nc", "a\nB\nc") == [(" ", "a"), ("-", "b"), ("+", "B"), (" ", "c")]


async def test_a_page_becomes_a_draft_and_is_read_again_without_saving(desk: Desk, marta: Browser) -> None:
    async with site() as there, asking(there) as asked:
        desk.app.state.sites = asked
        there.answers["/precos"] = answer(html("R$ 12"))
        made = await sends(marta, "/knowledge/site-pages", address="loja.example/precos")
        assert "Um rascunho: ler" in made.text
        page = (await marta.open("/knowledge/1")).text
        assert f'href="{SHOP}"' in page
        assert "Rascunho: Claude não o lê" in page

        same = await sends(marta, "/knowledge/1/rereading")
        assert same.headers["location"] == "/knowledge/1?page=same"
        assert "A página diz o mesmo que antes" in (await marta.open(same.headers["location"])).text

        there.answers["/precos"] = answer(html("R$ 15"))
        again = (await sends(marta, "/knowledge/1/rereading")).text
        assert re.findall(r"<(del|ins)[^>]*>(.*?)<", again) == [("del", "R$ 12"), ("ins", "R$ 15")]
        async with reading() as session:
            assert "R$ 12" in (await session.get_one(KnowledgeArticle, 1)).body
        body = unescape(re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", again, re.S)[0])
        saved = await sends(marta, "/knowledge/1", title="Preços", body=body, version=version_in(again))
        assert saved.status_code == 303
        assert "R$ 15" in (await marta.open("/knowledge/1")).text

        there.answers["/precos"] = answer(b"", status="404 Not Found")
        gone = await sends(marta, "/knowledge/1/rereading")
        assert gone.status_code == 422
        assert "O site não tem esta página" in gone.text
        assert "R$ 15" in gone.text


async def test_a_refused_address_stays_in_its_field_with_the_reason_beside_it(marta: Browser) -> None:
    for typed, words in (("http://127.0.0.1/x", "rede privada"), ("javascript:alert(1)", "não é o endereço")):
        refused = await sends(marta, "/knowledge/site-pages", address=typed)
        assert refused.status_code == 422
        assert re.search(rf'id="address-error"[^<]*{words}', refused.text)
        assert f'value="{typed}"' in refused.text


async def test_only_those_who_oversee_have_pages_read(desk: Desk) -> None:
    address = await written(desk.marta, "Frete")
    paulo = await desk.attendant(PAULO)
    for path in ("/knowledge/site-pages", f"{address}/rereading"):
        assert (await sends(paulo, path, address=SHOP)).status_code == 403


async def test_an_article_that_came_from_no_page_is_not_read_again(desk: Desk, marta: Browser) -> None:
    async with transaction() as session:
        await articles.create(session, Wanted("Frete", "R$ 12", source_name=SHOP), None)
    assert (await sends(marta, "/knowledge/1/rereading")).status_code == 422
    async with reading() as session:
        assert list(await session.scalars(select(KnowledgeArticle.body))) == ["R$ 12"]
