"""The phone page: play any customer by hand, break things, start a busy morning."""

from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.simulator import identities, inbound, statuses
from app.simulator.claude_stage import reply_from
from app.simulator.contents import beside
from app.simulator.faults import fault_from
from app.simulator.people import Customer
from app.simulator.phone_view import bubbles, rows
from app.simulator.scene import Scene
from app.simulator.world import World

ROOT = "/simulator"
ALBUM = 6  # pictures in one go
_TEMPLATES = Path(__file__).parents[2] / "templates"
Context = Callable[[Request], dict[str, Any]]


@cache
def own_templates() -> Environment:
    """For a process of its own: the same templates, in the language they are written in."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=select_autoescape(), extensions=["jinja2.ext.i18n"]
    )
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    return environment


def phone_routes(
    world: World, templates: Environment | None = None, context: Context | None = None
) -> list[BaseRoute]:
    """The page and its forms, all under `/simulator`.

    `context` adds what the surrounding application knows about a request, above all `csrf_token`.
    """
    phone = _Phone(world, templates or own_templates(), context or (lambda request: {}))
    doors: dict[str, tuple[str, Callable[[Request], Awaitable[Response]]]] = {
        "": ("GET", phone.page),
        "/thread": ("GET", phone.thread),
        "/people": ("GET", phone.people),
        "/state": ("GET", phone.state),
        "/media/{media_id}": ("GET", phone.media),
        "/messages": ("POST", phone.write),
        "/changes": ("POST", phone.change),
        "/reactions": ("POST", phone.react),
        "/customers": ("POST", phone.welcome),
        "/faults": ("POST", phone.fault),
        "/identities": ("POST", phone.identify),
        "/scene": ("POST", phone.scene),
    }
    return [
        Route(
            ROOT + path, verb, methods=[method], name=f"simulator{path.partition('{')[0].replace('/', '_')}"
        )
        for path, (method, verb) in doors.items()
    ]


class _Phone:
    """Reads a request, does one thing in the world, draws one fragment."""

    def __init__(self, world: World, templates: Environment, context: Context) -> None:
        self._world, self._templates, self._context = world, templates, context

    async def page(self, request: Request) -> Response:
        return self._draw(request, "page.html", self._who(request.query_params.get("customer")))

    async def thread(self, request: Request) -> Response:
        return self._draw(request, "_thread.html", self._who(request.query_params.get("customer")))

    async def people(self, request: Request) -> Response:
        return self._draw(request, "_people.html", self._who(request.query_params.get("customer")))

    async def state(self, request: Request) -> Response:
        return self._draw(request, "_state.html", self._who(request.query_params.get("customer")))

    async def media(self, request: Request) -> Response:
        file = self._world.media.find(request.path_params["media_id"])
        if (
            file is None
            or not file.mime_type.startswith(("image/", "audio/", "video/"))
            or "svg" in file.mime_type
        ):
            return Response(status_code=404)
        return Response(file.data, media_type=file.mime_type, headers={"x-content-type-options": "nosniff"})

    async def write(self, request: Request) -> Response:
        form = await request.form()
        customer = self._who(_word(form, "customer"))
        kind, text = _word(form, "kind") or "text", _word(form, "text").strip()
        if kind in ("button_reply", "list_reply") and _word(form, "message"):
            self._tap(customer, kind, form)
        elif found := beside(kind):
            inbound.write(self._world, customer, found[0], extra=found[1])
        elif kind == "album":
            for _ in range(ALBUM):
                inbound.write(self._world, customer, kind="image")
        elif text or kind != "text":
            inbound.write(self._world, customer, text or None, kind=kind)
        return self._after(request, customer, "_written.html")

    def _tap(self, customer: Customer, kind: str, form: FormData) -> None:
        reply = {"id": _word(form, "id"), "title": _word(form, "title")}
        content = {"type": kind, kind: reply}
        inbound.write(self._world, customer, kind=kind, content=content, reply_to=_word(form, "message"))

    async def change(self, request: Request) -> Response:
        """The customer corrects one of their texts, or deletes one of their messages for everyone."""
        form = await request.form()
        message = self._world.messages.get(_word(form, "message"))
        if message and _word(form, "change") == "revoke":
            inbound.revoke(self._world, message)
        elif message and message.type == "text":
            inbound.edit(self._world, message, f"{message.content['body']} (corrigido)")
        return self._after(request, self._who(_word(form, "customer")), "_thread.html")

    async def react(self, request: Request) -> Response:
        form = await request.form()
        customer = self._who(_word(form, "customer"))
        inbound.react(self._world, customer, _word(form, "message"), _word(form, "emoji"))
        return self._after(request, customer, "_thread.html")

    async def welcome(self, request: Request) -> Response:
        form = await request.form()
        customer = self._world.welcome(_word(form, "name").strip()[:80])
        return RedirectResponse(_address(customer), status_code=303)

    async def identify(self, request: Request) -> Response:
        """What WhatsApp tells of who this customer is: see `identities.py`."""
        form = await request.form()
        customer, act = self._who(_word(form, "customer")), _word(form, "act")
        match act:
            case "twice":
                identities.appears_twice(self._world, customer)
            case "one":
                identities.shows_who_it_is(self._world, customer)
            case "user_id":
                identities.change_user_id(self._world, customer)
            case "phone_book":
                identities.enter_into_phone_book(self._world, customer, f"{customer.name} (agenda)", "add")
        return self._after(request, customer, "_thread.html")

    async def fault(self, request: Request) -> Response:
        form = await request.form()
        name = _word(form, "fault")
        count = max(1, min(int(_word(form, "count") or 1), 999))
        if name == "clear":
            self._world.faults.clear()
            self._world.claude.scripts.clear()
        elif name.startswith("claude:"):
            self._world.claude.prepare([reply_from({"name": name.removeprefix("claude:"), "repeat": count})])
        else:
            self._world.faults.install([fault_from({"name": name, "remaining": count})])
        return self._after(request, self._who(_word(form, "customer")), "_state.html")

    async def scene(self, request: Request) -> Response:
        form = await request.form()
        if _word(form, "scene") == "start":
            Scene(self._world, messages=100, per_minute=float(_word(form, "per_minute") or 30)).start()
        elif self._world.scene:
            self._world.scene.stop()
        return self._after(request, self._who(_word(form, "customer")), "_state.html")

    def _who(self, key: str | None) -> Customer:
        """The person with this key, or the first one."""
        return self._world.customers.get(key or "") or next(iter(self._world.customers.values()))

    def _after(self, request: Request, customer: Customer, template: str) -> Response:
        """htmx gets the fragment, a plain form the page again."""
        if request.headers.get("hx-request"):
            return self._draw(request, template, customer)
        return RedirectResponse(_address(customer), status_code=303)

    def _draw(self, request: Request, template: str, customer: Customer) -> Response:
        self._look(customer)
        known = {
            "root": ROOT,
            "assets": "/static",
            "csrf_token": "",
            "locale": "en",
            "customer": customer,
            "people": rows(self._world, customer.key),
            "bubbles": bubbles(self._world, customer),
            "is_blocked": self._world.is_blocked(customer),
            "is_typing": self._world.is_typing(customer),
            "faults": self._world.faults.waiting,
            "scripts": self._world.claude.scripts,
            "scene": self._world.scene,
            "pending": self._world.courier.pending_count(),
            **self._context(request),
        }
        html = self._templates.get_template(f"simulator/{template}").render(known)
        return HTMLResponse(html, headers={"cache-control": "no-store"})

    def _look(self, customer: Customer) -> None:
        """The chat is open on a phone: what arrived is read."""
        self._world.look_at(customer)
        statuses.mark_chat_read(self._world, customer)


def _word(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _address(customer: Customer) -> str:
    return f"{ROOT}?customer={quote(customer.key)}"
