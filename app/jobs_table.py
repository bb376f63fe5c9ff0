"""Which room works off which kind of job, and how long one can wait at most."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from app import housekeeping
from app.assistant import handlers as assistant
from app.assistant.claude import Claude
from app.assistant.desk import Desk, typing_through
from app.assistant.returning import RETURN
from app.assistant.schedule import ANSWER
from app.attention import telling
from app.connectors.asking import outside_of
from app.consulting import asking
from app.consulting.running import consult
from app.conversations import blocking, marks, reacting
from app.conversations.resolving import SUMMARISE
from app.knowledge import embedding, versions
from app.media import expecting, outbound, previews, sweeping
from app.media.fetching import Fetching
from app.media.store import Store
from app.message_templates import syncing
from app.outbox.delivery import ANSWER_DID_NOT_LEAVE, FOUND_BLOCKED
from app.outbox.queue import UNCONFIRMED
from app.outbox.unconfirmed import unconfirmed
from app.proposing import deciding
from app.proposing.writing import propose
from app.push import calling, keys
from app.push.service import PushService
from app.rehearsing import playground, replaying, running_replays
from app.settings import Settings
from app.transcribing.hearing import Hearing
from app.transcribing.transcriber import Transcriber
from app.transcribing.wanting import TRANSCRIBE
from app.whatsapp import history
from app.whatsapp.files import Files
from app.whatsapp.filing import Filing
from app.whatsapp.graph import Graph
from app.worker import Handler

# What waits longer was asked for by a clock that has been put back since. Kinds that wait for a date are not here.
LONGEST_WAITS: Mapping[str, timedelta] = {
    RETURN: timedelta(hours=1),
    SUMMARISE: timedelta(minutes=10),
    ANSWER: timedelta(minutes=30),  # a customer's quiet time is 25 minutes at most, a wait after a failure 7
    ANSWER_DID_NOT_LEAVE: timedelta(minutes=10),
    FOUND_BLOCKED: timedelta(minutes=10),
    asking.CONSULT: timedelta(minutes=10),
    telling.MARK_READ: timedelta(minutes=10),
    telling.SHOW_TYPING: timedelta(minutes=10),
    reacting.REACT: timedelta(minutes=10),
    UNCONFIRMED: timedelta(minutes=10),
    calling.CALL: timedelta(minutes=10),
    calling.CALL_ONE: timedelta(minutes=10),
    expecting.FETCH: timedelta(hours=2),
    expecting.PREVIEW: timedelta(hours=2),
    TRANSCRIBE: timedelta(minutes=10),
    outbound.UPLOAD: timedelta(minutes=10),
    versions.EMBED: timedelta(minutes=10),
    playground.PLAY: timedelta(minutes=10),
    replaying.REPLAY: timedelta(minutes=10),
    deciding.PROPOSE: timedelta(minutes=10),
    sweeping.SWEEP: timedelta(hours=2),
    housekeeping.HOUSEKEEPING: timedelta(hours=2),
    syncing.SYNC: timedelta(hours=7),
    history.HISTORY: timedelta(minutes=10),
}


def handlers(
    settings: Settings,
    graph: Graph,
    claude: Claude,
    files: Files,
    store: Store,
    push: PushService,
    transcriber: Transcriber | None,
) -> Mapping[str, Handler]:
    """Everything that is asked for by `jobs.enqueue`, by kind."""
    token = settings.whatsapp_access_token.get_secret_value
    outside = outside_of(settings)
    hears = transcriber is not None
    desk = Desk(settings, claude, typing_through(graph, token()), store=store, outside=outside, hears=hears)
    return {
        **assistant.handlers(desk),
        asking.CONSULT: partial(consult, desk=desk),
        **calling.handlers(push, partial(keys.stored, secrets=settings.secret_key)),
        telling.MARK_READ: telling.marking_read(settings, graph),
        telling.SHOW_TYPING: telling.showing_typing(settings, graph),
        expecting.FETCH: Fetching(files, store, token),
        expecting.PREVIEW: previews.Previewing(store, hears=hears),
        TRANSCRIBE: Hearing(store, transcriber),
        outbound.UPLOAD: outbound.Uploading(files, store, token),
        versions.EMBED: embedding.embed,
        playground.PLAY: partial(playground.play, desk=desk),
        replaying.REPLAY: partial(running_replays.replay, desk=desk),
        deciding.PROPOSE: partial(propose, desk=desk),
        sweeping.SWEEP: sweeping.Sweeping(store),
        FOUND_BLOCKED: blocking.found_out,
        reacting.REACT: reacting.handler(settings, graph),
        marks.END_OF_MUTE: marks.mute_ended,
        UNCONFIRMED: unconfirmed,
        syncing.SYNC: syncing.Syncing(settings, graph),
        housekeeping.HOUSEKEEPING: housekeeping.tidy,
        history.HISTORY: history.handler(Filing(settings)),
    }
