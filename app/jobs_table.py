"""Which room works off which kind of job."""

from collections.abc import Mapping

from app.assistant import handlers as assistant
from app.assistant.claude import Claude
from app.assistant.desk import Desk, typing_through
from app.attention import telling
from app.outbox.queue import UNCONFIRMED
from app.outbox.unconfirmed import unconfirmed
from app.settings import Settings
from app.whatsapp.graph import Graph
from app.worker import Handler


def handlers(settings: Settings, graph: Graph) -> Mapping[str, Handler]:
    """Everything that is asked for by `jobs.enqueue`, by kind."""
    token = settings.whatsapp_access_token.get_secret_value()
    claude = Claude(
        api_key=settings.anthropic_api_key.get_secret_value(),
        base_url=settings.anthropic_base_url,
        model=settings.claude_model,
    )
    desk = Desk(settings, claude, typing_through(graph, token))
    return {
        **assistant.handlers(desk),
        telling.MARK_READ: telling.handler(settings, graph),
        UNCONFIRMED: unconfirmed,
    }
