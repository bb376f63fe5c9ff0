"""In development without a real token, WhatsApp and Claude are played by this very process, over real HTTP."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request

from app.i18n import language_tag
from app.settings import Environment, Settings
from app.templating import environment

WRITES_AT_A_PACE = 0.35  # seconds between pieces: slow enough to watch the draft and to press "stop"


@asynccontextmanager
async def simulated(app: Starlette, settings: Settings) -> AsyncIterator[Settings]:
    """The settings to serve with: pointed at a simulator of our own on a loopback port where they ask for one."""
    if not (settings.simulates_whatsapp or settings.simulates_claude):
        yield settings
        return
    from app.simulator.phone import phone_routes
    from app.simulator.serve import running

    config = simulator_config(settings)
    async with running(config) as (world, address):
        if settings.simulates_whatsapp:
            app.router.routes.extend(phone_routes(world, environment(settings), page_context))
        yield pointed_at(settings, address)


class ScriptedClaude:
    """Claude, doing what it is told and nothing else; `asked`: how often it was asked since."""

    def __init__(self, stage: Any) -> None:
        self._stage = stage

    def tell(self, wishes: Sequence[dict[str, Any]]) -> None:
        """What to do each time it is asked, as the simulator takes it; what is left of before is forgotten."""
        from app.simulator.claude_stage import reply_from

        self._stage.scripts.clear()
        self._stage.asked.clear()
        self._stage.prepare([reply_from(wish) for wish in wishes])

    @property
    def asked(self) -> int:
        return len(self._stage.asked)


@asynccontextmanager
async def scripted_claude() -> AsyncIterator[tuple[str, ScriptedClaude]]:
    """The address at which Claude is played, by real HTTP, and who plays it."""
    from app.simulator.config import SimulatorConfig
    from app.simulator.serve import running

    nobody = SimulatorConfig("http://127.0.0.1:9/", "no secret", "no token", typing_pause_seconds=0.0)
    async with running(nobody) as (world, address):
        yield address, ScriptedClaude(world.claude)


def simulator_config(settings: Settings, webhook_url: str = "") -> Any:
    """How the simulated WhatsApp reaches this program. Secrets that are not set are made up: they open nothing."""
    from app.simulator.config import SimulatorConfig

    secrets = settings.whatsapp_app_secret
    is_played = settings.recado_env is Environment.DEVELOPMENT
    given: dict[str, Any] = {
        "phone_number_id": settings.whatsapp_phone_number_id,
        "business_account_id": settings.whatsapp_business_account_id,
    }
    return SimulatorConfig(
        webhook_url=webhook_url or f"http://{settings.host}:{settings.port}/webhooks/whatsapp",
        app_secret=secrets[0].get_secret_value() if secrets else "simulated-app-secret",
        verify_token=settings.whatsapp_verify_token.get_secret_value() or "simulated-verify-token",
        typing_pause_seconds=WRITES_AT_A_PACE if is_played else 0.04,
        begins_with_open_windows=is_played,
        **{name: value for name, value in given.items() if value},
    )


def pointed_at(settings: Settings, address: str) -> Settings:
    changes: dict[str, Any] = {}
    if settings.simulates_whatsapp:
        config = simulator_config(settings)
        changes |= {
            "whatsapp_api_url": address,
            "whatsapp_access_token": SecretStr(config.access_token),
            "whatsapp_app_secret": (SecretStr(config.app_secret),),
            "whatsapp_verify_token": SecretStr(config.verify_token),
            "whatsapp_phone_number_id": config.phone_number_id,
            "whatsapp_business_account_id": config.business_account_id,
            "plays_whatsapp": True,
        }
    if settings.simulates_claude:
        changes |= {
            "anthropic_base_url": address,
            "anthropic_api_key": SecretStr("simulated"),
            "anthropic_gateway": True,  # it is asked as Anthropic's own servers are
            "plays_claude": True,
        }
    if settings.simulates_transcripts:
        changes |= {
            "transcription_url": f"{address}/v1/audio/transcriptions",
            "transcription_model": "whisper-simulated",
        }
    return settings.model_copy(update=changes)


def page_context(request: Request) -> dict[str, Any]:
    return {
        "csrf_token": getattr(request.state, "csrf_token", ""),
        "locale": language_tag(),
    }
