"""What a message that is not text is called, and its signs: in a row's preview, a quote, a notification, its bubble."""

from typing import NamedTuple

from app.conversations.models import Message
from app.conversations.shown_content import Answers, CallPermission, content_of
from app.conversations.unsupported import TEXTUAL, UNSUPPORTED, Notice
from app.i18n import N_


class Kind(NamedTuple):
    """`icon` of ours, `words` an English source sentence, `emoji` where only text may stand."""

    icon: str
    words: str
    emoji: str


VOICE = Kind("mic", N_("Audio"), "🎤")
KINDS: dict[str, Kind] = {
    "image": Kind("image", N_("Photo"), "📷"),
    "video": Kind("video", N_("Video"), "🎥"),
    "audio": VOICE,
    "voice": VOICE,
    "document": Kind("file-text", N_("Document"), "📄"),
    "sticker": Kind("sticker", N_("Sticker"), "🏷️"),
    "location": Kind("map-pin", N_("Location"), "📍"),
    "contacts": Kind("contact", N_("Contact"), "👤"),
    "order": Kind("shopping-cart", N_("Order"), "🛒"),
    "system": Kind("info", N_("Notice of WhatsApp"), "💬"),
    "media_placeholder": Kind("image", N_("A file from before; it is only on the phone."), "📱"),
}
FORM = Kind("file-text", N_("Form"), "📋")
CALLS_ALLOWED = Kind("phone", N_("The customer allows calls."), "📞")
CALLS_REFUSED = Kind("phone", N_("The customer allows no calls."), "📞")
UNKNOWN = Kind("circle-help", UNSUPPORTED.words, "⚠️")


def kind_of(message: Message) -> Kind | None:
    """What a message is that is more than its text; None for plain text."""
    match content_of(message):
        case Notice(words=words) if message.type not in KINDS:
            return Kind(UNKNOWN.icon, words, UNKNOWN.emoji)
        case Answers():
            return FORM
        case CallPermission(is_given=is_given):
            return CALLS_ALLOWED if is_given else CALLS_REFUSED
    return None if message.type in TEXTUAL else KINDS.get(message.type, UNKNOWN)
