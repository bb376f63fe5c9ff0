"""Doors for tests: make customers write, make things go wrong, ask what happened."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from app.simulator import control_customers, control_webhooks
from app.simulator.claude_stage import NAMED as NAMED_REPLIES
from app.simulator.claude_stage import reply_from
from app.simulator.control_words import Answer, Wish, wishes
from app.simulator.faults import NAMED as NAMED_FAULTS
from app.simulator.faults import fault_from
from app.simulator.scene import Scene
from app.simulator.transcripts_stage import answer_from
from app.simulator.world import World

Verb = Callable[[World, Wish], Awaitable[Answer]]


def control_routes(world: World) -> Mount:
    """Everything under `/control`; each door takes and gives JSON, a wrong wish is 422."""

    def door(where: str, verb: Verb) -> Route:
        method, path = where.split(" ")

        async def answer(request: Request) -> Response:
            try:
                return JSONResponse(await verb(world, await wishes(request)))
            except (ValueError, KeyError, TypeError) as wrong:
                return JSONResponse({"error": f"{type(wrong).__name__}: {wrong}"}, status_code=422)

        return Route(path, answer, methods=[method])

    verbs = {**_OWN, **control_customers.VERBS, **control_webhooks.VERBS}
    return Mount("/control", routes=[door(where, verb) for where, verb in verbs.items()])


async def _state(world: World, wish: Wish) -> Answer:
    return {
        "webhook_url": world.webhook_url,
        "customers": [asdict(customer) | {"key": key} for key, customer in world.customers.items()],
        "faults": [asdict(fault) for fault in world.faults.waiting],
        "scripts": [asdict(script) for script in world.claude.scripts],
        "scene": {"running": world.scene.is_running, "written": world.scene.written} if world.scene else None,
        "fault_names": sorted(NAMED_FAULTS),
        "reply_names": sorted(NAMED_REPLIES),
    }


async def _configure(world: World, wish: Wish) -> Answer:
    world.webhook_url = wish.get("webhook_url", world.webhook_url)
    return await _state(world, wish)


async def _move_clock(world: World, wish: Wish) -> Answer:
    world.clock_offset_seconds += float(wish["advance_seconds"])
    return {"now": world.now()}


async def _reset(world: World, wish: Wish) -> Answer:
    await world.reset()
    return {"reset": True}


async def _idle(world: World, wish: Wish) -> Answer:
    idle = await world.background.until(lambda: world.background.is_idle, float(wish.get("timeout", 10)))
    return {"idle": idle, "pending": world.courier.pending_count()}


async def _sends(world: World, wish: Wish) -> Answer:
    """The oracle. `at_least` waits up to `timeout` for that many accepted ones."""
    least, timeout = int(wish.get("at_least", 0)), float(wish.get("timeout", 10))
    opaque = wish.get("opaque")

    def matching() -> list[dict[str, Any]]:
        return [asdict(send) for send in world.accepted() if opaque in (None, send.opaque)]

    await world.background.until(lambda: least == 0 or len(matching()) >= least, timeout)
    return {"accepted": matching(), "refused": [asdict(send) for send in world.refused()]}


async def _install_faults(world: World, wish: Wish) -> Answer:
    world.faults.install([fault_from(one) for one in wish.get("faults", [wish])])
    return {"waiting": len(world.faults.waiting)}


async def _clear_faults(world: World, wish: Wish) -> Answer:
    world.faults.clear()
    return {"waiting": 0}


async def _script_claude(world: World, wish: Wish) -> Answer:
    world.claude.prepare([reply_from(one) for one in wish.get("replies", [wish])])
    return {"waiting": len(world.claude.scripts)}


async def _clear_scripts(world: World, wish: Wish) -> Answer:
    world.claude.scripts.clear()
    return {"waiting": 0}


async def _claude_requests(world: World, wish: Wish) -> Answer:
    """`at_least` waits for that many requests that have ended."""
    least, timeout = int(wish.get("at_least", 0)), float(wish.get("timeout", 10))

    def ended() -> Iterable[int]:
        return [asked.number for asked in world.claude.asked if asked.outcome != "running"]

    await world.background.until(lambda: len(list(ended())) >= least, timeout)
    return {"requests": [asdict(asked) for asked in world.claude.asked]}


async def _go_on(world: World, wish: Wish) -> Answer:
    """One of those that hold goes on; the next one to hold when none does yet."""
    world.go_on.release()
    return {"goes_on": True}


async def _script_transcripts(world: World, wish: Wish) -> Answer:
    """`text`: what every voice message says from now on. `answers`: what the next requests get."""
    world.transcripts.text = str(wish.get("text", world.transcripts.text))
    world.transcripts.answers += [answer_from(one) for one in wish.get("answers", [])]
    return {"waiting": len(world.transcripts.answers)}


async def _transcripts_asked(world: World, wish: Wish) -> Answer:
    """`at_least` waits for that many requests."""
    least, timeout = int(wish.get("at_least", 0)), float(wish.get("timeout", 10))
    await world.background.until(lambda: len(world.transcripts.asked) >= least, timeout)
    return {"requests": [heard.as_json() for heard in world.transcripts.asked]}


async def _start_scene(world: World, wish: Wish) -> Answer:
    if wish.get("name", "busy-morning") != "busy-morning":
        raise ValueError(f"no scene is called {wish['name']!r}")
    scene = Scene(
        world,
        messages=int(wish.get("messages", 60)),
        per_minute=float(wish.get("per_minute", 30)),
        seed=int(wish.get("seed", 7)),
    )
    scene.start()
    return {"running": True}


async def _stop_scene(world: World, wish: Wish) -> Answer:
    if world.scene:
        world.scene.stop()
    return {"running": False}


_OWN: dict[str, Verb] = {
    "GET /state": _state,
    "POST /config": _configure,
    "POST /clock": _move_clock,
    "POST /reset": _reset,
    "GET /idle": _idle,
    "GET /sends": _sends,
    "POST /faults": _install_faults,
    "DELETE /faults": _clear_faults,
    "POST /claude/replies": _script_claude,
    "DELETE /claude/replies": _clear_scripts,
    "POST /go_on": _go_on,
    "GET /claude/requests": _claude_requests,
    "POST /transcripts": _script_transcripts,
    "GET /transcripts": _transcripts_asked,
    "POST /scene": _start_scene,
    "DELETE /scene": _stop_scene,
}
