"""One thing that was looked at: how it is, and what to do about it. Never a secret, never a customer's data."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"  # it works, and one day it will not
    WRONG = "wrong"


@dataclass(frozen=True)
class Check:
    """`says`: what was found, in a few words. `advice`: what to do, "" when nothing is."""

    name: str
    state: State
    says: str
    advice: str = ""

    @property
    def line(self) -> str:
        return f"{self.state:<8} {self.name}: {self.says}" + (f". {self.advice}" if self.advice else "")


def ok(name: str, says: str) -> Check:
    return Check(name, State.OK, says)


def warning(name: str, says: str, advice: str) -> Check:
    return Check(name, State.WARNING, says, advice)


def wrong(name: str, says: str, advice: str) -> Check:
    return Check(name, State.WRONG, says, advice)


def clock_check(name: str, seconds_apart: float, *, tolerance_seconds: float) -> Check:
    """Two clocks: beyond the tolerance is worth a look, beyond a minute signatures and leases go astray."""
    says = f"{abs(seconds_apart):.0f} s apart from this machine's"
    if abs(seconds_apart) > 60:
        return wrong(name, says, "Set the clock of this machine by NTP")
    if abs(seconds_apart) > tolerance_seconds:
        return warning(name, says, "Set the clock of this machine by NTP")
    return ok(name, says)


def schema_check(current: str | None, newest: str) -> Check:
    if current == newest:
        return ok("schema", newest)
    return wrong(
        "schema", f"{current or 'none'}, and this program wants {newest}", "Run `python -m app migrate`"
    )
