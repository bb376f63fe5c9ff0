"""What a customer's message of each type holds when the caller does not say."""

from collections.abc import Callable
from typing import Any

from app.simulator.media import MediaShelf

ATTACHMENTS = frozenset({"image", "video", "document", "audio", "sticker"})

_TYPICAL: dict[str, Callable[[], Any]] = {
    "text": lambda: {"body": "Oi, tudo bem?"},
    "location": lambda: {
        "latitude": -23.5614,
        "longitude": -46.6559,
        "name": "Praça do Recado",
        "address": "Rua Inventada, 100, São Paulo",
    },
    "contacts": lambda: [
        {
            "name": {"formatted_name": "Tia Zélia", "first_name": "Zélia"},
            "phones": [{"phone": "+55 11 90000-0099", "wa_id": "5511900000099", "type": "CELL"}],
            "origin": "other",
        }
    ],
    "button": lambda: {"payload": "sim", "text": "Sim, quero"},
    "button_reply": lambda: {"type": "button_reply", "button_reply": {"id": "sim", "title": "Sim"}},
    "list_reply": lambda: {
        "type": "list_reply",
        "list_reply": {"id": "manha", "title": "Manhã", "description": "Das 9h às 12h"},
    },
    "nfm_reply": lambda: {
        "type": "nfm_reply",
        "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"flow_token":"t1","tamanho":"M"}'},
    },
    "order": lambda: {
        "catalog_id": "300000000000001",
        "text": "Pode separar?",
        "product_items": [
            {"product_retailer_id": "vestido-azul-m", "quantity": 1, "item_price": 189.9, "currency": "BRL"},
            {"product_retailer_id": "cinto-caramelo", "quantity": "2", "item_price": 49, "currency": "BRL"},
        ],
    },
    "unsupported": lambda: {"type": "poll"},
    "hologram": lambda: {"id": "1", "depth": 3},
}
# What a text may bring beside its words, by a name of ours: (the words, further keys of the message).
_BESIDE: dict[str, tuple[str, dict[str, Any]]] = {
    "from_advertisement": (
        "Oi! Vi o anúncio. Ainda tem?",
        {
            "referral": {
                "source_url": "https://fb.example/anuncio",
                "source_id": "120000000000001",
                "source_type": "ad",
                "headline": "Vestidos de linho",
                "body": "Só nesta semana, com frete grátis.",
                "media_type": "image",
                "image_url": "https://fb.example/vestido.jpg",
                "ctwa_clid": "inventado",
            }
        },
    ),
    "about_product": (
        "Tem deste no tamanho M?",
        {"context": {"referred_product": {"catalog_id": "1", "product_retailer_id": "vestido-azul-m"}}},
    ),
    "forwarded": ("Olha que promoção boa", {"context": {"forwarded": True}}),
    "often_forwarded": ("Passe adiante!", {"context": {"frequently_forwarded": True}}),
}
_INTERACTIVE = frozenset({"button_reply", "list_reply", "nfm_reply"})


def wire_type(kind: str) -> str:
    """The `type` that goes out: the interactive replies share one."""
    return "interactive" if kind in _INTERACTIVE else kind


def beside(kind: str) -> tuple[str, dict[str, Any]] | None:
    """A text that brings something beside its words; None for a kind of its own."""
    return _BESIDE.get(kind)


def typical(kind: str, shelf: MediaShelf) -> Any:
    """Content for `kind`; an empty object for a type nobody has heard of."""
    if kind in ATTACHMENTS:
        return shelf.attach(kind)
    return _TYPICAL.get(kind, dict)()
