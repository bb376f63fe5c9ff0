"""The models that a provider offers, and which of them are about to go."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

SOON = timedelta(days=60)


@dataclass(frozen=True)
class Model:
    """As the Models API tells it; other servers tell the id alone."""

    id: str
    name: str
    lifecycle: str = "active"
    retires_at: datetime | None = None

    def is_going(self, now: datetime) -> bool:
        """Whether another one should be chosen: it is deprecated, or gone within 60 days."""
        retires_soon = self.retires_at is not None and self.retires_at - now <= SOON
        return self.lifecycle in {"deprecated", "retired"} or retires_soon


def model_from(told: dict[str, Any]) -> Model | None:
    """None for what has no id."""
    id, name, lifecycle = told.get("id"), told.get("display_name"), told.get("lifecycle")
    if not isinstance(id, str) or not id:
        return None
    return Model(
        id=id[:120],
        name=name[:120] if isinstance(name, str) and name else id[:120],
        lifecycle=lifecycle if isinstance(lifecycle, str) else "active",
        retires_at=moment(told.get("retires_at")),
    )


def moment(told: Any) -> datetime | None:
    if isinstance(told, datetime):
        return told if told.tzinfo else told.replace(tzinfo=UTC)
    try:
        found = datetime.fromisoformat(told)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
