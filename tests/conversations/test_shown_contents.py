"""Every shape that WhatsApp documents, and its broken relatives: answered 200, stored, and never an empty bubble."""

import json
import re
from pathlib import Path
from typing import Any

from app.conversations.models import Message
from tests.actors import Browser, WhatsApp
from tests.clocks import count
from tests.conversations.bubbles import drawn_in
from tests.people import ANA
from tests.whatsapp.bodies import change, contact, text, webhook

Json = dict[str, Any]


def message(kind: str, content: Any, **more: Any) -> Json:
    told = text("", "", ANA) | {"type": kind, kind: content} | more
    return told if kind == "text" else {name: value for name, value in told.items() if name != "text"}


def interactive(kind: str, content: Any) -> Json:
    return message("interactive", {"type": kind, kind: content})


def order(*items: Any, **more: Any) -> Json:
    return message("order", {"catalog_id": "1", "product_items": list(items)} | more)


def item(quantity: Any, price: Any, currency: str = "BRL", name: str = "CAFE-500") -> Json:
    return {"product_retailer_id": name, "quantity": quantity, "item_price": price, "currency": currency}


def unsupported(kind: str, code: int = 131051) -> Json:
    return message("unsupported", {"type": kind}, errors=[{"code": code, "title": "Message type unknown"}])


AD = {"source_url": "https://fb.me/1", "source_type": "ad", "headline": "Promoção", "body": "Só hoje"}
ANSWERS = json.dumps({"flow_token": "t", "dia": "sexta", "itens": ["a", "b"], "aceita": True})
PLACE = {"latitude": -23.5, "longitude": -46.6}
ZELIA = {
    "name": {"formatted_name": "Tia Zélia", "first_name": "Zélia"},
    "org": {"company": "Floricultura"},
    "phones": [{"phone": "+55 11 90000-0099", "wa_id": "5511900000099", "type": "CELL"}],
}

# name: (message, what the bubble says, in this order)
SHAPES: dict[str, tuple[Json, list[str]]] = {
    "text": (message("text", {"body": "*Oi* https://example.com"}), ["Oi", 'href="https://example.com"']),
    "text that is a list": (message("text", []), ["não repassou nada", "Peça ao cliente"]),
    "text without body": (message("text", {}), ["não repassou nada"]),
    "text of blanks": (message("text", {"body": " \n "}), ["não repassou nada"]),
    "no type": (text("", "", ANA, type=None), ["não pode ser mostrada"]),
    "forwarded": (message("text", {"body": "Leia"}, context={"forwarded": True}), ["Encaminhada", "Leia"]),
    "often": (
        message("text", {"body": "Leia"}, context={"frequently_forwarded": True}),
        ["Encaminhada com frequência", "Leia"],
    ),
    "advertisement": (
        message("text", {"body": "Quero"}, referral=AD),
        ["Veio de um anúncio", "Promoção", "Só hoje", 'href="https://fb.me/1"', "fb.me", "Quero"],
    ),
    "advertisement on a photo": (
        message("image", {"id": "1"}, referral=AD | {"image_url": "https://x.example/a.jpg"}),
        ["Veio de um anúncio", "Foto"],
    ),
    "advertisement with a bad link": (
        message("text", {"body": "Oi"}, referral={"source_url": "javascript:alert(1)", "headline": 7}),
        ["Veio de um anúncio", "7", "Oi"],
    ),
    "product": (
        message("text", {"body": "Tem?"}, context={"referred_product": {"product_retailer_id": "VASO"}}),
        ["Sobre um produto", "VASO", "Tem?"],
    ),
    "image": (message("image", {"id": "1", "caption": "Olha"}), ["Foto", "Olha"]),
    "image without id": (message("image", {"mime_type": "image/jpeg"}), ["não repassou nada"]),
    "image too large": (
        message("image", {"id": "1"}, errors=[{"code": 131052, "title": "Media download error"}]),
        ["Foto", "Peça um arquivo menor"],
    ),
    "video": (message("video", {"id": "1"}), ["Vídeo"]),
    "audio": (message("audio", {"id": "1", "voice": True}), ["Áudio"]),
    "voice": (message("voice", {"id": "1"}), ["Áudio"]),
    "document": (message("document", {"id": "1", "filename": "nota.pdf"}), ["nota.pdf"]),
    "sticker": (message("sticker", {"id": "1", "animated": False}), ["Figurinha"]),
    "location": (
        message("location", PLACE | {"name": "Praça", "address": "Rua 1", "url": "https://x.example"}),
        [
            "Localização",
            "Praça",
            "Rua 1",
            'href="https://www.google.com/maps/search/?api=1&query=-23.5,-46.6"',
        ],
    ),
    "location as strings": (message("location", {"latitude": "1.5", "longitude": "2"}), ["query=1.5,2"]),
    "location nowhere": (message("location", {"latitude": 91, "longitude": True}), ["Localização"]),
    "location that is a string": (message("location", "aqui"), ["Localização"]),
    "contacts": (
        message(
            "contacts", [ZELIA, {"name": {"first_name": "Beto"}, "phones": [{"wa_id": "5511900000088"}]}]
        ),
        [
            *("Tia Zélia", "Floricultura", 'href="tel:+5511900000099"'),
            'href="/conversations/new?phone=%2B55+11+90000-0099&name=Tia+Z%C3%A9lia"',
            *("Beto", "+5511900000088"),
        ],
    ),
    "contacts of nobody": (message("contacts", [{}]), ["Contato", "Sem nome"]),
    "contacts that are none": (message("contacts", {"name": 1}), ["não pode ser mostrada"]),
    "button": (message("button", {"payload": "p", "text": "Sim, quero"}), ["Sim, quero"]),
    "button without text": (message("button", {"payload": "p"}), ["não repassou nada"]),
    "button reply": (interactive("button_reply", {"id": "1", "title": "Confirmar"}), ["Confirmar"]),
    "list reply": (
        interactive("list_reply", {"id": "1", "title": "Manhã", "description": "Das 9h às 12h"}),
        ["Manhã", "Das 9h às 12h"],
    ),
    "form": (
        interactive("nfm_reply", {"name": "flow", "body": "Sent", "response_json": ANSWERS}),
        ["Formulário", "dia", "sexta", "itens", "a, b", "aceita", "true"],
    ),
    "form that is a list": (
        interactive("nfm_reply", {"name": "flow", "body": "Sent", "response_json": '["a", 1]'}),
        ["Formulário", '["a", 1]'],
    ),
    "form with half a character": (
        interactive("nfm_reply", {"response_json": '{"dia": "\\ud800", "\\udc00": 1}'}),
        ["dia", "\ufffd", "\ufffd", "1"],
    ),
    "form that is no json": (interactive("nfm_reply", {"response_json": "{"}), ["Formulário", "{"]),
    "form without answers": (interactive("nfm_reply", {}), ["Formulário", "Sem respostas"]),
    "call permission": (
        interactive("call_permission_reply", {"response": "accept", "is_permanent": False}),
        ["permite ligações"],
    ),
    "interactive of a new sort": (interactive("novelty", {"id": 1}), ["não repassou nada"]),
    "interactive that is null": (message("interactive", None), ["não repassou nada"]),
    "order": (
        order(item(2, 30.5), item("1", "12", name="XICARA"), text="Entrega amanhã"),
        ["Pedido", "2 × CAFE-500", "R$ 30,50", "1 × XICARA", "R$ 12,00", "R$ 73,00", "Entrega amanhã"],
    ),
    "order in two currencies": (order(item(1, 1), item(1, 2, "USD")), ["R$ 1,00", "US$ 2,00"]),
    "order of strange things": (order(item([], "muito", "?", name="")), ["? × ?"]),
    "order without items": (message("order", {"product_items": {}}), ["Pedido", "Nenhum item"]),
    "poll": (unsupported("poll"), ["enquete", "escreva"]),
    "view once": (unsupported("view_once"), ["visualização única", "comum"]),
    "edit nobody tells": (unsupported("edit"), ["editou", "o que ela diz agora"]),
    "unsupported": (unsupported("novelty"), ["não pode ser mostrada", "de outra forma"]),
    "only on the phone": (unsupported("novelty", 131060), ["só no celular", "WhatsApp Business"]),
    "file too large": (unsupported("novelty", 131052), ["buscar o arquivo", "arquivo menor"]),
    "unsupported as a list": (message("unsupported", [1], errors="x"), ["não pode ser mostrada"]),
    "unknown": (message("hologram", {"depth": 3}), ["não pode ser mostrada"]),
    "unknown with words": (message("hologram", {"body": "Olá"}), ["não pode ser mostrada", "Olá"]),
    "code changed": (message("system", {"type": "customer_identity_changed"}), ["código de segurança"]),
    "number changed, no new one": (
        message("system", {"type": "user_changed_number"}),
        ["O número do cliente"],
    ),
    "system without anything": (message("system", []), ["avisou algo"]),
}


async def test_each_shape_is_drawn_with_its_words(marta: Browser, whatsapp: WhatsApp) -> None:
    await whatsapp.breaks({"kind": "look_up", "code": 131000, "remaining": 10**6})  # no file ever comes
    told = [shape | {"id": f"w {name}"} for name, (shape, _) in SHAPES.items()]
    assert await whatsapp.posts(webhook(change(*told, contacts=[contact(ANA)]))) == 200
    assert await count(Message) == len(SHAPES)
    page = (await marta.open(f"/c/{await marta.conversation_with(ANA.name)}")).text
    drawn = dict(zip(SHAPES, drawn_in(page), strict=True))
    wrong = {
        name: drawn[name] for name, (_, wanted) in SHAPES.items() if not says_in_order(drawn[name], wanted)
    }
    assert wrong == {}
    assert "javascript:" not in page
    assert "x.example" not in page


def says_in_order(line: str, wanted: list[str]) -> bool:
    pattern = ".*".join(map(re.escape, wanted))
    return re.search(pattern, line) is not None


PUBLIC = sorted((Path(__file__).parent.parent / "payloads" / "public").glob("*.json"))


async def test_webhooks_as_other_projects_recorded_them_are_stored_and_shown(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    for place, path in enumerate(PUBLIC):
        body = path.read_text(encoding="utf-8").replace("wamid.PUBLIC", f"wamid.{place}.")
        assert await whatsapp.posts(json.loads(body)) == 200, path.name
    assert await count(Message) == sum(
        path.name.partition("_")[0] not in ("group", "status", "account") for path in PUBLIC
    )
    for conversation in (await marta.conversations()).values():
        assert all(drawn_in((await marta.open(f"/c/{conversation}")).text))
