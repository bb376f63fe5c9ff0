"""How the pages about replays call things."""

from app.i18n import N_, _
from app.pages import claude_words
from app.rehearsing.models import Outcome, ReplayState
from app.rehearsing.running_replays import BROKEN_OFF

OUTCOMES = {
    Outcome.SAME: N_("Same words"),
    Outcome.WORDS: N_("Other words"),
    Outcome.HANDS_OVER: N_("Now hands over"),
    Outcome.ANSWERS: N_("Now answers"),
    Outcome.HELD: N_("Now held back"),
    Outcome.FAILED: N_("Failed"),
    Outcome.GONE: N_("Nothing left to replay"),
}
STATES = {
    ReplayState.RUNNING: N_("Under way"),
    ReplayState.DONE: N_("Finished"),
    ReplayState.STOPPED: N_("Stopped"),
    ReplayState.DECLINED: N_("Ended early"),
    ReplayState.FAILED: N_("Ended early"),
}
SHOWN = {
    "all": N_("All answers"),
    "different": N_("Different"),
    "handovers": N_("Hand-over changed"),
}
DIED = N_("It was broken off again and again.")


def outcome(key: str) -> str:
    return _(OUTCOMES[Outcome(key)])


def state(key: str) -> str:
    return _(STATES[ReplayState(key)])


def shown(key: str) -> str:
    return _(SHOWN[key])


def failure(kind: str) -> str:
    return _(DIED) if kind == BROKEN_OFF else claude_words.failure(kind)


effort = claude_words.effort
