"""What one named fault came to."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from tests.faults.oracle import Findings

RECOVERY_SECONDS = 30.0


@dataclass
class Result:
    """`broken`: the promises it broke, in words. Spans are in seconds."""

    name: str
    seed: int
    engine: str = "sqlite"
    kills: int = 0
    messages: int = 0
    sends: int = 0
    unknown: int = 0
    lost: int = 0
    duplicated: int = 0
    repeated: int = 0  # requests of the attendant that a crash left without an answer
    slowest_recovery: float = 0.0  # from the start of a life until it takes requests
    drained_in: float = 0.0  # what was left when the last life began
    stopped_in: float = 0.0  # the slowest end after SIGTERM
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)

    def take(self, found: Findings, recoveries: Sequence[float], began: float) -> None:
        """Add what the oracle found. `began`: the monotonic moment at which the fault began."""
        self.broken += found.broken
        self.messages, self.sends, self.unknown = found.messages, found.sends, found.unknown
        self.lost, self.duplicated = found.lost, found.duplicated
        self.slowest_recovery = round(max(recoveries, default=0.0), 2)
        if self.slowest_recovery > RECOVERY_SECONDS:
            self.broken.append(f"a recovery took {self.slowest_recovery} s")
        self.seconds = round(time.monotonic() - began, 1)

    def line(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)
