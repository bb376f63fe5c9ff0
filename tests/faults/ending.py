"""The end of every fault: the last life drains, and all that was promised is compared with what is there."""

import re
import signal
import time
from pathlib import Path
from typing import Protocol

import anyio

from tests.actors import Browser, WhatsApp
from tests.faults.oracle import Findings, Outside, accepted_sends, as_a_page_should_show, examine, unfinished
from tests.faults.result import Result
from tests.faults.traffic import CANARY, CUSTOMERS, unread_as_shown
from tests.people import MARTA

STANDSTILL_SECONDS = 60.0  # in which nothing of the backlog moves: more than any lease
DRAIN_SECONDS = 600.0  # of a backlog that grows with the number of kills
PAUSE_SECONDS = 0.1
BUSY = (
    "TimeoutError",
    "OperationalError",
)  # answered 503 and asked again: a busy machine, not a wrong program
HUNG_UP = "InternalError"  # on a frozen transaction; told without a traceback, as every outage


class Tried(Protocol):
    """One desk, in however many processes."""

    @property
    def database_url(self) -> str: ...
    @property
    def send_log(self) -> Path: ...
    def read_log(self) -> str: ...
    async def end(self, by: signal.Signals) -> float: ...


async def concluded(
    desk: Tried,
    whatsapp: WhatsApp,
    marta: Browser,
    inbound: set[str],
    asked: dict[str, str],
    *,
    claude: bool,
    result: Result,
) -> Findings:
    """Drain, stop, and ask the oracle. `inbound` and `asked`: what customers and attendants said."""
    await whatsapp.control("DELETE", "/faults")
    result.drained_in = await drained(desk, whatsapp)
    pages = await unread_as_shown(marta)
    shown = dict[int, str]()
    for conversation in pages:
        bubbles = await marta.bubbles(conversation)
        shown |= {bubble.id: bubble.status for bubble in bubbles if bubble.direction == "out"}
    await desk.end(signal.SIGTERM)
    found = examine(desk.database_url, Outside(inbound, asked, accepted_sends(desk.send_log)), claude=claude)
    look_at_the_page(desk.database_url, shown, pages, found)
    look_at_the_log(desk.read_log(), found)
    return found


async def drained(desk: Tried, whatsapp: WhatsApp) -> float:
    """Seconds until nothing is left to do; fails, naming what is, when none of it moves any more."""
    began = changed_at = time.monotonic()
    left: list[str] = []
    looks = (
        0  # in a row that found nothing: what left between the two questions brings reports only afterwards
    )
    while True:
        idle = await whatsapp.control("GET", "/idle", timeout=1)
        found = unfinished(desk.database_url) + ([] if idle["idle"] else [f"webhooks: {idle['pending']}"])
        looks = 0 if found else looks + 1
        if looks == 2:
            return round(time.monotonic() - began, 1)
        if found != left:
            left, changed_at = found, time.monotonic()
        assert time.monotonic() - changed_at < STANDSTILL_SECONDS, f"nothing moves of {left}"
        assert time.monotonic() - began < DRAIN_SECONDS, f"not drained within {DRAIN_SECONDS} s: {left}"
        await anyio.sleep(PAUSE_SECONDS)


def look_at_the_page(
    database_url: str, shown: dict[int, str], pages: dict[int, int], found: Findings
) -> None:
    """The page shows the stored status, an unknown send as unknown, and the stored badge."""
    statuses, unread = as_a_page_should_show(database_url, MARTA.email)
    wrong = {message: status for message, status in shown.items() if statuses.get(message) != status}
    found.note(wrong, f"the page shows {wrong}")
    there = {conversation: unread[conversation] for conversation in pages}  # the list shows the newest alone
    found.note(there != pages, f"I6: the page shows {pages} unread, there are {there}")


def look_at_the_log(log: str, found: Findings) -> None:
    """I11: no customer's words or numbers; and nothing went wrong but the crashes, which leave no line."""
    found.note(
        CANARY in log or "canário".encode("unicode_escape").decode() in log, "I11: a text is in the log"
    )
    found.note(any(customer.wa_id in log for customer in CUSTOMERS), "I11: a phone number is in the log")
    errors = [
        error
        for error in re.finditer(r'^.*"severity": "(?:ERROR|CRITICAL)".*$|^Traceback.*$', log, re.M)
        if not is_an_outage(error[0])
    ]
    if errors:
        around = log[max(errors[0].start() - 300, 0) : errors[0].end() + 3000]
        found.note(True, f"the log has {len(errors)} errors, the first one here:\n{around}")


def is_an_outage(line: str) -> bool:
    """Whether an error line of the log tells only that the database could not be had for a moment."""
    is_busy = any(f'"fault": "{busy}"' in line for busy in BUSY)
    return is_busy or (f'"fault": "{HUNG_UP}"' in line and "Traceback" not in line)
