"""Every hostile string in every text field that a webhook or a form can carry: kept by the rule, shown as text."""

import json
import time
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from sqlalchemy import select

from app.conversations.models import Message
from app.db import reading
from app.whatsapp.models import JournalEntry
from tests.actors import Browser, WhatsApp
from tests.clocks import count
from tests.hostile.pages import Anatomy, anatomy_of, assert_harmless, whole_page
from tests.hostile.strings import ALL, CATEGORIES, as_stored, sendable
from tests.people import ANA, Customer
from tests.whatsapp.bodies import change, contact, status, text, webhook

Json = dict[str, Any]
Field = Callable[[str, str], Json]  # (wamid, hostile) -> a message


def of_type(kind: str, content: Json) -> Callable[[str], Json]:
    return lambda wamid: text(wamid, "", ANA) | {"type": kind, kind: content}


def message(kind: str, *path: str, **beside: Any) -> Field:
    """A message of this type with the string at this path of its content."""

    def made(wamid: str, hostile: str) -> Json:
        content: Any = hostile
        for key in reversed(path):
            content = [content] if key == "0" else {key: content}
        return text(wamid, "", ANA) | {
            "type": kind,
            kind: content | beside if isinstance(content, dict) else content,
        }

    return made


# Fields whose string is what the bubble says.
SAID: dict[str, Field] = {
    "text.body": message("text", "body"),
    "image.caption": message("image", "caption", id="1", mime_type="image/jpeg"),
    "video.caption": message("video", "caption", id="1"),
    "document.caption": message("document", "caption", id="1", filename="a.pdf"),
    "button.text": message("button", "text", payload="p"),
    "interactive.button_reply.title": message("interactive", "button_reply", "title"),
    "interactive.list_reply.title": message("interactive", "list_reply", "title"),
    "interactive.nfm_reply.body": message("interactive", "nfm_reply", "body"),
    "location.name": message("location", "name", latitude=1, longitude=2),
    "unknown.body": message("novidade", "body"),
}
# Fields that are kept or only looked at.
BESIDE: dict[str, Field] = {
    "document.filename": message("document", "filename", id="1"),
    "image.mime_type": message("image", "mime_type", id="1"),
    "image.id": message("image", "id"),
    "image.sha256": message("image", "sha256", id="1"),
    "button.payload": message("button", "payload", text="oi"),
    "location.address": message("location", "address"),
    "contacts.name": message("contacts", "0", "name", "formatted_name"),
    "contacts.phone": message("contacts", "0", "phones", "0", "phone"),
    "order.text": message("order", "text"),
    "order.item": message("order", "product_items", "0", "product_retailer_id"),
    "order.quantity": message("order", "product_items", "0", "quantity"),
    "reaction.emoji": message("reaction", "emoji", message_id="before"),
    "reaction.message_id": message("reaction", "message_id", emoji="x"),
    "edit.original": message("edit", "original_message_id", message={"type": "text", "text": {"body": "x"}}),
    "edit.body": message("edit", "message", "text", "body", original_message_id="before"),
    "revoke.original": message("revoke", "original_message_id"),
    "type": lambda wamid, hostile: text(wamid, "oi", ANA, type=hostile),
    "id": lambda wamid, hostile: text(hostile, "oi", ANA),
    "from": lambda wamid, hostile: text(wamid, "oi", Customer("x", wa_id=hostile)),
    "from_user_id": lambda wamid, hostile: text(wamid, "oi", Customer("x", bsuid=hostile)),
    "timestamp": lambda wamid, hostile: text(wamid, "oi", ANA, timestamp=hostile),
    "context.id": lambda wamid, hostile: text(wamid, "oi", ANA, context={"id": hostile}),
    "context.forwarded": lambda wamid, hostile: text(wamid, "oi", ANA, context={"forwarded": hostile}),
    "group_id": lambda wamid, hostile: text(wamid, "oi", ANA, group_id=hostile),
    "referral": lambda wamid, hostile: text(
        wamid, "oi", ANA, referral={"headline": hostile, "source_url": hostile}
    ),
    "errors.title": lambda wamid, hostile: text(wamid, "oi", ANA, errors=[{"code": 1, "title": hostile}]),
    "system.body": message("system", "body", type="user_changed_number"),
    "system.new_wa_id": message("system", "new_wa_id", type="user_changed_number"),
}
STATUSES: dict[str, Callable[[str, str], Json]] = {
    "status.id": lambda wamid, hostile: status(hostile, "sent"),
    "status.status": lambda wamid, hostile: status(wamid, hostile),
    "status.opaque": lambda wamid, hostile: status(wamid, "sent", biz_opaque_callback_data=hostile),
    "status.recipient": lambda wamid, hostile: status(wamid, "sent", recipient_id=hostile),
    "status.participant": lambda wamid, hostile: status(
        wamid, "sent", recipient_type="group", recipient_id="g", recipient_participant_id=hostile
    ),
    "status.error": lambda wamid, hostile: status(
        wamid, "failed", errors=[{"code": 1, "title": hostile, "error_data": {"details": hostile}}]
    ),
    "status.pricing": lambda wamid, hostile: status(wamid, "sent", pricing={hostile: hostile}),
}
ENVELOPE: dict[str, Callable[[str, str], Json]] = {
    "contact.name": lambda wamid, hostile: change(
        text(wamid, "oi", ANA), contacts=[contact(ANA, name=hostile)]
    ),
    "contact.username": lambda wamid, hostile: change(
        text(wamid, "oi", ANA), contacts=[contact(ANA, username=hostile)]
    ),
    "contact.wa_id": lambda wamid, hostile: change(
        text(wamid, "oi", ANA), contacts=[{"wa_id": hostile, "profile": {"name": hostile}}]
    ),
    "number.id": lambda wamid, hostile: change(text(wamid, "oi", ANA), number=hostile),
    "change.field": lambda wamid, hostile: change(text(wamid, "oi", ANA)) | {"field": hostile},
    "any key": lambda wamid, hostile: change(text(wamid, "oi", ANA) | {hostile: hostile}) | {hostile: 1},
}


def test_there_are_more_than_300_strings_and_each_field_is_tried_with_each() -> None:
    assert len(ALL) >= 300
    assert all(CATEGORIES.values())
    assert len(SAID | BESIDE | STATUSES | ENVELOPE) == 51


def as_bytes(body: Json) -> bytes:
    """JSON with half characters as escapes, as only a hostile sender writes it."""
    return json.dumps(body).encode()


async def usual_page(marta: Browser, whatsapp: WhatsApp) -> tuple[int, Anatomy]:
    """A conversation with plain texts and with files that are waited for, and what its page consists of."""
    await whatsapp.breaks({"kind": "look_up", "code": 131000, "remaining": 10**6})  # no file ever comes
    await whatsapp.says(ANA, "Oi *tudo* bem? https://example.com")
    told = [
        text(f"u{number}", "oi", ANA) for number in range(60)
    ]  # more than a page, so that it offers older ones
    told += [message(kind, "id")(kind, "1") for kind in ("image", "video", "audio", "document", "sticker")]
    told += things_beside_text()
    assert await whatsapp.posts(webhook(change(*told, contacts=[contact(ANA)]))) == 200
    conversation = await marta.conversation_with(ANA.name)
    await whatsapp.breaks("no_statuses")
    await marta.reply(conversation, "Sim")
    return conversation, anatomy_of(await whole_page(marta, f"/c/{conversation}"))


def things_beside_text() -> list[Json]:
    """One of each card that a bubble may hold, a row that WhatsApp itself tells, and a text that was edited."""
    card = {
        "name": {"formatted_name": "Zélia"},
        "org": {"company": "Flores"},
        "phones": [{"phone": "+5511900000099"}],
    }
    item = {"product_retailer_id": "VASO", "quantity": 1, "item_price": 2, "currency": "BRL"}
    advertisement = {"headline": "Promoção", "body": "Hoje", "source_url": "https://fb.me/1"}
    chosen = {"list_reply": {"title": "Manhã", "description": "Das 9h"}}
    product = {"forwarded": True, "referred_product": {"product_retailer_id": "VASO"}}
    return [
        message("location", "name", latitude=1, longitude=2, address="Rua 1")("place", "Praça"),
        of_type("contacts", [card, {}])("people"),  # type: ignore[arg-type]
        of_type("order", {"text": "Hoje", "product_items": [item]})("order"),
        message("interactive", "nfm_reply", "response_json")("form", '{"dia": "sexta"}'),
        message("interactive", "nfm_reply", "body")("bare form", "Sent"),
        of_type("interactive", chosen)("choice"),
        of_type("unsupported", {"type": "poll"})("poll"),
        of_type("system", {"type": "customer_identity_changed"})("notice"),
        text("beside", "oi", ANA, referral=advertisement, context=product),
        text("edited", "oí", ANA),
        of_type("edit", {"original_message_id": "edited", "message": text("", "oi", ANA)})("edit of ours"),
    ]


async def pages_are_harmless(marta: Browser, conversation: int, usual: Anatomy, where: str) -> None:
    for path in (f"/c/{conversation}", "/"):
        assert_harmless(await whole_page(marta, path), usual, where)


@pytest.mark.alternating
@pytest.mark.parametrize("field", SAID)
async def test_what_a_customer_says_is_stored_by_the_rule_and_shown_as_text(
    marta: Browser, whatsapp: WhatsApp, field: str
) -> None:
    conversation, usual = await usual_page(marta, whatsapp)
    told = [SAID[field](f"w{place}", hostile) for place, hostile in enumerate(ALL)]
    for start in range(0, len(told), 48):
        assert await whatsapp.posts(as_bytes(webhook(change(*told[start : start + 48])))) == 200
        await pages_are_harmless(marta, conversation, usual, f"{field} {start}")
    async with reading() as session:
        rows = await session.execute(select(Message.wamid, Message.body).where(Message.wamid.like("w%")))
        stored = {row.wamid: row.body for row in rows}
    for place, hostile in enumerate(ALL):
        assert stored[f"w{place}"] == as_stored(hostile), (field, hostile)


@pytest.mark.alternating
@pytest.mark.parametrize("field", [*BESIDE, *STATUSES, *ENVELOPE])
async def test_what_stands_beside_is_taken_or_set_aside_and_spoils_no_page(
    marta: Browser, whatsapp: WhatsApp, field: str
) -> None:
    conversation, usual = await usual_page(marta, whatsapp)
    assert await whatsapp.posts(b"[") == 200
    journal = anatomy_of(await whole_page(marta, "/settings/journal"))
    before = await count(JournalEntry)
    changes = [change_with(field, f"w{place}", hostile) for place, hostile in enumerate(ALL)]
    soon = time.time() + 240  # later than whatever counts as sent when it came
    changes.append(change(text("after", "e depois?", ANA, at=soon)))
    parts = [changes[start : start + 48] for start in range(0, len(changes), 48)]
    for part in parts:
        assert await whatsapp.posts(as_bytes(webhook(part))) == 200
    assert await count(JournalEntry) == before + len(parts)
    assert (await marta.bubbles(conversation))[-1].text == "e depois?"
    await pages_are_harmless(marta, conversation, usual, field)
    assert_harmless(await whole_page(marta, "/settings/journal"), journal, field)


def change_with(field: str, wamid: str, hostile: str) -> Json:
    if field in ENVELOPE:
        return ENVELOPE[field](wamid, hostile)
    if field in STATUSES:
        return change(statuses=[STATUSES[field](wamid, hostile)])
    return change(BESIDE[field](wamid, hostile))


FORMS: dict[str, Callable[[str], dict[str, str]]] = {
    "/c/{}/messages": lambda hostile: {"text": hostile},
    "/c/{}/messages?": lambda hostile: {"text": "oi", "compose_id": hostile, "reply_to": hostile},
    "/c/{}/draft": lambda hostile: {"text": hostile, "compose_id": hostile},
    "/c/{}/mode": lambda hostile: {"mode": hostile, "minutes": hostile},
    "/contacts/{}/name": lambda hostile: {"name": hostile},
    "/c/{}/assignment": lambda hostile: {"user_id": "1", "note": hostile},
    "/c/{}/blocking": lambda hostile: {"blocked": hostile},
    "/c/{}/reading": lambda hostile: {"up_to": hostile},
    "/settings": lambda hostile: {
        "name": hostile,
        "locale": hostile,
        "blue_ticks": hostile,
        "theme": hostile,
        "wallpaper": hostile,
        "text_size": hostile,
        "undo_send_seconds": hostile,
        hostile: hostile,
    },
    "/push/subscriptions": lambda hostile: dict.fromkeys(("endpoint", "p256dh", "auth"), hostile),
    "/settings/installation": lambda hostile: dict.fromkeys(
        ("business_name", "instructions", "handoff_text"), hostile
    ),
    "/settings/shortcuts": lambda hostile: {"command": "pin", "keys": hostile},
    "/settings/shortcuts/defaults": lambda hostile: {"command": hostile},
    "/sign-in": lambda hostile: {"email": hostile, "password": hostile, "next": hostile},
}


@pytest.mark.alternating
@pytest.mark.parametrize("form", FORMS)
async def test_every_form_takes_or_refuses_every_string_and_its_pages_stay_whole(
    marta: Browser, whatsapp: WhatsApp, form: str
) -> None:
    conversation, usual = await usual_page(marta, whatsapp)
    taken, refused = (
        await marta.reply(conversation, "Sim"),
        await marta.reply(conversation, "", "of no shape"),
    )
    await marta.post("/settings/shortcuts", {"command": "theme", "keys": ""})
    shortcuts = await marta.post("/settings/shortcuts", {"command": "pin", "keys": "x"})
    for page in (taken.text, refused.text, await whole_page(marta, "/settings"), shortcuts.text):
        usual = Anatomy(usual.elements | anatomy_of(page).elements)
    path, statuses = form.format(conversation), set()
    limit = anyio.CapacityLimiter(4)

    async def send(hostile: str) -> None:
        async with limit:
            answer = await marta.post(path, FORMS[form](sendable(hostile)))
        assert answer.status_code < 500, (form, hostile)
        assert "evil" not in answer.headers.get("location", "") + answer.headers.get("hx-redirect", ""), (
            hostile
        )
        statuses.add(answer.status_code)
        if form != "/sign-in":
            assert_harmless(answer.text, usual, f"{form} {hostile!r}")

    async with anyio.create_task_group() as crowd:
        for hostile in ALL:
            crowd.start_soon(send, hostile)
    assert statuses <= {200, 204, 303, 409, 413, 422, 429}
    await pages_are_harmless(marta, conversation, usual, form)
    assert_harmless(await whole_page(marta, "/settings"), usual, form)
