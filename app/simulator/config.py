"""What one simulated WhatsApp number is, and how fast it behaves."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SimulatorConfig:
    """`webhook_url` may change later (`World.webhook_url`); spans are in seconds."""

    webhook_url: str
    app_secret: str
    verify_token: str
    phone_number_id: str = "100000000000001"
    more_phone_number_ids: tuple[str, ...] = ()  # other numbers of the same business that may send
    business_account_id: str = "200000000000001"
    access_token: str = "simulated"  # noqa: S105 - opens nothing
    display_phone_number: str = "+55 11 90000-0000"
    status_delay_seconds: float = 0.3
    typing_pause_seconds: float = 0.04
    # It begins anew with each start and the desk does not: who wrote before may then still be answered.
    begins_with_open_windows: bool = False
    send_log: Path | None = None
    webhook_timeout_seconds: float = 10.0
    webhook_retry_seconds: float = 0.2
    webhook_retry_max_seconds: float = 5.0
    # Meta gives up after about seven days; here a day passes in two thousand attempts.
    webhook_attempts: int = 14_000

    @property
    def business_digits(self) -> str:
        """The business's own number as webhooks write it: digits only."""
        return "".join(filter(str.isdigit, self.display_phone_number))
