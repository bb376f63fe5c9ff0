"""One measured figure."""

from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Figure:
    """`base` is what was measured beside it in the same run, None for what stands alone.

    `limit` is the most we promise, `at_least` the least: of the ratio where there is a base, else of the value.
    """

    name: str
    value: float
    unit: str
    base: float | None = None
    limit: float | None = None
    at_least: float | None = None

    @property
    def ratio(self) -> float | None:
        return None if self.base is None else self.value / self.base

    def as_dict(self) -> dict[str, Any]:
        ratio = None if self.ratio is None else round(self.ratio, 3)
        return {
            "name": self.name,
            "value": round(self.value, 3),
            "unit": self.unit,
            "base": self.base and round(self.base, 3),
            "ratio": ratio,
        }

    def sentence(self) -> str:
        beside = (
            "" if self.ratio is None else f", {self.ratio:.2f} × the floor of {self.base:.2f} {self.unit}"
        )
        times = "" if self.ratio is None else " ×"
        most = "" if self.limit is None else f" (promised: at most {self.limit:g}{times})"
        least = "" if self.at_least is None else f" (promised: at least {self.at_least:g}{times})"
        return f"{self.name}: {self.value:.2f} {self.unit}{beside}{most}{least}"


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0..1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def middle(values: list[float]) -> float:
    return median(values)
