"""What the composer's form asks to send: its fields, read into one of the kinds of message."""

from collections.abc import Callable
from itertools import zip_longest

from starlette.datastructures import FormData

from app.conversations import outgoing
from app.conversations.access import strict_id
from app.conversations.outgoing import Outgoing
from app.errors import Invalid, NotFound
from app.forms import text_field
from app.i18n import N_


def what_to_send(form: FormData) -> Outgoing:
    """The message that the field `kind` (text unless it says otherwise) and its own fields describe; raises Invalid."""
    read = KINDS.get(text_field(form, "kind"))
    if read is None:
        raise Invalid(N_("This form is out of date. Reload the page."), field="kind")
    return read(form)


def quoted(form: FormData) -> int | None:
    """The id of the message that is answered, None for none; raises Invalid for what is no id."""
    written = text_field(form, "reply_to")
    try:
        return strict_id(written) if written else None
    except NotFound:
        raise Invalid(
            N_("This message cannot be quoted. Take the quote away and send again."), field="reply_to"
        ) from None


def texts(form: FormData, name: str) -> list[str]:
    """Every value of a field that may stand there more than once; a file counts as nothing."""
    return [value if isinstance(value, str) else "" for value in form.getlist(name)]


def a_location(form: FormData) -> Outgoing:
    return outgoing.location(
        *(text_field(form, name) for name in ("latitude", "longitude", "name", "address"))
    )


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
    "": lambda form: outgoing.text(text_field(form, "text")),
    "location": a_location,
    "contact": some_contacts,
    "buttons": some_buttons,
    "list": a_list,
    "link": a_link,
}
