"""What the journal's page calls things: kinds of items, reasons."""

from collections import Counter
from collections.abc import Callable, Iterable

from app.i18n import N_, _, ngettext
from app.whatsapp import items
from app.whatsapp.refiling import NO_SUCH_ITEM

KINDS: dict[type[items.Item], Callable[[int], str]] = {
    items.InboundMessage: lambda n: ngettext("%(num)d message", "%(num)d messages", n),
    items.Echo: lambda n: ngettext(
        "%(num)d message of the phone app", "%(num)d messages of the phone app", n
    ),
    items.Reaction: lambda n: ngettext("%(num)d reaction", "%(num)d reactions", n),
    items.Edit: lambda n: ngettext("%(num)d edit", "%(num)d edits", n),
    items.Revoke: lambda n: ngettext("%(num)d deletion", "%(num)d deletions", n),
    items.IdentityChange: lambda n: ngettext("%(num)d change of number", "%(num)d changes of number", n),
    items.Notice: lambda n: ngettext("%(num)d notice of WhatsApp", "%(num)d notices of WhatsApp", n),
    items.PhoneBook: lambda n: ngettext(
        "%(num)d part of the phone book", "%(num)d parts of the phone book", n
    ),
    items.StatusReport: lambda n: ngettext("%(num)d status", "%(num)d statuses", n),
    items.AccountError: lambda n: ngettext("%(num)d account error", "%(num)d account errors", n),
    items.TemplateNews: lambda n: ngettext("%(num)d change of a template", "%(num)d changes of templates", n),
    items.History: lambda n: ngettext("%(num)d part of the past", "%(num)d parts of the past", n),
    items.Unknown: lambda n: ngettext("%(num)d notice not read here", "%(num)d notices not read here", n),
    items.Unreadable: lambda n: ngettext("%(num)d unreadable item", "%(num)d unreadable items", n),
}

REASONS = {
    "a group message": N_("A message of a group. Groups are not read here."),
    "nobody to file it under": N_("It names nobody whom it could be from."),
    "the sender has no identity": N_("It names nobody whom it could be from."),
    "no id": N_("It has no id, so it could come in twice."),
    "no phone_number_id": N_("It does not say at which of your numbers it came in."),
    "no status": N_("It is a status that says nothing."),
    "no message that it is about": N_("It does not say which message it is about."),
    "not an object": N_("Something else stands where it should be."),
    "not a list": N_("Something else stands where a list should be."),
    "no list of changes": N_("Something else stands where a list should be."),
    "no entry list": N_("It is no webhook of WhatsApp."),
    "a change that is no object": N_("Something else stands where it should be."),
    "not UTF-8": N_("It is no text."),
    "not JSON": N_("It is no JSON."),
    "nested too deep": N_("It is nested deeper than anything that WhatsApp sends."),
    "a number too large": N_("It holds a number that nobody can count to."),
    "a number that is not finite": N_("It holds a number that nobody can count to."),
    NO_SUCH_ITEM: N_("It is not at this place of the webhook any more."),
}
FAULT = N_("The program stumbled over it. A newer version may take it.")


def kinds(counted: Counter[type[items.Item]]) -> list[str]:
    """ "3 messages", "1 status", in the order of the table above."""
    return [say(counted[kind]) % {"num": counted[kind]} for kind, say in KINDS.items() if counted[kind]]


def reason(text: str) -> str:
    """Why it was set aside, in the reader's language."""
    return _(REASONS.get(text, FAULT))


def reasons(texts: Iterable[str]) -> list[str]:
    """Each sentence once: two reasons may read alike."""
    return list(dict.fromkeys(map(reason, texts)))


def done(count: int) -> str:
    return ngettext("%(num)d item was taken.", "%(num)d items were taken.", count) % {"num": count}


def failed(count: int) -> str:
    said = ngettext(
        "%(num)d item could not be taken again.", "%(num)d items could not be taken again.", count
    )
    return said % {"num": count}
