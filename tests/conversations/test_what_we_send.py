"""Each kind that the page can send, from its form to Graph's call as documented; and what is refused before."""

import re
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from tests.actors import Browser, Desk, WhatsApp, within
from tests.clocks import moving_clock
from tests.media.made import sound, video
from tests.outbox.thread import Thread, thread_with
from tests.people import ANA


@pytest.fixture
async def ana(marta: Browser, whatsapp: WhatsApp) -> Thread:
    return await thread_with(marta, whatsapp, ANA)


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    made = BytesIO()
    Image.new("RGB", size, "teal").save(made, kind)
    return made.getvalue()


async def leaves(whatsapp: WhatsApp, how_many: int = 1) -> list[dict[str, Any]]:
    """The newest accepted sends without what every send has."""
    accepted = await whatsapp.accepted(at_least=how_many)
    common = {"messaging_product", "recipient_type", "to", "biz_opaque_callback_data"}
    payloads = [
        {key: value for key, value in one["payload"].items() if key not in common} for one in accepted
    ]
    return payloads[-how_many:]


PLACE = {"latitude": -23.5614, "longitude": -46.6559}
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "a place": (
        {
            "kind": "location",
            "latitude": "-23,5614",
            "longitude": "-46.6559",
            "name": "Loja",
            "address": "Rua A, 1",
        },
        {"type": "location", "location": PLACE | {"name": "Loja", "address": "Rua A, 1"}},
        ["Loja", "Rua A, 1"],
    ),
    "a place out of a map's link": (
        {"kind": "location", "latitude": "https://www.google.com/maps/@-23.5614,-46.6559,17z"},
        {"type": "location", "location": PLACE},
        ["query=-23.5614,-46.6559"],
    ),
    "the pin in a map's link": (
        {
            "kind": "location",
            "latitude": "https://www.google.com/maps/place/X/@-23.1,-46.1,17z/data=!3d-23.5614!4d-46.6559",
        },
        {"type": "location", "location": PLACE},
        ["query=-23.5614,-46.6559"],
    ),
    "a contact": (
        {"kind": "contact", "contact_name": "Tia Zélia", "contact_phone": "(11) 90000-0099"},
        {
            "type": "contacts",
            "contacts": [
                {
                    "name": {"formatted_name": "Tia Zélia", "first_name": "Tia"},
                    "phones": [{"phone": "+5511900000099", "type": "CELL", "wa_id": "5511900000099"}],
                }
            ],
        },
        ["Tia Zélia", "+5511900000099"],
    ),
    "buttons": (
        {"kind": "buttons", "text": "Confirma?", "button": ["Sim", "Não", ""], "footer": "Até 18h"},
        {
            "type": "interactive",
            "interactive": {
                "type": "button",
                "body": {"text": "Confirma?"},
                "footer": {"text": "Até 18h"},
                "action": {
                    "buttons": [
                        {"type": "reply", "reply": {"id": "button-1", "title": "Sim"}},
                        {"type": "reply", "reply": {"id": "button-2", "title": "Não"}},
                    ]
                },
            },
        },
        ["Confirma?", "Não", "Até 18h"],
    ),
    "a list": (
        {
            "kind": "list",
            "text": "Qual horário?",
            "list_button": "Horários",
            "row_title": ["Manhã", "Tarde"],
            "row_description": ["9h às 12h", ""],
        },
        {
            "type": "interactive",
            "interactive": {
                "type": "list",
                "body": {"text": "Qual horário?"},
                "action": {
                    "button": "Horários",
                    "sections": [
                        {
                            "rows": [
                                {"id": "row-1", "title": "Manhã", "description": "9h às 12h"},
                                {"id": "row-2", "title": "Tarde"},
                            ]
                        }
                    ],
                },
            },
        },
        ["Qual horário?", "Tarde", "9h às 12h"],
    ),
    "a link": (
        {
            "kind": "link",
            "text": "Veja o catálogo",
            "link_label": "Abrir",
            "link_url": "https://example.com/c?a=1",
        },
        {
            "type": "interactive",
            "interactive": {
                "type": "cta_url",
                "body": {"text": "Veja o catálogo"},
                "action": {
                    "name": "cta_url",
                    "parameters": {"display_text": "Abrir", "url": "https://example.com/c?a=1"},
                },
            },
        },
        ["Veja o catálogo", "Abrir", "https://example.com/c?a=1"],
    ),
}


async def test_each_kind_leaves_as_graph_documents_it_and_stands_in_the_thread(
    ana: Thread, whatsapp: WhatsApp
) -> None:
    for place, (what, (form, payload, shown)) in enumerate(KINDS.items(), 1):
        answer = await ana.browser.sends(ana.id, form)
        assert answer.status_code == 200, (what, answer.text)
        assert all(words in answer.text for words in shown), what
        await whatsapp.accepted(at_least=place)
        assert await leaves(whatsapp) == [payload], what


REFUSED: dict[str, dict[str, Any]] = {
    "a place nowhere": {"kind": "location", "latitude": "91", "longitude": "0"},
    "a place that is no number": {"kind": "location", "latitude": "nan", "longitude": "0"},
    "a place behind a short link": {"kind": "location", "latitude": "https://maps.app.goo.gl/x"},
    "a contact without a phone": {"kind": "contact", "contact_name": "Zé", "contact_phone": "12"},
    "four buttons": {"kind": "buttons", "text": "?", "button": ["a", "b", "c", "d"]},
    "twice the same button": {"kind": "buttons", "text": "?", "button": ["a", " a "]},
    "a button too long": {"kind": "buttons", "text": "?", "button": ["a" * 21]},
    "no buttons": {"kind": "buttons", "text": "?"},
    "a list of eleven": {"kind": "list", "text": "?", "list_button": "x", "row_title": list("abcdefghijk")},
    "a link to a script": {"kind": "link", "text": "?", "link_label": "x", "link_url": "javascript:alert(1)"},
    "a text too long": {
        "kind": "link",
        "text": "x" * 1025,
        "link_label": "x",
        "link_url": "https://example.com",
    },
    "an unknown kind": {"kind": "poll", "text": "?"},
    "a quote of nothing": {"text": "oi", "reply_to": "999999"},
    "a quote that is no number": {"text": "oi", "reply_to": "x"},
}


async def test_what_whatsapp_would_refuse_is_refused_beside_the_field_and_nothing_leaves(
    ana: Thread, whatsapp: WhatsApp
) -> None:
    for what, form in REFUSED.items():
        answer = await ana.browser.sends(ana.id, form)
        assert answer.status_code == 422, what
        assert re.search(r'role="alert"\s*>[^<]', answer.text), what
    assert [bubble.direction for bubble in await ana.browser.bubbles(ana.id)] == ["in"]
    assert await whatsapp.accepted() == []


def who_is_quoted(page: str) -> list[str]:
    return re.findall(r'<cite class="quote__author"[^>]*>(.*?)</cite>', page)


async def test_a_reply_quotes_and_a_reaction_comes_goes_and_is_told(ana: Thread, whatsapp: WhatsApp) -> None:
    theirs = (await ana.browser.bubbles(ana.id))[0]
    wamid = await whatsapp.says(ANA, "Tem azul?")

    async def second() -> Any:
        return next((one for one in await ana.browser.bubbles(ana.id) if one.text == "Tem azul?"), None)

    asked = await within(10, second, what="the question")
    quote = await ana.browser.get(f"/c/{ana.id}/messages/{asked.id}/quote")
    assert f'name="reply_to" value="{asked.id}"' in quote.text
    assert who_is_quoted(quote.text) == [ANA.name]
    assert (await ana.browser.sends(ana.id, {"text": "Tem!", "reply_to": str(asked.id)})).status_code == 200
    assert (await leaves(whatsapp))[0]["context"] == {"message_id": wamid}
    assert who_is_quoted((await ana.browser.open(f"/c/{ana.id}")).text) == [ANA.name]

    address = f"/c/{ana.id}/messages/{asked.id}"
    assert "👍" in (await ana.browser.get(f"{address}/menu")).text
    reacted = await ana.browser.post(f"{address}/reaction", {"emoji": "👍"})
    assert "👍" in reacted.text
    await whatsapp.accepted(at_least=2)
    assert (await leaves(whatsapp))[0] == {
        "type": "reaction",
        "reaction": {"message_id": wamid, "emoji": "👍"},
    }
    taken_back = await ana.browser.post(f"{address}/reaction", {"emoji": ""})
    assert "👍" not in taken_back.text
    await whatsapp.accepted(at_least=3)
    assert (await leaves(whatsapp))[0]["reaction"]["emoji"] == ""
    for wrong in ("👍👍", "x", "<b>"):
        assert (await ana.browser.post(f"{address}/reaction", {"emoji": wrong})).status_code == 422
    assert theirs.id != asked.id

    await whatsapp.breaks({"kind": "failed", "code": 131009})
    assert "👍" in (await ana.browser.post(f"{address}/reaction", {"emoji": "👍"})).text

    async def gone() -> bool:
        return "👍" not in (await ana.browser.get(f"/c/{ana.id}")).text

    await within(10, gone, what="the reaction that did not arrive")
    with moving_clock() as hand:
        hand.move(hours=25)
        await ana.browser.sign_in()
        assert "👍" not in (await ana.browser.get(f"{address}/menu")).text
        assert (await ana.browser.post(f"{address}/reaction", {"emoji": "👍"})).status_code == 422


async def test_what_has_no_text_can_be_quoted_too(ana: Thread, whatsapp: WhatsApp) -> None:
    sent = await ana.browser.sends(ana.id, {}, ("a.jpg", picture(), "image/jpeg"))
    assert sent.status_code == 200
    await whatsapp.accepted(at_least=1)
    bubble = (await ana.browser.bubbles(ana.id))[-1]
    quote = await ana.browser.get(f"/c/{ana.id}/messages/{bubble.id}/quote")
    assert "Foto" in quote.text
    assert who_is_quoted(quote.text) == ["marta"]  # as the first admin is called


async def test_only_the_composers_own_message_takes_the_draft_and_the_next_form_id(
    ana: Thread, whatsapp: WhatsApp
) -> None:
    async def draft() -> str:
        return (await ana.browser.row_of(ANA.name)).preview

    assert (await ana.browser.post(f"/c/{ana.id}/draft", {"text": "Meio escrito"})).status_code == 204
    place = await ana.browser.sends(ana.id, KINDS["a place"][0])
    photo = await ana.browser.sends(ana.id, {}, ("a.jpg", picture(), "image/jpeg"))
    assert [one.status_code for one in (place, photo)] == [200, 200]
    assert "compose-id" not in place.text + photo.text
    assert (await draft()).endswith("Meio escrito")
    text = await ana.browser.sends(ana.id, {"text": "Pronto"})
    assert "compose-id" in text.text
    assert await draft() == "Pronto"


async def test_words_under_what_turns_out_to_be_sound_follow_as_a_text(
    ana: Thread, whatsapp: WhatsApp
) -> None:
    song = sound("mp4", "aac", seconds=0.2)
    sent = await ana.browser.sends(ana.id, {"caption": "Ouça"}, ("a.mp4", song, "video/mp4"))
    assert sent.status_code == 200
    await whatsapp.accepted(at_least=2)
    first, second = await leaves(whatsapp, 2)
    assert (first["type"], second["text"]["body"]) == ("audio", "Ouça")


async def test_files_leave_in_order_with_their_captions_and_what_is_behind_them_waits(
    ana: Thread, whatsapp: WhatsApp
) -> None:
    form = {"caption": ["Frente", ""], "text": "não usado"}
    photo, notes = ("frente.jpg", picture(), "image/jpeg"), ("notas.txt", b"um\ndois\n", "text/plain")
    answer = await ana.browser.sends(ana.id, form, photo, notes)
    assert answer.status_code == 200, answer.text
    await ana.browser.sends(ana.id, {"text": "Recebeu?"})
    await whatsapp.accepted(at_least=3)
    first, second, third = await leaves(whatsapp, 3)
    assert (first["type"], first["image"]["caption"]) == ("image", "Frente")
    assert (second["type"], second["document"]["filename"]) == ("document", "notas.txt")
    assert "caption" not in second["document"]
    assert third["text"]["body"] == "Recebeu?"


async def test_each_kind_of_file_leaves_as_graph_documents_it(ana: Thread, whatsapp: WhatsApp) -> None:
    ogg = sound("ogg", "libopus", seconds=0.2)
    files: list[tuple[dict[str, str], tuple[str, bytes, str], dict[str, Any]]] = [
        (
            {"text": "Olha"},
            ("a.png", picture("PNG"), "image/png"),
            {"type": "image", "image": {"caption": "Olha"}},
        ),
        ({"text": "Veja"}, ("a.mp4", video(), "video/mp4"), {"type": "video", "video": {"caption": "Veja"}}),
        ({}, ("a.mp3", sound("mp3", "mp3", seconds=0.2), "audio/mpeg"), {"type": "audio", "audio": {}}),
        ({"voice": "on"}, ("v.ogg", ogg, "audio/ogg"), {"type": "audio", "audio": {"voice": True}}),
        (
            {"as": "document", "text": "Tabela"},
            ("a.jpg", picture(), "image/jpeg"),
            {"type": "document", "document": {"caption": "Tabela", "filename": "a.jpg"}},
        ),
        ({"as": "sticker"}, ("a.png", picture("PNG"), "image/png"), {"type": "sticker", "sticker": {}}),
    ]
    for place, (form, file, payload) in enumerate(files, 1):
        answer = await ana.browser.sends(ana.id, form, file)
        assert answer.status_code == 200, (payload, answer.text)
        await whatsapp.accepted(at_least=place)
        [left] = await leaves(whatsapp)
        uploaded = whatsapp.world.media.find(left[left["type"]].pop("id"))
        assert left == payload
        assert uploaded
        assert uploaded.mime_type.split(";")[0] in TAKEN[left["type"]]


TAKEN = {
    "image": {"image/jpeg", "image/png"},
    "video": {"video/mp4"},
    "audio": {"audio/mpeg", "audio/ogg", "audio/mp4", "audio/aac"},
    "document": {"image/jpeg"},
    "sticker": {"image/webp"},
}


async def test_the_same_form_again_sends_its_file_once(ana: Thread, whatsapp: WhatsApp) -> None:
    form = {"compose_id": "9a1fd1de-27b5-4a1e-8b0c-9be3a7a0d003", "text": "Foto"}
    for _ in range(2):
        answer = await ana.browser.sends(ana.id, form, ("a.webp", picture("WEBP"), "image/webp"))
        assert answer.status_code == 200
    other = await ana.browser.sends(ana.id, form, ("b.png", picture("PNG", (9, 9)), "image/png"))
    assert other.status_code == 409
    await ana.browser.sends(ana.id, {"text": "fim"})
    await whatsapp.accepted(at_least=2)
    image, end = await leaves(whatsapp, 2)
    assert (image["image"]["caption"], end["text"]["body"]) == ("Foto", "fim")


async def test_a_file_that_is_cancelled_while_it_is_looked_at_is_not_sent(ana: Thread, desk: Desk) -> None:
    path, file = f"/c/{ana.id}/messages", ("a.jpg", picture(), "image/jpeg")
    headers = {"X-CSRF-Token": ana.browser.token}
    asked = ana.browser.http.build_request("POST", path, headers=headers, files={"files": file})
    told = [{"type": "http.request", "body": await asked.aread(), "more_body": False}]
    scope = {
        **{
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
        },
        **{"path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "state": {}},
        **{"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80)},
        "headers": [(name.lower(), value) for name, value in asked.headers.raw],
    }
    answers: list[Any] = []

    async def receive() -> Any:
        return told.pop() if told else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        answers.append(message)

    await desk.app(scope, receive, send)
    assert told == []
    assert [bubble.direction for bubble in await ana.browser.bubbles(ana.id)] == ["in"]


async def test_an_upload_that_fails_is_tried_again_and_a_refused_one_fails_with_words(
    ana: Thread, whatsapp: WhatsApp, desk: Desk
) -> None:
    await whatsapp.breaks({"kind": "upload", "http_status": 503})
    await ana.browser.sends(ana.id, {"text": "Demora"}, ("a.jpg", picture(), "image/jpeg"))
    await whatsapp.accepted(at_least=1)
    await whatsapp.breaks({"kind": "upload", "code": 131053})
    await ana.browser.sends(ana.id, {"text": "Recusada"}, ("a.jpg", picture(), "image/jpeg"))
    bubble = await ana.shows("Recusada", "failed")
    assert (await ana.browser.post(f"/c/{ana.id}/messages/{bubble.id}/attempts")).status_code == 200
    await whatsapp.accepted(at_least=2)
    assert [one["image"]["caption"] for one in await leaves(whatsapp, 2)] == ["Demora", "Recusada"]


async def test_a_link_brings_a_preview_unless_its_writer_left_it_out_also_tried_again_and_forwarded(
    desk: Desk, ana: Thread, whatsapp: WhatsApp
) -> None:
    async def previews(at_least: int) -> list[tuple[str, bool]]:
        await whatsapp.accepted(at_least=at_least)
        texts = [one["text"] for one in await leaves(whatsapp, at_least)]
        return [(one["body"], one["preview_url"]) for one in texts]

    bare, link = "sem link", "https://example.com/pedido"
    for text, fields in ((bare, {}), (link, {}), (f"a {link}", {"without_preview": "on"})):
        await ana.browser.sends(ana.id, {"text": text, **fields})
    sent = [(bare, False), (link, True), (f"a {link}", False)]
    assert await previews(3) == sent

    await whatsapp.breaks({"kind": "error", "code": 131026})
    await ana.browser.sends(ana.id, {"text": f"b {link}", "without_preview": "on"})
    await ana.shows(f"b {link}", "failed")
    await ana.again(f"b {link}")
    sent.append((f"b {link}", False))
    assert await previews(4) == sent

    bubbles = [str((await ana.bubble(text)).id) for text in (link, f"a {link}")]
    form: dict[str, Any] = {"message": bubbles, "to": [str(ana.id)], "compose_id": str(uuid4())}
    assert (await ana.browser.post(f"/c/{ana.id}/forwarding", form)).status_code == 200
    sent += [(link, True), (f"a {link}", False)]
    assert await previews(6) == sent

    await ana.browser.post("/settings", {"link_previews": "off"})
    await ana.browser.sends(ana.id, {"text": f"c {link}"})
    assert await previews(7) == [*sent, (f"c {link}", False)]
