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
    takes_pictures: bool | None = None  # None: it is not told
    takes_pdfs: bool | None = None

    def is_going(self, now: datetime) -> bool:
        """Whether another one should be chosen: it is deprecated, or gone within 60 days."""
        retires_soon = self.retires_at is not None and self.retires_at - now <= SOON
        return self.lifecycle in {"deprecated", "retired"} or retires_soon


@dataclass(frozen=True)
class Sight:
    """Which files a model can be shown."""

    pictures: bool
    pdfs: bool


def sight_of(model: Model | None, usual: bool) -> Sight:
    """As the model tells it, else as is usual."""
    if model is None:
        return Sight(usual, usual)
    told = model.takes_pictures, model.takes_pdfs
    return Sight(*(usual if one is None else one for one in told))


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
        takes_pictures=capability(told, "image_input"),
        takes_pdfs=capability(told, "pdf_input"),
    )


def capability(told: dict[str, Any], name: str) -> bool | None:
    capabilities = told.get("capabilities")
    one = capabilities.get(name) if isinstance(capabilities, dict) else None
    supported = one.get("supported") if isinstance(one, dict) else None
    return supported if isinstance(supported, bool) else None


def moment(told: Any) -> datetime | None:
    if isinstance(told, datetime):
        return told if told.tzinfo else told.replace(tzinfo=UTC)
    try:
        found = datetime.fromisoformat(told)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
