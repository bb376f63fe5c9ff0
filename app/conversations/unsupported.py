"""What WhatsApp did not pass on: what it was, and what the attendant can do instead of looking at an empty bubble."""

from dataclasses import dataclass
from typing import ClassVar

from app.conversations.beside import error_codes
from app.conversations.models import Author, Message
from app.conversations.silent import DELETIONS, PINS
from app.i18n import N_
from app.media.expecting import TYPES as FILES
from app.whatsapp.lenient import text_at


@dataclass(frozen=True)
class Notice:
    """English source sentences: what is not here, and what to do."""

    template: ClassVar[str] = "notice"
    says_it_all: ClassVar[bool] = False
    words: str
    hint: str


ON_THE_PHONE = N_("Look at it in the WhatsApp Business app.")
OTHER_FORM = N_("Ask for it in another form.")
SEND_AGAIN = N_("Ask the customer to send it again.")

UNSUPPORTED = Notice(N_("This message is not supported here."), OTHER_FORM)
EMPTY = Notice(N_("WhatsApp passed on nothing of this message."), SEND_AGAIN)
POLL = Notice(N_("A poll, which only phones show."), N_("Ask the customer for it in words."))
EDITED = Notice(N_("The customer changed an earlier message."), N_("Ask what it says now."))
DELETED = Notice(N_("The customer deleted a message."), N_("Nothing to do."))
ONCE = Notice(N_("A photo or video to be seen only once."), N_("Ask for it as a usual photo or video."))
EVENT = Notice(N_("An event, which only phones show."), N_("Ask for its day and time in words."))
PIN = Notice(N_("The customer pinned or kept a message."), N_("Nothing to do."))
LIVE = Notice(N_("A live location, which only phones show."), N_("Ask for the place as it is now."))
PICTURE = Notice(N_("A picture or video that WhatsApp did not pass on."), SEND_AGAIN)
PLACE = Notice(N_("A place that WhatsApp did not pass on."), N_("Ask for the address in words."))
ORDER = Notice(N_("An order or product that WhatsApp did not pass on."), N_("Ask what they would like."))
CHOICE = Notice(N_("A choice that WhatsApp did not pass on."), N_("Ask what they chose."))
INVITATION = Notice(N_("An invitation to a group. Groups are not read here."), N_("Nothing to do."))

# By Meta's word for what it was; several spellings have been seen.
BY_TYPE = {
    **dict.fromkeys(("poll", "polls", "poll_creation", "poll_update"), POLL),
    **dict.fromkeys(("edit", "edited", "message_edit"), EDITED),
    **dict.fromkeys(DELETIONS, DELETED),
    **dict.fromkeys(("view_once", "view_once_message", "ephemeral"), ONCE),
    **dict.fromkeys(("event", "event_creation", "event_response"), EVENT),
    **dict.fromkeys(PINS, PIN),
    "group_invite": INVITATION,
    "live_location": LIVE,
    **dict.fromkeys(("gif", "image", "video", "video_note", "ptv"), PICTURE),
    "location": PLACE,
    **dict.fromkeys(("order", "product"), ORDER),
    **dict.fromkeys(("button", "list", "interactive"), CHOICE),
}  # fmt: skip
BY_ERROR = {
    131052: Notice(N_("WhatsApp could not fetch the customer's file."), N_("Ask for a smaller file, or for it again.")),
    131060: Notice(N_("WhatsApp shows this message only on the phone."), ON_THE_PHONE),
    131000: Notice(N_("WhatsApp could not pass this message on."), SEND_AGAIN),
}  # fmt: skip
NOTE = "note"  # the type of a private note, which only the team sees
TEXTUAL = ("text", "button", "interactive", "template", NOTE)  # what they say is their body
OF_THE_PAST = "media_placeholder"  # its own label says that it is on the phone


def notice_of(message: Message) -> Notice | None:
    """None for what its body, its file or a row of its own shows, and for what was written here."""
    if message.author in (Author.USER, Author.CLAUDE):
        return None
    if message.type == "unsupported":
        by_type = BY_TYPE.get(text_at(message.content, "type"))
        return by_type or _by_error(message) or UNSUPPORTED
    if message.type in ("system", OF_THE_PAST):
        return None
    if message.type in FILES:
        return _by_error(message) or (None if text_at(message.content, "id") else EMPTY)
    if message.type in TEXTUAL or message.body:
        return None if message.body.strip() else _by_error(message) or EMPTY
    return _by_error(message) or UNSUPPORTED


def _by_error(message: Message) -> Notice | None:
    return next((BY_ERROR[code] for code in error_codes(message.beside) if code in BY_ERROR), None)
