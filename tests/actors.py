"""Who acts in the tests: the desk (the whole program on a real port), attendants by HTTP, WhatsApp by its simulator."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import anyio
import httpx2
from starlette.applications import Starlette

from app.accounts.users import create_user
from app.db import transaction
from app.live.stopping import stopping
from app.main import create_app
from app.settings import Settings, load_settings
from app.simulator.config import SimulatorConfig
from app.simulator.courier import as_meta_writes
from app.simulator.serve import address_of, listening, running, served
from app.simulator.world import World
from tests.people import MARTA, Attendant, Customer
from tests.postgres import somebody_waits_for_a_lock

APP_SECRET = "an-app-secret-of-the-tests"
VERIFY_TOKEN = "a-verify-token-of-the-tests"
WITHIN_SECONDS = 30  # what the simulator answers at the latest: far longer than a busy machine takes


async def within(seconds: float, condition: Callable[[], Awaitable[Any] | Any], *, what: str = "it") -> Any:
    """What `condition` gives once it is truthy; fails with `what` after pauses of so many seconds in all.

    Only pauses count: a machine that stands still says nothing against what is waited for.
    """
    paused, pause = 0.0, 0.01
    while True:
        given = condition()
        value = await given if isinstance(given, Awaitable) else given
        if value:
            return value
        assert paused < seconds, f"{what} did not happen within {seconds} s"
        await anyio.sleep(pause)
        paused += pause
        pause = min(pause * 1.3, 0.1)  # whoever waits long asks less often: each look may cost a page


async def waits_in_line(database_url: str) -> None:
    """Somebody else wants what this transaction holds: on Postgres a row or a name. On SQLite whoever writes waits."""
    if database_url.startswith("postgres"):
        await within(4, lambda: somebody_waits_for_a_lock(database_url), what="the wait for a lock")


def conversations_in(page: str) -> dict[str, int]:
    rows = re.findall(r'data-conversation="(\d+)".*?class="row__name"[^>]*>(.*?)</span>', page, re.S)
    return {name: int(conversation) for conversation, name in rows}


class Browser:
    """An attendant's browser without its eyes: cookies, the CSRF token, htmx or plain requests."""

    def __init__(self, address: str, attendant: Attendant) -> None:
        self.attendant = attendant
        self.http = httpx2.AsyncClient(
            base_url=address,
            trust_env=False,
            verify=False,
            timeout=2 * WITHIN_SECONDS,
            headers={"Accept": "text/html"},
        )
        self.token = ""

    async def sign_in(self) -> httpx2.Response:
        form = {"email": self.attendant.email, "password": self.attendant.password}
        answer = await self.http.post("/sign-in", data=form)
        assert answer.status_code == 303, answer.text
        await self.open("/settings")
        return answer

    async def open(self, path: str) -> httpx2.Response:
        """A whole page; remembers its CSRF token."""
        page = await self.http.get(path)
        found = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
        self.token = found.group(1) if found else self.token
        return page

    async def get(self, path: str) -> httpx2.Response:
        """A fragment, as htmx asks for it."""
        return await self.http.get(path, headers={"HX-Request": "true"})

    async def post(
        self, path: str, fields: dict[str, str] | None = None, *, htmx: bool = True
    ) -> httpx2.Response:
        headers = {"X-CSRF-Token": self.token} | ({"HX-Request": "true"} if htmx else {})
        return await self.http.post(path, data=fields or {}, headers=headers)

    async def reply(self, conversation: int, text: str, compose_id: str | None = None) -> httpx2.Response:
        fields = {"text": text, "compose_id": compose_id or str(uuid4())}
        return await self.post(f"/c/{conversation}/messages", fields)

    async def sends(
        self, conversation: int, fields: dict[str, Any], *files: tuple[str, bytes, str]
    ) -> httpx2.Response:
        """The composer's form with more than text: `files` are (name, bytes, declared type)."""
        headers = {"X-CSRF-Token": self.token, "HX-Request": "true"}
        parts = [("files", file) for file in files]
        form = {"compose_id": str(uuid4())} | fields
        path = f"/c/{conversation}/messages"
        return await self.http.post(path, data=form, files=parts or None, headers=headers)

    async def conversations(self) -> dict[str, int]:
        """Conversation ids by the name in their rows, from a fresh page."""
        return conversations_in((await self.open("/")).text)

    async def looks_for(self, name: str) -> int | None:
        """The conversation of that name, from the top of the list down to its end."""
        page = (await self.open("/")).text
        while name not in conversations_in(page):
            older = re.search(r'"/conversations\?before=([^"]+)"', page)
            if older is None:
                return None
            page = (await self.get(f"/conversations?before={older[1]}")).text
        return conversations_in(page)[name]

    async def conversation_with(self, name: str) -> int:
        async def there() -> int | None:
            return (await self.conversations()).get(name)

        return int(await within(10, there, what=f"a row of {name}"))

    async def rows(self) -> list["Row"]:
        """The list as a fresh page shows it, from the top."""
        return rows_in((await self.open("/")).text)

    async def row_of(self, name: str) -> "Row":
        [row] = [row for row in await self.rows() if row.name == name]
        return row

    async def title(self) -> str:
        """What stands in the tab after a reload."""
        return unescape(re.findall(r"<title>(.*?)</title>", (await self.open("/")).text)[0])

    async def bubbles(self, conversation: int) -> list["Bubble"]:
        page = await self.open(f"/c/{conversation}")
        return bubbles_in(page.text)


@dataclass(frozen=True)
class Bubble:
    """A bubble as the page shows it. `text`: its body without tags."""

    id: int
    direction: str
    author: str
    status: str
    text: str


@dataclass(frozen=True)
class Row:
    """A row of the list as the page shows it. `preview`: its second line without tags."""

    id: int
    name: str
    unread: int
    preview: str


def rows_in(page: str) -> list[Row]:
    pattern = (
        r'data-conversation="(\d+)" data-unread="(\d+)".*?class="row__name"[^>]*>(.*?)</span>'
        r'.*?class="row__preview[^>]*>(.*?)</span>\s*<span class="row__marks"'
    )
    found = re.findall(pattern, page, re.S)
    return [
        Row(int(one), words_in(name), int(unread), words_in(preview)) for one, unread, name, preview in found
    ]


def words_in(html: str) -> str:
    """The text of a piece of page, without tags and icons."""
    return unescape(re.sub(r"<[^>]+>", "", re.sub(r"<svg.*?</svg>", "", html, flags=re.S))).strip()


def bubbles_in(page: str) -> list[Bubble]:
    articles = re.findall(r"<article(.*?)</article>", page, re.S)
    return [bubble_of(article) for article in articles if "data-message" in article]


def bubble_of(article: str) -> Bubble:
    def attribute(name: str) -> str:
        found = re.search(rf'{name}="([^"]*)"', article)
        return found.group(1) if found else ""

    body = re.search(r"<bdi>(.*?)</bdi>", article, re.S)
    text = re.sub(r"<[^>]+>", "", (body.group(1) if body else "").replace("<br>", "\n"))
    direction, author, status = (attribute(f"data-{name}") for name in ("direction", "author", "status"))
    return Bubble(int(attribute("data-message")), direction, author, status, text)


@dataclass
class WhatsApp:
    """Meta and its customers, through the simulator's control doors."""

    http: httpx2.AsyncClient
    world: World

    async def control(self, verb: str, path: str, **wish: Any) -> Any:
        if verb == "GET":
            answer = await self.http.get(f"/control{path}", params=wish)
        else:
            answer = await self.http.request(verb, f"/control{path}", json=wish)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def meet(self, customer: Customer) -> None:
        """The simulated WhatsApp learns of this customer; again is harmless."""
        known: dict[str, Any] = {"name": customer.name, "wa_id": customer.wa_id or None}
        if customer.bsuid:
            known["user_id"] = customer.bsuid
        keys = {one["name"] for one in (await self.control("GET", "/state"))["customers"]}
        if customer.name not in keys:
            await self.control("POST", "/customers", **known)

    async def says(self, customer: Customer, text: str, **more: Any) -> str:
        """The customer writes and our 200 came back; gives the wamid. `more`: type, content, reply_to, at…"""
        await self.meet(customer)
        wish = {"customer": customer.name, "text": text, "timeout": WITHIN_SECONDS} | more
        return str((await self.control("POST", "/messages", **wish))["id"])

    async def reports(self, wamid: str, *statuses: str, **more: Any) -> None:
        """Statuses of one of our messages, in this order, each answered 200."""
        await self.control("POST", "/statuses", id=wamid, statuses=list(statuses), **more)

    async def echoes(self, customer: Customer, text: str) -> None:
        """Somebody of the business answers this customer in the phone app, and our 200 came back."""
        echo = await self.control("POST", "/echoes", customer=customer.name, text=text)
        await self.control("GET", "/webhooks", id=echo["id"], timeout=WITHIN_SECONDS)

    async def posts(self, body: Any) -> int | str:
        """One POST to the webhook, rightly signed: bytes as they are, anything else as Meta's JSON; gives the status."""
        raw = body if isinstance(body, bytes) else as_meta_writes(body)
        return await self.world.courier.post_once(raw)

    async def accepted(self, at_least: int = 0) -> list[dict[str, Any]]:
        """What Graph accepted, the oracle of sends: wamid, opaque, to, payload."""
        sends = await self.control("GET", "/sends", at_least=at_least, timeout=WITHIN_SECONDS)
        assert len(sends["accepted"]) >= at_least, sends
        return list(sends["accepted"])

    async def breaks(self, *faults: dict[str, Any] | str) -> None:
        """The next requests to Graph go wrong, by name or in detail."""
        wished = [{"name": fault} if isinstance(fault, str) else fault for fault in faults]
        await self.control("POST", "/faults", faults=wished)

    async def goes_on(self) -> None:
        """What was told to `hold`, of WhatsApp or of Claude, goes on."""
        await self.control("POST", "/go_on")


@dataclass
class Desk:
    """The running program. `marta` is signed in as an admin."""

    address: str
    settings: Settings
    whatsapp: WhatsApp
    marta: Browser
    program: "Program" = field(repr=False)
    stack: AsyncExitStack = field(repr=False)

    @property
    def app(self) -> Starlette:
        return self.program.app

    async def attendant(self, person: Attendant) -> Browser:
        """Another attendant, made if need be, in a browser of their own."""
        async with self.program.turning, transaction() as session:
            await create_user(
                session, email=person.email, name=person.name, role=person.role, password=person.password
            )
        return await self.browser(person)

    async def browser(self, person: Attendant) -> Browser:
        made = Browser(self.address, person)
        made.http.event_hooks = {"request": [self.program.is_up]}
        self.stack.push_async_callback(made.http.aclose)
        await made.sign_in()
        return made


class Program:
    """The app on its port in this event loop. `turning` is held while it is neither up nor down."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.turning = asyncio.Lock()
        self._up = AsyncExitStack()

    async def start(self, listener: socket.socket) -> None:
        self._port = listener.getsockname()[1]
        self.app = create_app(self.settings)
        await self._up.enter_async_context(served(self.app, listener))

    async def stop(self) -> None:
        """As SIGTERM does: streams and held polls end first."""
        stopping.set()
        await self._up.aclose()

    async def is_up(self, request: object = None) -> None:
        async with self.turning:
            pass

    async def restart(self) -> None:
        """Stopped, and started again on the same port."""
        async with self.turning:
            await self.stop()
            await self.start(listening(self._port))


@asynccontextmanager
async def running_desk(database_url: str, **given: Any) -> AsyncIterator[Desk]:
    """The program and the simulator in this event loop, each on a port of its own, speaking HTTP. `given` are settings."""
    async with AsyncExitStack() as stack:
        media = stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True))
        listener = stack.enter_context(listening())
        address = address_of(listener)
        config = SimulatorConfig(
            webhook_url=f"{address}/webhooks/whatsapp",
            app_secret=APP_SECRET,
            verify_token=VERIFY_TOKEN,
            status_delay_seconds=0.02,
            typing_pause_seconds=0.01,
        )
        world, simulator = await stack.enter_async_context(running(config))
        given = {"media_url": Path(media).as_uri()} | given
        settings = settings_for(database_url, simulator, config, given)
        program = Program(settings)
        stack.push_async_callback(program.stop)
        await program.start(listener)
        control = await stack.enter_async_context(
            httpx2.AsyncClient(base_url=simulator, trust_env=False, verify=False, timeout=2 * WITHIN_SECONDS)
        )
        desk = Desk(address, settings, WhatsApp(control, world), Browser(address, MARTA), program, stack)
        desk.marta.http.event_hooks = {"request": [program.is_up]}
        stack.push_async_callback(desk.marta.http.aclose)
        await desk.marta.sign_in()
        yield desk


def settings_for(
    database_url: str, simulator: str, config: SimulatorConfig, given: dict[str, Any]
) -> Settings:
    usual: dict[str, Any] = {
        "recado_env": "test",
        "database_url": database_url,
        "secret_key": "s" * 40,
        "admin_email": MARTA.email,
        "admin_password": MARTA.password,
        "whatsapp_api_url": simulator,
        "whatsapp_access_token": config.access_token,
        "whatsapp_phone_number_id": config.phone_number_id,
        "whatsapp_business_account_id": config.business_account_id,
        "whatsapp_app_secret": APP_SECRET,
        "whatsapp_verify_token": VERIFY_TOKEN,
        "anthropic_base_url": simulator,
        "anthropic_api_key": "simulated",
        "claude_enabled": False,
        "claude_wait_seconds": 0,
    }
    if "transcription_model" in given:
        usual["transcription_url"] = f"{simulator}/v1/audio/transcriptions"
    return load_settings(**(usual | given))
