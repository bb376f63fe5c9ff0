"""What a turn comes to, before anything of it is done: what the customer reads, and whether people are called."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app import clock
from app.assistant.citing import Quote
from app.assistant.composing import Composed
from app.assistant.failures import ClaudeFailed
from app.assistant.farewell import ONLY_TEXT, SILENT, farewell
from app.assistant.models import TurnState
from app.assistant.rules import Rule
from app.conversations.handoff import Briefing, HandoffReason
from app.i18n import _


@dataclass(frozen=True)
class Ending:
    """`bubbles`: what the customer reads, in WhatsApp's markup. `reason`: why people get the conversation, None when
    Claude keeps it. `is_silence`: Claude falls silent here, as the customer wants it. `is_held`: what Claude wrote is not
    said, it is the briefing's suggestion. `quotes`: what of the knowledge Claude's words rest on."""

    state: TurnState
    bubbles: tuple[str, ...] = ()
    reason: HandoffReason | None = None
    briefing: Briefing = field(default_factory=Briefing)
    failure: str | None = None
    are_claudes_words: bool = False
    is_silence: bool = False
    is_held: bool = False
    quotes: tuple[Quote, ...] = ()


async def ending_of(
    session: AsyncSession,
    outcome: Composed | ClaudeFailed,
    zone: ZoneInfo,
    *,
    is_too_old: bool = False,
    at: datetime | None = None,
) -> Ending:
    """With a hand-over there is always a sentence, Claude's own or ours, unless the message is too old. What was held
    back is a person's to judge: they get it as a suggestion, the customer hears that they will. `at`: when that is, None
    for now."""
    now = at or clock.now()
    if isinstance(outcome, ClaudeFailed):
        sentence = await farewell(session, (), "", zone, now)
        return Ending(TurnState.FAILED, sentence, HandoffReason.CLAUDE_FAILED, failure=outcome.kind)
    if is_too_old:
        return Ending(TurnState.HANDED_OVER, reason=HandoffReason.TOO_OLD)
    briefing = outcome.wish.briefing if outcome.wish else Briefing()
    if outcome.problem:
        sentence = await farewell(session, (), briefing.language, zone, now)
        held = replace(briefing, suggestion="\n\n".join(outcome.bubbles))
        return Ending(
            TurnState.HANDED_OVER, sentence, outcome.problem, held, is_held=True, quotes=outcome.quotes
        )
    ending = Ending(TurnState.ANSWERED, outcome.bubbles, are_claudes_words=True, quotes=outcome.quotes)
    if outcome.wish:
        bubbles = await farewell(session, outcome.bubbles, briefing.language, zone, now)
        reason = outcome.wish.reason
        return replace(ending, state=TurnState.HANDED_OVER, bubbles=bubbles, reason=reason, briefing=briefing)
    return ending


async def ending_by(session: AsyncSession, rule: Rule, zone: ZoneInfo) -> Ending:
    """What a rule comes to, that answers in Claude's place."""
    match rule:
        case Rule.WANTS_SILENCE:
            return Ending(TurnState.ANSWERED, (_(SILENT),), is_silence=True)
        case Rule.WANTS_PERSON:
            sentence = await farewell(session, (), "", zone, clock.now())
            return Ending(TurnState.HANDED_OVER, sentence, HandoffReason.ASKED_HUMAN)
        case Rule.VOICE:
            sentence = await farewell(session, (_(ONLY_TEXT),), "", zone, clock.now())
            return Ending(TurnState.HANDED_OVER, sentence, HandoffReason.VOICE)
        case Rule.CIRCLE:  # a word more would go round, too
            return Ending(TurnState.HANDED_OVER, reason=HandoffReason.GOES_IN_CIRCLES)
