"""One measured figure."""

from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Figure:
    """`base` is what was measured beside it in the same run, None for what stands alone; `limit` what we promise."""

    name: str
    value: float
    unit: str
    base: float | None = None
    limit: float | None = None

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
        promised = (
            ""
            if self.limit is None
            else f" (promised: at most {self.limit:g}{'' if self.ratio is None else ' ×'})"
        )
        return f"{self.name}: {self.value:.2f} {self.unit}{beside}{promised}"


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` (0..1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def middle(values: list[float]) -> float:
    return median(values)
