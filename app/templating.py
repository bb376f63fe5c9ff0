"""Jinja2 as this house uses it: autoescape always, translated sentences, times in the business's zone."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app import clock, template_words, words
from app.consulting.asking import REWRITES
from app.consulting.words import failed_words, wish_words
from app.contacts import local_time
from app.contacts.naming import phone_of
from app.conversations import beside, brief, desk_notices, labels, notice_words, service_window, shared
from app.conversations.ordering import sort_key
from app.i18n import _, language_tag, ngettext
from app.keyboard.choices import pressed_by
from app.keyboard.combinations import is_mac
from app.knowledge import markup as knowledge_markup
from app.media import preparing
from app.settings import HOME, Settings
from app.settings import Environment as Surroundings
from app.static_files import modules_later, modules_of, static_release, static_url
from app.whatsapp.markdown import markdown_to_whatsapp
from app.whatsapp.markup import emoji_count, plain, to_html


class CompiledOnce(BytecodeCache):
    """Templates compiled in this process, for every environment that it makes."""

    kept: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key + bucket.checksum in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key + bucket.checksum])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


def environment(settings: Settings) -> Environment:
    """The templates of this installation; every time of day is shown in the business's zone."""
    zone = settings.zone
    made = Environment(
        loader=FileSystemLoader(HOME / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        bytecode_cache=CompiledOnce(),
        auto_reload=settings.recado_env is Surroundings.DEVELOPMENT,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(
        static_url=static_url,
        modules_of=modules_of,
        modules_later=modules_later,
        language_tag=language_tag,
        claude_answers=lambda: settings.claude_answers,
        claude_is_set_up=lambda: settings.names_claude or settings.simulates_claude,
        wish_words=wish_words,
        failed_words=failed_words,
        rewrites=lambda wish: wish in REWRITES,
        shown_status=lambda status: "read" if status == "played" else status,
        author_words=words.author,
        quote_words=words.quote,
        who_wrote=words.author_of,
        kind_of=labels.kind_of,
        handoff_words=notice_words.handoff,
        is_of_desk=desk_notices.is_ours,
        notice_icon=notice_words.icon_of,
        span_words=notice_words.span_of,
        duplicate_words=words.duplicate,
        identity_words=words.identity,
        time_there=lambda wa_id: local_time.there(wa_id, clock.now(), zone),
        service_window=service_window.of,
        closing_words=words.closing,
        shortcuts=lambda user, agent: pressed_by(user, on_mac=is_mac(agent)),
        reaction_words=words.reaction,
        brief=brief.brief,
        with_sign=brief.with_sign,
        forwarded=beside.forwarded,
        advertisement_of=beside.advertisement,
        product_of=beside.product,
        template_words=template_words,
        largest_file=preparing.MOST_BYTES,
        too_large=preparing.TOO_LARGE,
        empty_file=preparing.EMPTY,
    )
    made.filters.update(
        whatsapp_markup=to_html,
        markdown=knowledge_markup.to_html,
        plain=plain,
        emoji_count=emoji_count,
        file_size=words.file_size,
        phone=phone_of,
        money=words.money,
        usd=words.usd,
        brl=words.brl,
        typed_number=words.typed_number,
        whole=words.whole,
        percent=words.percent,
        minutes_and_seconds=words.minutes_and_seconds,
        local_time=lambda moment: moment.astimezone(zone).strftime("%H:%M"),
        local_date=lambda moment: moment.astimezone(zone).date(),
        machine_time=lambda moment: moment.astimezone(UTC).isoformat(timespec="seconds"),
        day_name=lambda day: day_name(day, clock.today(zone)),
        day_key=lambda day: sort_key(datetime.combine(day, time(), zone), 0),
        month_name=words.month,
        month_key=lambda month: shared.key_of_month(month, zone),
        draft_markup=lambda text: to_html(markdown_to_whatsapp(words.whole_so_far(text))),
        day_and_time=lambda moment: day_and_time(moment.astimezone(zone), clock.today(zone)),
        list_time=lambda moment: list_time(moment.astimezone(zone), clock.today(zone)),
    )
    return made


WEEKDAYS: tuple[Callable[[], str], ...] = (
    lambda: _("Monday"),
    lambda: _("Tuesday"),
    lambda: _("Wednesday"),
    lambda: _("Thursday"),
    lambda: _("Friday"),
    lambda: _("Saturday"),
    lambda: _("Sunday"),
)


def day_name(day: date, today: date) -> str:
    """Today, Yesterday, the weekday within a week, else the date as DD/MM/YYYY."""
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    if timedelta(0) < today - day < timedelta(days=7):
        return WEEKDAYS[day.weekday()]()
    return day.strftime("%d/%m/%Y")


def day_and_time(moment: datetime, today: date) -> str:
    """Both, for what may be older than a day."""
    return f"{day_name(moment.date(), today)}, {moment:%H:%M}"


def list_time(moment: datetime, today: date) -> str:
    """The time at the right of a row: the hour today, else the day."""
    return moment.strftime("%H:%M") if moment.date() == today else day_name(moment.date(), today)


def render(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> Response:
    """A page or a fragment, with what every template may use: the request, the user and the CSRF token."""
    templates: Environment = request.app.state.templates
    if templates.auto_reload:
        static_release.cache_clear()  # somebody may be changing them
    return HTMLResponse(
        templates.get_template(template).render(
            request=request,
            user=getattr(request.state, "user", None),
            csrf_token=getattr(request.state, "csrf_token", ""),
            settings=request.app.state.settings,
            **context,
        ),
        status_code=status,
        headers=headers,
    )


def wants_fragment(request: Request) -> bool:
    """Whether htmx asks, and a piece of the page is the answer."""
    return request.headers.get("hx-request") == "true"


def own_path(value: str | None) -> str:
    """A path of this site to go on to, `/` for anything else: nobody is led away by a `next`."""
    if not value or not value.startswith("/") or value.startswith(("//", "/\\")):
        return "/"
    if any(ord(letter) < 33 or letter == "\\" for letter in value) or URL(value).netloc:
        return "/"
    return value
