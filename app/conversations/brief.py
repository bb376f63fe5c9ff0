"""A message in one line: for the list, a quote, a notification. In the reader's language; not HTML."""

from app.conversations.desk_notices import is_ours
from app.conversations.labels import kind_of
from app.conversations.models import Message
from app.conversations.notice_words import told_by_desk
from app.conversations.shown_content import Contacts, Location, Order, content_of
from app.i18n import _, ngettext
from app.whatsapp.lenient import text_at
from app.whatsapp.markup import plain

FILES_WITH_NAMES = ("document",)


def brief(message: Message) -> str:
    """What it says, or what it is: "Location: Praça", "Order: 3 articles", "Photo". Never empty."""
    if message.revoked_at:
        return _("This message was deleted")
    if message.type == "system":
        return told_by_desk(message) if is_ours(message) else told_by_whatsapp(message)
    kind = kind_of(message)
    if kind is None:
        return plain(message.body) or message.body.strip()
    name = named(message)
    return f"{_(kind.words)}: {name}" if name else said(message, kind.words)


def with_sign(message: Message) -> str:
    """The same where no icon can be drawn."""
    kind = None if message.revoked_at else kind_of(message)
    return f"{kind.emoji} {brief(message)}" if kind else brief(message)


def said(message: Message, kind: str) -> str:
    """A file's caption or name stands for it; a thing that says it all has no caption."""
    content = content_of(message)
    if content and content.says_it_all:
        return _(kind)
    filename = text_at(message.content, "filename") if message.type in FILES_WITH_NAMES else ""
    return plain(message.body) or plain(filename) or _(kind)


def named(message: Message) -> str:
    """What tells one of its kind from another; "" where nothing does."""
    match content_of(message):
        case Location(name=name, address=address):
            return name or address
        case Contacts(people=people):
            return ", ".join(filter(None, (person.name for person in people)))
        case Order(items=items) if items:
            return ngettext("%(num)d article", "%(num)d articles", len(items)) % {"num": len(items)}
    return ""


def told_by_whatsapp(message: Message) -> str:
    """What a notice of WhatsApp says about the customer; in its own words only where we have none."""
    new_number = text_at(message.content, "wa_id") or text_at(message.content, "new_wa_id")
    match text_at(message.content, "type"):
        case "user_changed_number" | "customer_changed_number" if new_number.isdigit():
            return _("The customer's number changed to %(number)s.") % {"number": f"+{new_number}"}
        case "user_changed_number" | "customer_changed_number":
            return _("The customer's number changed.")
        case "user_changed_user_id":
            return _("The customer's id at WhatsApp changed.")
        case "customer_identity_changed":
            return _(
                "The customer's security code changed: WhatsApp was set up anew, perhaps on another phone."
            )
    return plain(message.body) or _("WhatsApp told something about this customer.")
