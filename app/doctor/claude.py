"""Claude's side: whether the provider answers, and whether the models that are used will stay."""

from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.assistant.choices import all_chosen
from app.assistant.claude import VERTEX, Claude, claude_from
from app.assistant.failures import ClaudeFailed
from app.assistant.offered import Model
from app.db import close_database, open_database, reading
from app.doctor.checks import Check, ok, warning, wrong
from app.settings import Settings


async def claude_checks(settings: Settings) -> list[Check]:
    if settings.simulates_claude:
        return [ok("Claude", "played by the simulator")]
    if not settings.claude_answers:
        return [ok("Claude", "switched off")]
    provider = claude_from(settings)
    try:
        models = {model.id: model for model in await provider.models()}
    except ClaudeFailed as failure:
        return [wrong("Claude", f"no list of models ({failure.kind})", "Test the connection on /claude")]
    finally:
        await provider.close()
    if provider.kind == VERTEX:
        return [ok("Claude", "on Vertex AI, which tells no models")]
    used = await models_used(settings, provider)
    return [ok("Claude", f"{len(models)} models are offered"), *model_checks(used, models)]


async def models_used(settings: Settings, provider: Claude) -> set[str]:
    """What was chosen; what the environment says where the database cannot tell."""
    open_database(settings.database_url)
    try:
        async with reading() as session:
            return {choice.model for choice in (await all_chosen(session, provider)).values()}
    except (SQLAlchemyError, OSError):
        return {provider.model}
    finally:
        await close_database()


def model_checks(used: set[str], models: dict[str, Model]) -> Iterator[Check]:
    for name in sorted(used):
        model, advice = models.get(name), "Choose another one on /claude"
        if model is None:
            yield wrong(f"model {name}", "the provider does not offer it", advice)
        elif model.is_going(clock.now()):
            ends = f", ends on {model.retires_at:%Y-%m-%d}" if model.retires_at else ""
            yield warning(f"model {name}", f"{model.lifecycle}{ends}", advice)
        else:
            yield ok(f"model {name}", model.lifecycle)
