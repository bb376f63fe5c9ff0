"""What a message that is not text is called, and its icon: in a row's preview and in its bubble until media have their own."""

from app.conversations.models import Message
from app.i18n import N_

KINDS: dict[str, tuple[str, str]] = {
    "image": ("image", N_("Photo")),
    "video": ("video", N_("Video")),
    "audio": ("mic", N_("Audio")),
    "voice": ("mic", N_("Audio")),
    "document": ("file-text", N_("Document")),
    "sticker": ("sticker", N_("Sticker")),
    "location": ("map-pin", N_("Location")),
    "contacts": ("contact", N_("Contact")),
    "order": ("file-text", N_("Order")),
    "media_placeholder": ("image", N_("A file from before; it is only on the phone.")),
    "unsupported": ("circle-help", N_("Message not supported; ask for it in another form.")),
}
TEXTUAL = {"text", "button", "interactive", "system"}
UNKNOWN = ("circle-help", N_("Message not supported; ask for it in another form."))


def kind_of(message: Message) -> tuple[str, str] | None:
    """(icon, English sentence) of a message that is more than its text; None for plain text."""
    if message.type in TEXTUAL and message.body:
        return None
    return KINDS.get(message.type, UNKNOWN)
