"""The sentences of the desk's notices, in the reader's language, and the icon beside each."""

from typing import Any

from app.conversations.desk_notices import Happening
from app.conversations.handoff import HandoffReason
from app.conversations.models import Message
from app.i18n import N_, _, ngettext

HANDOFFS = {
    HandoffReason.ASKED_HUMAN: N_("The customer asked for a person."),
    HandoffReason.NO_INFORMATION: N_("Claude does not know the answer."),
    HandoffReason.NEEDS_PERMISSION: N_("Claude may not decide this."),
    HandoffReason.ANGRY: N_("The customer is upset."),
    HandoffReason.REPEATED_FAILURE: N_("Claude could not help after several tries."),
    HandoffReason.SENSITIVE: N_("This matter needs a person."),
    HandoffReason.OTHER: N_("Claude passed this conversation on."),
    HandoffReason.CLAUDE_FAILED: N_("Claude could not answer for technical reasons."),
    HandoffReason.ANSWER_DID_NOT_LEAVE: N_("Claude's answer did not surely reach the customer."),
    HandoffReason.BUDGET_SPENT: N_("The budget for Claude is spent."),
    HandoffReason.TOO_MANY_ANSWERS: N_("Claude has answered this customer very often today."),
    HandoffReason.TELLS_TOO_MUCH: N_("Claude's answer was held back: it tells what is not for customers."),
    HandoffReason.UNKNOWN_LINK: N_("Claude's answer was held back: it has a link that no source has."),
    HandoffReason.UNKNOWN_PRICE: N_("Claude's answer was held back: it has a price that no source has."),
    HandoffReason.GOES_IN_CIRCLES: N_("The same words keep coming back; another machine may be writing."),
    HandoffReason.VOICE: N_("A voice message came, and Claude only reads text."),
    HandoffReason.TOO_OLD: N_("The message waited too long for Claude to answer it."),
}
SENTENCES = {
    Happening.TAKEN: N_("%(by)s took over"),
    Happening.ASSIGNED: N_("%(by)s assigned the conversation to %(to)s"),
    Happening.RELEASED: N_("%(by)s assigned the conversation to nobody"),
    Happening.CLAUDE_AGAIN: N_("%(by)s handed back: Claude answers again"),
    Happening.CLAUDE_HELPS_OUT: N_("Nobody answered for %(span)s: Claude answers again"),
    Happening.RESOLVED: N_("%(by)s resolved this conversation"),
    Happening.CLAUDE_PAUSED: N_("%(by)s paused Claude for %(span)s"),
    Happening.CLAUDE_OFF: N_("%(by)s switched Claude off here"),
    Happening.HANDED_OVER: N_("Claude called for people. %(reason)s"),
    Happening.LABELLED: N_("%(by)s put on the label “%(label)s”"),
    Happening.UNLABELLED: N_("%(by)s took off the label “%(label)s”"),
    Happening.BLOCKED: N_("%(by)s blocked this customer"),
    Happening.UNBLOCKED: N_("%(by)s unblocked this customer"),
}
ICONS = {
    Happening.TAKEN: "user-check",
    Happening.ASSIGNED: "user-plus",
    Happening.RELEASED: "users",
    Happening.CLAUDE_AGAIN: "sparkles",
    Happening.CLAUDE_HELPS_OUT: "sparkles",
    Happening.RESOLVED: "circle-check",
    Happening.CLAUDE_PAUSED: "pause",
    Happening.CLAUDE_OFF: "bot",
    Happening.HANDED_OVER: "hand",
    Happening.LABELLED: "tag",
    Happening.UNLABELLED: "tag",
    Happening.BLOCKED: "ban",
    Happening.UNBLOCKED: "circle-check",
}


def handoff(reason: str) -> str:
    """Why people were called, in the reader's language."""
    known = reason in list(HandoffReason)
    return _(HANDOFFS[HandoffReason(reason) if known else HandoffReason.OTHER])


def told_by_desk(message: Message) -> str:
    """What a notice of the desk says; what a newer program noted is only said to have happened."""
    told: dict[str, Any] = message.content
    what = happening(message)
    if what is None:
        return _("Something changed in this conversation.")
    if what is Happening.CLAUDE_AGAIN and "by" not in told:
        return _("Claude answers again")
    if what is Happening.CLAUDE_OFF and "by" not in told:
        return _("The customer wants no automatic answers; Claude is switched off here")
    if what is Happening.BLOCKED and "by" not in told:
        return _("WhatsApp says that this customer is blocked")
    if what is Happening.LABELLED and "by" not in told:
        told = told | {"by": "Claude"}
    names = {name: told.get(name, "?") for name in ("by", "to", "label")}
    span = span_of(told["minutes"]) if isinstance(told.get("minutes"), int) else "?"
    return _(SENTENCES[what]) % (names | {"span": span, "reason": handoff(str(told.get("reason", "")))})


def icon_of(message: Message) -> str:
    what = happening(message)
    return ICONS[what] if what else "info"


def happening(message: Message) -> Happening | None:
    told = message.content.get("type")
    return Happening(told) if told in list(Happening) else None


def span_of(minutes: int) -> str:
    """A span as people say it: in hours where it is a number of them."""
    if minutes % 60:
        return ngettext("%(num)d minute", "%(num)d minutes", minutes) % {"num": minutes}
    return ngettext("%(num)d hour", "%(num)d hours", minutes // 60) % {"num": minutes // 60}
