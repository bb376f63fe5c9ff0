"""Which room works off which kind of job."""

from collections.abc import Mapping

from app.settings import Settings
from app.whatsapp.graph import Graph
from app.worker import Handler


def handlers(settings: Settings, graph: Graph) -> Mapping[str, Handler]:
    from app.attention import telling

    return {telling.MARK_READ: telling.handler(settings, graph)}
