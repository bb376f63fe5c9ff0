"""The file of a quick reply: kept once, and copied for each message that carries it."""

from typing import Any

from app.conversations import outgoing
from app.conversations.attaching import keep
from app.conversations.outgoing import CHOSEN_FILE, WITH_CAPTION, Outgoing
from app.errors import Invalid
from app.i18n import N_
from app.media.outbound import Kept
from app.media.store import Store
from app.quick_replies.models import QuickReply

IS_LOST = N_(
    "The file of this quick reply is not there any more. Choose it anew on the page of quick replies."
)


def described(attachment: Outgoing) -> dict[str, Any]:
    """What a file is, for its quick reply's row; it lies in the store already."""
    kept = attachment.file
    if kept is None:
        raise ValueError("this message carries no file")
    return {
        "type": attachment.type,
        "mime": kept.mime,
        "sha256": kept.sha256,
        "bytes": kept.bytes,
        "file_name": kept.file_name,
        "about": kept.about,
        CHOSEN_FILE: attachment.content[CHOSEN_FILE],
    }


async def messages_with(store: Store, reply: QuickReply, words: str) -> list[Outgoing]:
    """The messages that carry this reply's file: with the words as its caption, else with the words after it.

    The message gets a file of its own, so that neither is gone with the other. Raises Invalid when it is lost.
    """
    file = dict(reply.file)
    kind, chosen = file.pop("type"), file.pop(CHOSEN_FILE)
    caption = outgoing.caption(words) if kind in WITH_CAPTION else ""
    try:
        async with store.lent(reply.stored_as or "") as path:
            kept = Kept(stored_as=await keep(store, path), **file)
    except FileNotFoundError:
        raise Invalid(IS_LOST, field="text") from None
    carrying = outgoing.attachment(kind, kept, caption, chosen_sha256=chosen)
    return [carrying, outgoing.text(words)] if words.strip() and not caption else [carrying]
