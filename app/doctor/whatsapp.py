"""WhatsApp's side: the token, the number, and whether the account's webhooks come to our app."""

from collections.abc import AsyncIterator

from app import clock
from app.doctor.checks import Check, clock_check, ok, warning, wrong
from app.settings import Settings
from app.whatsapp.graph import Answered, Graph, NotReached, Timeouts, Unknown
from app.whatsapp.lenient import objects_at, text_at

PATIENCE = Timeouts(connect=5, read=10, total=20)
FIELDS = ("id", "verified_name", "quality_rating", "platform_type", "code_verification_status")
CLOCK_TOLERANCE_SECONDS = 5.0  # the header Date tells whole seconds, and the answer was under way
TOKEN_CODES = {0, 190}

Answer = Answered | NotReached | Unknown


async def whatsapp_checks(settings: Settings) -> list[Check]:
    if settings.simulates_whatsapp:
        return [ok("WhatsApp", "played by the simulator")]
    if not settings.whatsapp_access_token.get_secret_value():
        return [warning("token", "none is set", "Set WHATSAPP_ACCESS_TOKEN: until then nothing can be sent")]
    async with Graph(settings.whatsapp_api_url, settings.whatsapp_api_version, timeouts=PATIENCE) as graph:
        return [check async for check in checks_with(graph, settings)]


async def checks_with(graph: Graph, settings: Settings) -> AsyncIterator[Check]:
    token = settings.whatsapp_access_token.get_secret_value()
    number = settings.whatsapp_phone_number_id
    account = settings.whatsapp_business_account_id
    if not number:
        yield warning("number", "none is set", "Set WHATSAPP_PHONE_NUMBER_ID")
    else:
        found = await graph.read(object_id=number, access_token=token, fields=FIELDS)
        yield number_check(found)
        if isinstance(found, Answered) and found.server_time is not None:
            seconds = (found.server_time - clock.now()).total_seconds()
            yield clock_check("WhatsApp's clock", seconds, tolerance_seconds=CLOCK_TOLERANCE_SECONDS)
    if not account:
        yield warning("webhook subscription", "cannot be asked for", "Set WHATSAPP_BUSINESS_ACCOUNT_ID")
    else:
        apps = await graph.read(object_id=account, access_token=token, edge="subscribed_apps")
        yield subscription_check(apps)


def number_check(found: Answer) -> Check:
    name = "token and number"
    if not isinstance(found, Answered) or found.error:
        return trouble(name, found, "Look at WHATSAPP_PHONE_NUMBER_ID and at what the token may do")
    quality = text_at(found.document, "quality_rating") or "unknown"
    says = f"{text_at(found.document, 'verified_name') or 'no name'}, quality {quality.lower()}"
    if quality == "RED":
        return warning(name, says, "Customers block or report this number: send less, and what they want")
    return ok(name, says)


def subscription_check(found: Answer) -> Check:
    name = "webhook subscription"
    if not isinstance(found, Answered) or found.error:
        return trouble(name, found, "Look at WHATSAPP_BUSINESS_ACCOUNT_ID and at what the token may do")
    apps = objects_at(found.document, "data")
    if not apps:
        advice = "Subscribe the app to the account: POST /{account}/subscribed_apps with the token"
        return wrong(name, "no app gets this account's webhooks", advice)
    return ok(name, f"{len(apps)} app{'s' if len(apps) > 1 else ''}")


def trouble(name: str, found: Answer, advice: str) -> Check:
    """Why WhatsApp did not tell what it was asked."""
    if isinstance(found, Answered):
        code = found.error.code if found.error else None
        if code in TOKEN_CODES:
            return wrong(name, f"the token is not accepted (code {code})", "Set a new WHATSAPP_ACCESS_TOKEN")
        return wrong(name, f"refused with code {code}", advice)
    says = f"WhatsApp was not reached ({found.reason})"
    return wrong(name, says, "Look at the network, the proxy and WHATSAPP_API_URL")
