"""What goes wrong on request: for the next N sends, or the next N that match."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    SLOW = "slow"  # waits `seconds`, or until it may go on (`hold`), before or after accepting (`when`)
    ERROR = "error"  # refused with Graph's JSON and `code`
    ANSWER = "answer"  # any `http_status`, `body`, `content_type`; accepted first if `accept`
    DRIP = "drip"  # accepted, then the answer comes one byte each `seconds`
    DROP = "drop"  # accepted, then the connection is cut, `after_bytes` of the answer
    CUT = "cut"  # the connection is cut before anything is accepted
    STATUSES = "statuses"  # reports `order` instead of the usual ones; `first`: before the answer
    FAILED = "failed"  # accepted, then reported as failed with `code`
    WEBHOOKS = "webhooks"  # each webhook goes out `times` at once
    LIMIT = (
        "limit"  # refused with `code` beyond `per_second` of those that match, until the faults are cleared
    )
    LOOK_UP = "look_up"  # where a file is: Graph refuses with `code`, answers `http_status` and `body`, or says `url`
    UPLOAD = "upload"  # a file of ours: Graph refuses it with `code`, or answers `http_status` and `body`
    LIST = "list"  # the account's templates: Graph refuses to list them with `code`
    BLOCK = "block"  # each customer to block or unblock: refused with `code`; or, as `how` says, cut before, or lost after
    FILE = "file"  # the file itself goes wrong as `how` says, or is `http_status` with `headers` and `body` instead


NOT_OF_SENDS = {FaultKind.LOOK_UP, FaultKind.UPLOAD, FaultKind.FILE, FaultKind.LIST, FaultKind.BLOCK}


@dataclass(slots=True)
class Fault:
    """`remaining` counts down; `match` compares `to` and `opaque` exactly, `text` as a part."""

    kind: FaultKind
    remaining: int = 1
    match: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    hold: bool = False
    when: str = "before"
    code: int = 131000
    http_status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    content_type: str = "text/html"
    accept: bool = False
    order: list[str] = field(default_factory=list)
    first: bool = False
    times: int = 2
    after_bytes: int = 0
    per_second: int = 20
    how: str = ""  # short, cut, endless, drip, damaged: see `graph_files.py`
    url: str = ""

    def concerns(self, payload: dict[str, Any]) -> bool:
        """Whether this send is one of those meant."""
        facts = {
            "to": str(payload.get("to") or payload.get("recipient") or ""),
            "opaque": str(payload.get("biz_opaque_callback_data") or ""),
        }
        text = payload.get("text")
        words = str(text.get("body", "")) if isinstance(text, dict) else ""
        exact = all(facts[name] == value for name, value in self.match.items() if name in facts)
        return exact and self.match.get("text", "") in words


NAMED: dict[str, dict[str, Any]] = {
    "slow": {"kind": "slow", "seconds": 5.0},
    "server_error": {"kind": "answer", "http_status": 500, "body": "", "content_type": "text/plain"},
    "html": {"kind": "answer", "http_status": 502, "body": "<html><body>Bad Gateway</body></html>"},
    "no_wamid": {
        "kind": "answer", "http_status": 200, "accept": True, "content_type": "application/json",
        "body": '{"messaging_product":"whatsapp","contacts":[],"messages":[]}',
    },
    "throttle": {"kind": "error", "code": 130429},
    "throughput": {"kind": "limit", "code": 130429},
    "pair_rate": {"kind": "error", "code": 131056},
    "window_closed": {"kind": "failed", "code": 131047},
    "drop": {"kind": "drop"},
    "cut": {"kind": "cut"},
    "token_expired": {"kind": "error", "code": 190},
    "refused": {"kind": "error", "code": 131026},
    "payment": {"kind": "error", "code": 131042},
    "restricted": {"kind": "error", "code": 131031},
    "no_statuses": {"kind": "statuses", "order": []},
    "statuses_twice": {"kind": "statuses", "order": ["sent", "sent", "delivered", "delivered"]},
    "statuses_backwards": {"kind": "statuses", "order": ["read", "delivered", "sent"]},
    "statuses_first": {"kind": "statuses", "order": ["sent", "delivered"], "first": True},
    "webhooks_twice": {"kind": "webhooks", "times": 2},
}  # fmt: skip


def fault_from(wish: dict[str, Any]) -> Fault:
    """A fault from JSON: `{"name": …}` takes one of `NAMED` as a start; other keys are the fields above.

    Raises ValueError for an unknown name, kind or field.
    """
    name = wish.get("name")
    if name is not None and name not in NAMED:
        raise ValueError(f"no fault is called {name!r}")
    fields = {**NAMED.get(str(name), {}), **{key: value for key, value in wish.items() if key != "name"}}
    try:
        fields["kind"] = FaultKind(fields["kind"])
        return Fault(**fields)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a fault: {error}") from error


class Faults:
    """Those installed and not used up, oldest first."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def install(self, faults: Iterable[Fault]) -> None:
        self.waiting.extend(faults)

    def clear(self) -> None:
        self.waiting.clear()

    def take_for_send(self, payload: dict[str, Any]) -> dict[FaultKind, Fault]:
        """The first of each kind that this send meets; each is used once."""
        met: dict[FaultKind, Fault] = {}
        for fault in self.waiting:
            is_meant = fault.kind not in (FaultKind.WEBHOOKS, *NOT_OF_SENDS)
            if is_meant and fault.kind not in met and fault.concerns(payload):
                met[fault.kind] = fault
        for fault in met.values():
            self._use(fault)
        return met

    def take(self, kind: FaultKind) -> Fault | None:
        """The first of this kind, used once, whatever the request is about."""
        met = next((fault for fault in self.waiting if fault.kind is kind), None)
        if met is not None:
            self._use(met)
        return met

    def copies_of_webhook(self) -> int:
        """How many times the next webhook goes out at once."""
        fault = self.take(FaultKind.WEBHOOKS)
        return fault.times if fault else 1

    def _use(self, fault: Fault) -> None:
        if fault.kind is FaultKind.LIMIT:
            return
        fault.remaining -= 1
        if fault.remaining <= 0:
            self.waiting.remove(fault)
