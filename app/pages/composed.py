"""What the composer's form asks to send: its fields, read into one of the kinds of message."""

import re
from collections.abc import Callable, Sequence
from itertools import zip_longest
from urllib.parse import unquote

from starlette.datastructures import FormData, UploadFile

from app.conversations import outgoing
from app.conversations.access import LARGEST_ID, strict_id
from app.conversations.attaching import attached
from app.conversations.outgoing import Outgoing
from app.db import reading
from app.errors import Invalid, NotFound
from app.forms import is_on, text_field, whole_number
from app.i18n import N_
from app.media.preparing import Wish
from app.media.store import Store
from app.quick_replies.files import IS_LOST, messages_with
from app.quick_replies.models import QuickReply

MOST_FILES = 10  # of one form


async def what_to_send(form: FormData, store: Store) -> list[Outgoing]:
    """The form's files, each a message of its own, or the one message that the field `kind` (text unless it says
    otherwise) and its own fields describe; the file of a quick reply with the words beside it. Raises Invalid."""
    if files := [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]:
        return await attachments(form, files, store)
    if is_on(form, "with_file") and (reply := await chosen_reply(form)):
        return await messages_with(store, reply, text_field(form, "text"))
    read = KINDS.get(text_field(form, "kind"))
    if read is None:
        raise Invalid(N_("This form is out of date. Reload the page."), field="kind")
    return [read(form)]


async def attachments(form: FormData, files: Sequence[UploadFile], store: Store) -> list[Outgoing]:
    """Every file, made into what WhatsApp takes and kept. What was typed stands under the first that has no caption."""
    captions = [*texts(form, "caption"), *[""] * len(files)][: len(files)]
    captions[0] = captions[0].strip() or text_field(form, "text")
    for words in captions:  # before the work of looking at files
        outgoing.caption(words)
    wish = wish_of(form)
    found: list[Outgoing] = []
    for file, words in zip(files, captions, strict=True):
        made = await attached(store, file.file, name=file.filename or "", wish=wish, caption=words)
        found.append(made)
        if words.strip() and made.type not in outgoing.WITH_CAPTION:
            found.append(outgoing.text(words))  # what the browser took for a video may be sound
    return found


def wish_of(form: FormData) -> Wish:
    if is_on(form, "voice"):
        return "voice"
    wishes: dict[str, Wish] = {"document": "document", "sticker": "sticker"}
    return wishes.get(text_field(form, "as"), "usual")


def quoted(form: FormData) -> int | None:
    """The id of the message that is answered, None for none; raises Invalid for what is no id."""
    written = text_field(form, "reply_to")
    try:
        return strict_id(written) if written else None
    except NotFound:
        raise Invalid(
            N_("This message cannot be quoted. Take the quote away and send again."), field="reply_to"
        ) from None


def quick_reply(form: FormData) -> int | None:
    """The id of the quick reply that the text was begun with, None for none."""
    return whole_number(text_field(form, "quick_reply"), lowest=1, highest=LARGEST_ID)


async def chosen_reply(form: FormData) -> QuickReply | None:
    """That quick reply, if it has a file to send; raises Invalid when it is gone."""
    async with reading() as session:
        reply = await session.get(QuickReply, quick_reply(form) or 0)
    if reply is None:
        raise Invalid(IS_LOST, field="text")
    return reply if reply.stored_as else None


def texts(form: FormData, name: str) -> list[str]:
    """Every value of a field that may stand there more than once; a file counts as nothing."""
    return [value if isinstance(value, str) else "" for value in form.getlist(name)]


DEGREES = r"(-?[0-9]{1,3}\.[0-9]+)"
PIN = re.compile(
    rf"!3d{DEGREES}!4d{DEGREES}"
)  # in the link of a place, whose @ is only the middle of the map
PAIR = re.compile(rf"(?<![0-9.]){DEGREES}\s*,\s*{DEGREES}")


def a_location(form: FormData) -> Outgoing:
    """Both numbers may stand in the first field, as maps write them or inside their link."""
    latitude, longitude = text_field(form, "latitude"), text_field(form, "longitude")
    if not longitude:
        link = unquote(latitude)
        if pair := PIN.search(link) or PAIR.search(link):
            latitude, longitude = pair.groups()
        elif "://" in link:
            raise Invalid(
                N_("This link does not say where. Open it in the browser and copy the long address."),
                field="latitude",
            )
    return outgoing.location(latitude, longitude, text_field(form, "name"), text_field(form, "address"))


def some_contacts(form: FormData) -> Outgoing:
    people = zip_longest(texts(form, "contact_name"), texts(form, "contact_phone"), fillvalue="")
    return outgoing.contacts([person for person in people if any(word.strip() for word in person)])


def some_buttons(form: FormData) -> Outgoing:
    return outgoing.buttons(text_field(form, "text"), texts(form, "button"), *around(form))


def a_list(form: FormData) -> Outgoing:
    columns = (texts(form, name) for name in ("row_title", "row_description", "row_section"))
    rows = [outgoing.Row(*row) for row in zip_longest(*columns, fillvalue="")]
    return outgoing.choices(text_field(form, "text"), text_field(form, "list_button"), rows, *around(form))


def a_link(form: FormData) -> Outgoing:
    label, url = text_field(form, "link_label"), text_field(form, "link_url")
    return outgoing.link(text_field(form, "text"), label, url, *around(form))


def around(form: FormData) -> tuple[str, str]:
    return text_field(form, "header"), text_field(form, "footer")


KINDS: dict[str, Callable[[FormData], Outgoing]] = {
    "": lambda form: outgoing.text(text_field(form, "text"), previews=not is_on(form, "without_preview")),
    "location": a_location,
    "contact": some_contacts,
    "buttons": some_buttons,
    "list": a_list,
    "link": a_link,
}
SPECIAL = frozenset(KINDS) - {""}  # those that have a form of their own
