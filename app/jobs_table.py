"""Which room works off which kind of job."""

from collections.abc import Mapping

from app import housekeeping
from app.assistant import handlers as assistant
from app.assistant.claude import Claude
from app.assistant.desk import Desk, typing_through
from app.attention import telling
from app.media import expecting, sweeping
from app.media.fetching import Fetching
from app.media.store import Store
from app.outbox.queue import UNCONFIRMED
from app.outbox.unconfirmed import unconfirmed
from app.settings import Settings
from app.whatsapp import history
from app.whatsapp.files import Files
from app.whatsapp.filing import Filing
from app.whatsapp.graph import Graph
from app.worker import Handler


def handlers(
    settings: Settings, graph: Graph, claude: Claude, files: Files, store: Store
) -> Mapping[str, Handler]:
    """Everything that is asked for by `jobs.enqueue`, by kind."""
    desk = Desk(settings, claude, typing_through(graph, settings.whatsapp_access_token.get_secret_value()))
    return {
        **assistant.handlers(desk),
        telling.MARK_READ: telling.handler(settings, graph),
        expecting.FETCH: Fetching(files, store, settings.whatsapp_access_token.get_secret_value),
        sweeping.SWEEP: sweeping.Sweeping(store),
        UNCONFIRMED: unconfirmed,
        housekeeping.HOUSEKEEPING: housekeeping.tidy,
        history.HISTORY: history.handler(Filing(settings)),
    }
