"""Every environment variable, typed; a wrong value stops the start with a sentence that names it."""

import os
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from urllib.request import url2pathname
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url

from app.setting_faults import sentence_of

HOME = Path(__file__).parent.parent
DATA = HOME / "data"
SHORTEST_SECRET = 32
OWN_DATABASE = ("postgres://", "postgresql://")  # as BUS_URL: the database itself
REDIS = {"redis", "rediss", "unix"}  # the schemes of its addresses
BUCKETS = {"s3", "gs"}  # the schemes of MEDIA_URL for a cloud's object store


class WrongSettings(Exception):
    """The environment cannot be used as it is; the message names the variable and says what to do."""


class Environment(StrEnum):
    PRODUCTION = "production"
    DEVELOPMENT = "development"
    TEST = "test"


class Transport(StrEnum):
    AUTO = "auto"
    POLL = "poll"
    SSE = "sse"


class Jobs(StrEnum):
    """Who sends, lets Claude answer and works off the jobs."""

    INSIDE = "inside"  # this process, beside its doors
    APART = "apart"  # `python -m app worker`


Secrets = Annotated[tuple[SecretStr, ...], NoDecode]


class Settings(BaseSettings):
    """The whole configuration. Lists of secrets are written with a comma: the first is used, both are accepted."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore")

    recado_env: Environment = Environment.PRODUCTION
    database_url: str = f"sqlite:///{DATA / 'recado.db'}"
    bus_url: str = ""
    recado_jobs: Jobs = Jobs.INSIDE
    live_transport: Transport | None = None
    secret_key: Secrets = ()
    public_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    admin_email: str = ""
    admin_password: SecretStr = SecretStr("")
    time_zone: str = "America/Sao_Paulo"

    whatsapp_api_url: str = "https://graph.facebook.com"
    whatsapp_api_version: str = "v26.0"
    whatsapp_phone_number_id: str = ""
    whatsapp_access_token: SecretStr = SecretStr("")
    whatsapp_app_secret: Secrets = ()
    whatsapp_verify_token: SecretStr = SecretStr("")
    whatsapp_business_account_id: str = ""
    whatsapp_messages_per_second: int = Field(80, ge=1, le=1000)

    anthropic_api_key: SecretStr = SecretStr("")
    anthropic_base_url: str = ""
    anthropic_gateway: bool | None = None
    vertex_project: str = ""
    vertex_region: str = "global"
    claude_model: str = "claude-haiku-5-5"
    claude_enabled: bool | None = None
    claude_wait_seconds: float = Field(4.0, ge=0, le=300)
    embeddings_url: str = ""
    embeddings_model: str = ""
    embeddings_key: SecretStr = SecretStr("")
    transcription_url: str = ""
    transcription_model: str = ""
    transcription_key: SecretStr = SecretStr("")

    push_services: Annotated[tuple[str, ...], NoDecode] = ()
    media_url: str = (DATA / "media").as_uri()
    metrics_token: SecretStr = SecretStr("")
    gae_env: str = ""

    # Set by `app/simulated.py` alone, once the simulator runs in this process; the environment cannot.
    plays_whatsapp: bool = Field(False, validation_alias="recado-plays-whatsapp-is-no-variable")
    plays_claude: bool = Field(False, validation_alias="recado-plays-claude-is-no-variable")

    @field_validator("secret_key", "whatsapp_app_secret", "push_services", mode="before")
    @classmethod
    def split_list(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("secret_key")
    @classmethod
    def long_enough(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(secret.get_secret_value()) < SHORTEST_SECRET for secret in value):
            raise ValueError(
                f"each secret needs at least {SHORTEST_SECRET} characters; `openssl rand -hex 32` makes one"
            )
        return value

    @field_validator("push_services")
    @classmethod
    def web_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(cls.web_address, value))

    @field_validator("database_url")
    @classmethod
    def our_driver(cls, value: str) -> str:
        """Any SQLite or Postgres address, with the drivers this program uses."""
        return database_address(value)

    @field_validator(
        "public_url", "whatsapp_api_url", "anthropic_base_url", "embeddings_url", "transcription_url"
    )
    @classmethod
    def web_address(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
            raise ValueError("must be an address that begins with http:// or https://")
        return value.rstrip("/")

    @field_validator("bus_url")
    @classmethod
    def known_bus(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in {"memory", "postgres", "postgresql", *REDIS}:
            raise ValueError("must be memory://, postgres:// or redis://…")
        return value

    @field_validator("media_url")
    @classmethod
    def place_of_ours(cls, value: str) -> str:
        parts = urlsplit(value)
        is_bucket = parts.scheme in BUCKETS and parts.netloc and not parts.query and "@" not in parts.netloc
        is_folder = parts.scheme == "file" and parts.netloc in {"", "localhost"} and len(parts.path) >= 2
        if not is_bucket and not is_folder:
            raise ValueError("must be a folder, file:///absolute/path, or a bucket, s3://… or gs://…")
        return value.rstrip("/") if is_bucket else value

    @field_validator("time_zone")
    @classmethod
    def known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("must be a time zone such as America/Sao_Paulo") from error
        return value

    @field_validator("admin_email")
    @classmethod
    def has_at(cls, value: str) -> str:
        if value and "@" not in value:
            raise ValueError("must be an e-mail address")
        return value.strip().lower()

    @model_validator(mode="after")
    def complete(self) -> Self:
        """What production cannot run without, each missing variable named."""
        if not self.secret_key and self.recado_env is not Environment.DEVELOPMENT:
            raise ValueError(
                "SECRET_KEY is missing: set at least 32 random characters (`openssl rand -hex 32`), "
                "or RECADO_ENV=development on your own machine"
            )
        if self.admin_email and not self.admin_password.get_secret_value():
            raise ValueError("ADMIN_PASSWORD is missing: ADMIN_EMAIL needs it to create the first admin")
        if self.recado_env is not Environment.PRODUCTION:
            return self
        if not self.whatsapp_app_secret:
            raise ValueError(
                "WHATSAPP_APP_SECRET is missing: without it nobody can tell Meta's webhooks from forged ones"
            )
        if not self.whatsapp_verify_token.get_secret_value():
            raise ValueError("WHATSAPP_VERIFY_TOKEN is missing: Meta's set-up of the webhook asks for it")
        return self

    @model_validator(mode="after")
    def one_process_on_sqlite(self) -> Self:
        if not self.is_sqlite:
            return self
        if self.recado_jobs is Jobs.APART:
            raise ValueError(
                "RECADO_JOBS: on SQLite one process does everything; use Postgres, or RECADO_JOBS=inside"
            )
        if self.bus_url in OWN_DATABASE:
            raise ValueError(
                "BUS_URL: the database is SQLite; leave it empty, or name a Postgres or Redis server"
            )
        return self

    @property
    def is_sqlite(self) -> bool:
        return make_url(self.database_url).get_backend_name() == "sqlite"

    @property
    def bus_address(self) -> str:
        """What the bus is reached by, as its driver wants it; "" when this process is alone."""
        if urlsplit(self.bus_url).scheme in REDIS:
            return self.bus_url
        if urlsplit(self.bus_url).scheme == "memory" or (not self.bus_url and self.is_sqlite):
            return ""
        own = self.database_url if self.bus_url in ("", *OWN_DATABASE) else database_address(self.bus_url)
        return make_url(own).set(drivername="postgresql").render_as_string(hide_password=False)

    @property
    def keeps_media_in_a_bucket(self) -> bool:
        return urlsplit(self.media_url).scheme in BUCKETS

    @property
    def media_folder(self) -> Path:
        return Path(url2pathname(urlsplit(self.media_url).path))

    @property
    def is_production(self) -> bool:
        return self.recado_env is Environment.PRODUCTION

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def simulates_whatsapp(self) -> bool:
        """Whether this process plays WhatsApp itself: development without a real token or another address."""
        return self.plays_whatsapp or (
            self.recado_env is Environment.DEVELOPMENT
            and not self.whatsapp_access_token.get_secret_value()
            and "whatsapp_api_url" not in self.model_fields_set
        )

    @property
    def simulates_claude(self) -> bool:
        """Whether this process plays Claude: only beside the simulated WhatsApp, never to a real customer."""
        return self.plays_claude or (self.simulates_whatsapp and not self.names_claude)

    @property
    def simulates_transcripts(self) -> bool:
        """Whether this process plays the transcriber too: of the simulated WhatsApp's voice messages alone."""
        return self.simulates_whatsapp and not (self.transcription_url or self.transcription_model)

    @property
    def names_claude(self) -> bool:
        return bool(
            self.anthropic_api_key.get_secret_value() or self.anthropic_base_url or self.vertex_project
        )

    @property
    def claude_answers(self) -> bool:
        wanted = self.claude_enabled
        return (self.names_claude or self.simulates_claude) if wanted is None else wanted

    @property
    def transport(self) -> Transport:
        """How tabs receive; App Engine standard collects whole responses, so only polls pass there."""
        usual = Transport.POLL if self.gae_env == "standard" else Transport.AUTO
        return self.live_transport or usual

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


def database_address(value: str) -> str:
    """A database address as platforms hand it out, rewritten for our drivers."""
    try:
        url = make_url(value)
    except Exception as error:
        raise ValueError("is no database address: sqlite:///path or postgres://…") from error
    backend = url.get_backend_name()
    if backend == "sqlite":
        if not url.database or url.database == ":memory:":
            raise ValueError("needs a file: sqlite:///path/to/recado.db")
        return url.set(drivername="sqlite+aiosqlite").render_as_string(hide_password=False)
    if backend in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    raise ValueError("must begin with sqlite:/// or postgres://")


def load_settings(**given: Any) -> Settings:
    """The settings from the environment and `.env`; raises WrongSettings with a sentence for each fault."""
    env_file = None if os.environ.get("RECADO_ENV") == Environment.TEST else HOME / ".env"
    try:
        return Settings(_env_file=env_file, **given)
    except ValidationError as error:
        raise WrongSettings("\n".join(sentence_of(fault) for fault in error.errors())) from None
