"""Message templates: Meta's list kept as ours, filled in and sent as Graph documents it, also to somebody new."""

import re
from html import unescape
from io import BytesIO
from typing import Any
from uuid import uuid4

import httpx2
from PIL import Image
from sqlalchemy import update

from app.db import transaction
from app.jobs import Job
from app.message_templates.syncing import PER_PAGE, SYNC
from app.simulator import phone_view
from tests.actors import Browser, Desk, WhatsApp, within, words_in
from tests.clocks import moving_clock
from tests.people import ANA, PAULO, Customer

RUI = Customer("Rui Prado", wa_id="551190000109")  # WhatsApp knows this one without the ninth digit


async def templates(marta: Browser) -> dict[str, str]:
    """The list of all: each template's name and status."""
    page = (await marta.open("/templates")).text
    return dict(re.findall(r'data-template="(\w+)" data-status="(\w+)"', page))


async def synced(marta: Browser, name: str = "pedido_pronto", status: str = "APPROVED") -> None:
    assert (await marta.post("/templates/sync")).status_code == 303

    async def there() -> bool:
        return (await templates(marta)).get(name) == status

    await within(15, there, what=f"{name} being {status}")


async def address_of(marta: Browser, conversation: int, name: str) -> str:
    """Where the form of a template is, found by searching."""
    page = (await marta.get(f"/c/{conversation}/templates?q={name}")).text
    [found] = re.findall(rf'href="(/c/\d+/templates/\d+)" data-template="{name}"', page)
    return str(found)


def sentences(page: str) -> list[str]:
    return [unescape(words) for words in re.findall(r'role="alert">(.*?)</(?:p|span)>', page)]


async def test_the_list_says_why_whatsapp_did_not_tell_it_and_follows_the_look_by_itself(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.breaks({"kind": "list", "code": 190})
    assert (await marta.post("/templates/sync")).status_code == 303
    asked = (await marta.open("/templates")).text

    async def told() -> list[str]:
        return sentences((await marta.open("/templates")).text)

    [trouble] = await within(15, told, what="the reason")
    assert trouble.startswith("O WhatsApp está desconectado.")
    assert ('hx-trigger="load' in asked) != ('role="alert"' in asked)
    async with transaction() as session:  # whatever else may have gone wrong with the look
        await session.execute(update(Job).where(Job.kind == SYNC).values(error="OperationalError"))
    assert await told() == [
        "A lista não veio quando a pedimos ao WhatsApp pela última vez. Ela é pedida de novo sozinha."
    ]
    await synced(marta)
    assert await told() == []


FILLED: dict[str, tuple[dict[str, str], list[dict[str, Any]] | None, list[str]]] = {
    # template: (what is filled in, Graph's components, what the bubble says, from the top)
    "retomar_conversa": (
        {"body.nome": "Ana"},
        [{"type": "body", "parameters": [{"type": "text", "parameter_name": "nome", "text": "Ana"}]}],
        ["Olá Ana, podemos continuar o seu atendimento?", "Sim, quero"],
    ),
    "pedido_pronto": (
        {"body.1": "  10\n{{1}}  "},
        [{"type": "body", "parameters": [{"type": "text", "text": "10 {{1}}"}]}],
        ["Seu pedido 10 {{1}} está pronto para retirada."],
    ),
    "pedido_a_caminho": (
        {
            "media": "https://example.com/vaso.jpg",
            "body.1": "Ana",
            "body.2": "77",
            "body.3": "às 15h",
            "button.0": "77",
        },
        [
            {
                "type": "header",
                "parameters": [{"type": "image", "image": {"link": "https://example.com/vaso.jpg"}}],
            },
            {
                "type": "body",
                "parameters": [{"type": "text", "text": text} for text in ("Ana", "77", "às 15h")],
            },
            {
                "type": "button",
                "sub_type": "url",
                "index": "0",
                "parameters": [{"type": "text", "text": "77"}],
            },
        ],
        [
            "Uma imagem",
            "Ana, o seu pedido 77 saiu para entrega. Chega às 15h.",
            "Loja Inventada",
            "Acompanhar",
            "Falar com a loja",
        ],
    ),
    "lembrete_de_visita": (
        {"header.1": "sábado"},
        [{"type": "header", "parameters": [{"type": "text", "text": "sábado"}]}],
        ["Visita em sábado", "Confirmamos a sua visita. Até lá!"],
    ),
}


async def test_a_filled_in_template_leaves_as_graph_documents_it_also_when_the_window_is_closed(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    ana = await marta.conversation_with(ANA.name)
    await synced(marta)
    with moving_clock() as hand:
        hand.move(hours=25)
        await marta.sign_in()
        for place, (name, (values, components, says)) in enumerate(FILLED.items()):
            address = await address_of(marta, ana, name)
            form = (await marta.open(address)).text
            keys = re.findall(r'name="value\.([\w.]+)"', form)
            assert set(keys) == set(values), name
            fields = {f"value.{key}": value for key, value in values.items()}
            shown = words_in((await marta.post(f"{address}/preview", fields)).text)
            assert all(words in shown for words in says)
            sent = await marta.post(address, fields, htmx=False)
            assert (sent.status_code, sent.headers["location"]) == (303, f"/c/{ana}"), sentences(sent.text)
            payload = (await whatsapp.accepted(at_least=place + 1))[place]["payload"]
            payload.pop("biz_opaque_callback_data")
            template = {"name": name, "language": {"code": "pt_BR"}, "components": components}
            assert payload == {
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                "to": f"+{ANA.wa_id}",
                "type": "template",
                "template": template,
            }
            world = whatsapp.world
            read = phone_view.words(world.chat(world.customer(ANA.name))[-1], world)
            missing = [words for words in says if words not in read and words != "Uma imagem"]
            assert not missing, name  # a header's picture has words of the phone's own
            bubble = (await marta.open(f"/c/{ana}")).text.split("<article")[-1]
            said = [words_in(bubble).find(words) for words in says]
            assert -1 not in said, name
            assert said == sorted(said), name
        form = (await marta.open(await address_of(marta, ana, "retomar_conversa"))).text
        assert 'name="value.body.nome" value="Ana"' in form  # prefilled from the contact


async def test_the_file_at_the_top_of_a_template_may_be_chosen_and_is_given_to_whatsapp_first(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    ana = await marta.conversation_with(ANA.name)
    await synced(marta)
    address = await address_of(marta, ana, "pedido_a_caminho")
    fields = {f"value.{key}": value for key, value in FILLED["pedido_a_caminho"][0].items() if key != "media"}
    fields |= {"csrf_token": marta.token, "compose_id": str(uuid4())}

    async def sends(name: str, file: bytes) -> httpx2.Response:
        chosen = {"file": (name, file, "application/octet-stream")}
        return await marta.http.post(address, data=fields, files=chosen)

    for name, file, words in (
        ("vaso.pdf", b"%PDF-1.4\n%%EOF", "leva uma imagem no topo"),
        ("vaso.jpg", b"\xff\xd8\xff", "danificada"),
        ("", b"", "escreva um endereço"),
    ):
        refused = await sends(name, file)
        assert refused.status_code == 422
        assert words in sentences(refused.text)[0]
        assert 'value="às 15h"' in refused.text
    vase = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(vase, "JPEG")
    for _ in range(2):  # pressed twice
        assert (await sends("vaso.jpg", vase.getvalue())).status_code == 303
    [sent] = await whatsapp.accepted(at_least=1)
    header, body, _ = sent["payload"]["template"]["components"]
    [parameter] = header["parameters"]
    taken = whatsapp.world.media.find(parameter["image"]["id"])
    assert taken
    assert taken.data == vase.getvalue()
    assert parameter == {"type": "image", "image": {"id": parameter["image"]["id"]}}
    assert body["type"] == "body"
    assert set(sent["payload"]["template"]) == {"name", "language", "components"}
    page = (await marta.open(f"/c/{ana}")).text
    assert len(await marta.bubbles(ana)) == 2
    assert "media--image" in page


REFUSED: list[tuple[str, dict[str, str]]] = [
    ("pedido_pronto", {"body.1": " \n "}),
    ("pedido_pronto", {}),
    ("pedido_pronto", {"body.1": "9" * 1020}),
    ("pedido_a_caminho", FILLED["pedido_a_caminho"][0] | {"media": "http://example.com/vaso.jpg"}),
    ("pedido_a_caminho", FILLED["pedido_a_caminho"][0] | {"button.0": ""}),
]


async def test_what_graph_would_refuse_is_said_before_and_nothing_typed_is_lost(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Oi")
    ana = await marta.conversation_with(ANA.name)
    await synced(marta)
    for name, values in REFUSED:
        address = await address_of(marta, ana, name)
        fields = {f"value.{key}": value for key, value in values.items()}
        answer = await marta.post(address, fields, htmx=False)
        assert answer.status_code == 422, (name, values)
        assert len(sentences(answer.text)) == 1
        page = unescape(answer.text)
        assert all(f'value="{value}"' in page for value in values.values() if value.strip())
    assert len(await marta.bubbles(ana)) == 1


async def test_the_list_is_metas_page_by_page_and_a_webhook_changes_it(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    shelf = whatsapp.world.templates
    shelf.all += [
        shelf.all[1] | {"id": str(800000000000000 + n), "name": f"aviso_{n}"} for n in range(PER_PAGE + 1)
    ]
    await synced(marta, f"aviso_{PER_PAGE}")
    assert len(await templates(marta)) == len(shelf.all)
    shelf.all = shelf.all[:7]
    await whatsapp.control("POST", "/templates", name="pedido_pronto", status="PAUSED", reason="LOW_QUALITY")

    async def paused() -> bool:
        found = await templates(marta)
        return len(found) == 7 and found["pedido_pronto"] == "PAUSED"

    await within(15, paused, what="what the webhook told, and the list being looked at again")
    page = unescape((await marta.open("/templates")).text)
    assert "Pausado pela Meta" in page
    assert "muitos clientes bloquearam" in page
    await whatsapp.says(ANA, "Oi")
    ana = await marta.conversation_with(ANA.name)
    assert "pedido_pronto" not in (await marta.open(f"/c/{ana}/templates")).text
    assert "retomar_conversa" in (await marta.open(f"/c/{ana}/templates?q=ATENDIMENTO+retomar")).text
    paulo = await desk.attendant(PAULO)
    assert [
        (await paulo.open("/templates")).status_code,
        (await paulo.post("/templates/sync")).status_code,
    ] == [403, 403]


async def test_a_conversation_begins_with_a_phone_number_and_a_template(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.meet(RUI)
    await synced(marta)
    refused = await marta.post("/conversations/new", {"phone": "12345", "name": "Rui"}, htmx=False)
    assert refused.status_code == 422
    assert "Rui" in refused.text
    from_a_card = (await marta.open("/conversations/new?phone=%2B5511990000109&name=Rui+Prado")).text
    assert 'value="+5511990000109"' in from_a_card
    assert 'value="Rui Prado"' in from_a_card
    places = set()
    for written in ("(11) 99000-0109", "+55 11 99000-0109"):
        begun = await marta.post("/conversations/new", {"phone": written, "name": "Rui do bolo"}, htmx=False)
        assert begun.status_code == 303, sentences(begun.text)
        places.add(begun.headers["location"])
    [place] = places
    assert await marta.conversations() == {}  # nobody is told before a message leaves
    assert "Este cliente ainda não escreveu" in (await marta.open(f"/c/{place.split('/')[2]}")).text
    conversation = int(re.findall(r"/c/(\d+)/", place)[0])
    address = await address_of(marta, conversation, "retomar_conversa")
    assert 'value="Rui"' in (await marta.open(address)).text
    assert (await marta.post(address, {"value.body.nome": "Rui"}, htmx=False)).status_code == 303
    [sent] = await whatsapp.accepted(at_least=1)
    assert sent["to"] == "+5511990000109"

    async def arrived() -> bool:
        return [one.status for one in await marta.bubbles(conversation)] == ["delivered"]

    await within(15, arrived, what="the template being delivered")
    assert (await marta.reply(conversation, "Oi, Rui")).status_code == 422  # he has not written yet
    await whatsapp.says(RUI, "Quem fala?")  # from the number as WhatsApp spells it
    assert [one.text for one in await marta.bubbles(conversation)][-1] == "Quem fala?"
    assert await marta.conversations() == {"Rui do bolo": conversation}  # not as his profile says
