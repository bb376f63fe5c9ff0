"""From a question to what is said: rounds with tools, one fresh attempt, never half an answer."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import ceil

from app.assistant.calls import Calls
from app.assistant.checks import problem_in
from app.assistant.citing import Quote, grounded
from app.assistant.claude import Claude, Request
from app.assistant.desk import Pace
from app.assistant.failures import Busy, ClaudeFailed
from app.assistant.replies import Reply
from app.assistant.tools.calling_people import Wish, handoff_in
from app.assistant.tools.toolbox import Toolbox
from app.conversations.handoff import HandoffReason
from app.whatsapp.markup import markdown_to_whatsapp, split_for_whatsapp

MOST_ROUNDS = 6
MOST_ATTEMPTS = 2
MOST_BUBBLES = 3
COMFORTABLE = 600  # characters in a bubble
SHORTEST_ATTEMPT_SECONDS = 5.0  # with less left there is no point in beginning one
WHOLE = {"end_turn", "stop_sequence"}


@dataclass(frozen=True)
class Composed:
    """What goes to the customer, in WhatsApp's own markup, the hand-over that Claude wants beside it, and what of the
    knowledge it quotes."""

    bubbles: tuple[str, ...]
    wish: Wish | None = None
    problem: HandoffReason | None = None  # why this may not be sent by itself
    request_id: str | None = None
    quotes: tuple[Quote, ...] = ()


@dataclass
class Effort:
    """What a turn has taken so far, known however it ends."""

    attempts: int = 0
    spent: Calls = field(default_factory=list)


async def compose(
    provider: Claude,
    request: Request,
    toolbox: Toolbox,
    on_text: Callable[[str], object],
    effort: Effort,
    pace: Pace,
) -> Composed:
    """The answer; raises the last failure when a fresh attempt did not help or the time is up."""
    until = asyncio.get_running_loop().time() + pace.budget
    try:
        async with asyncio.timeout_at(until):
            while True:
                try:
                    return await attempt(provider, request, toolbox, on_text, effort)
                except Busy as failure:
                    await wait_for_another(failure, effort, until, pace)
                    on_text("")
    except TimeoutError as error:
        raise Busy("out of time") from error


async def wait_for_another(failure: Busy, effort: Effort, until: float, pace: Pace) -> None:
    """Wait as long as was asked for; raises the failure itself when no attempt is left, or no time."""
    wait = max(failure.retry_after_seconds or 0.0, pace.before_retry)
    left = until - asyncio.get_running_loop().time()
    if effort.attempts >= MOST_ATTEMPTS or wait + SHORTEST_ATTEMPT_SECONDS > left:
        raise failure
    await asyncio.sleep(wait)


async def attempt(
    provider: Claude, request: Request, toolbox: Toolbox, on_text: Callable[[str], object], effort: Effort
) -> Composed:
    """One attempt from scratch: as many rounds as tools ask for."""
    effort.attempts += 1
    said, quotes = "", list[Quote]()
    for _ in range(MOST_ROUNDS):
        reply = await provider.stream(request, partial(on_more, on_text, said), effort.spent)
        reply, quoted = grounded(reply, request)
        said, quotes = joined(said, reply.text), [*quotes, *quoted]
        if (wish := handoff_in(reply)) is not None:
            return checked(replace(spoken(said, reply), wish=wish), request, quotes)
        if not reply.calls:
            return checked(answer(said, reply), request, quotes)
        request = request.followed_by(reply.as_message(), await toolbox.answer(reply.calls))
    raise ClaudeFailed("too many rounds")  # as many again would not help


def checked(composed: Composed, request: Request, quotes: Sequence[Quote]) -> Composed:
    problem = problem_in("\n".join(composed.bubbles), request)
    return replace(composed, problem=problem, quotes=tuple(quotes))


def on_more(on_text: Callable[[str], object], before: str, text: str) -> None:
    on_text(joined(before, text))


def answer(said: str, reply: Reply) -> Composed:
    """An answer that stands alone: whole and not blank."""
    if reply.stop_reason not in WHOLE:
        raise Busy(f"stopped: {reply.stop_reason}"[:80], request_id=reply.request_id)
    composed = spoken(said, reply)
    if not composed.bubbles:
        raise Busy("empty", request_id=reply.request_id)
    return composed


def spoken(said: str, reply: Reply) -> Composed:
    return Composed(bubbles_of(said), request_id=reply.request_id)


def bubbles_of(text: str) -> tuple[str, ...]:
    """The text as WhatsApp messages: one while it is short, about three when it is long."""
    ours = markdown_to_whatsapp(text)
    pieces = min(ceil(len(ours) / COMFORTABLE), MOST_BUBBLES)
    return tuple(split_for_whatsapp(ours, pieces=max(pieces, 1)))


def joined(before: str, text: str) -> str:
    return f"{before}\n\n{text}" if before.strip() and text.strip() else before + text
