"""The message templates of the simulated account, and what Graph checks when one is sent."""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from app.simulator.graph_errors import GraphRefusal

Json = dict[str, Any]
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def _body(text: str, **example: Any) -> Json:
    return {"type": "BODY", "text": text} | ({"example": example} if example else {})


def _template(number: int, name: str, components: list[Json], **more: Any) -> Json:
    usual = {
        "language": "pt_BR", "status": "APPROVED", "category": "UTILITY", "parameter_format": "POSITIONAL",
        "quality_score": {"score": "GREEN"}, "rejected_reason": "NONE",
    }  # fmt: skip
    return {"id": str(700000000000000 + number), "name": name, "components": components} | usual | more


FIRST: list[Json] = [
    _template(
        1, "retomar_conversa",
        [
            _body("Olá {{nome}}, podemos continuar o seu atendimento?",
                  body_text_named_params=[{"param_name": "nome", "example": "Ana"}]),
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Sim, quero"}]},
        ],
        parameter_format="NAMED",
    ),
    _template(
        2, "pedido_pronto", [_body("Seu pedido {{1}} está pronto para retirada.", body_text=[["1042"]])]
    ),
    _template(
        3, "promocao_inverno", [_body("Só hoje: tudo com desconto!")],
        status="REJECTED", rejected_reason="PROMOTIONAL", category="MARKETING",
    ),
    _template(
        4, "pedido_a_caminho",
        [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["https://example.com/vaso.jpg"]}},
            _body("{{1}}, o seu pedido {{2}} saiu para entrega. Chega {{3}}.", body_text=[["Ana", "1042", "hoje à tarde"]]),
            {"type": "FOOTER", "text": "Loja Inventada"},
            {"type": "BUTTONS", "buttons": [
                {"type": "URL", "text": "Acompanhar", "url": "https://example.com/pedidos/{{1}}",
                 "example": ["https://example.com/pedidos/1042"]},
                {"type": "QUICK_REPLY", "text": "Falar com a loja"},
            ]},
        ],
    ),
    _template(
        5, "lembrete_de_visita",
        [
            {"type": "HEADER", "format": "TEXT", "text": "Visita em {{1}}", "example": {"header_text": ["sexta-feira"]}},
            _body("Confirmamos a sua visita. Até lá!"),
        ],
        quality_score={"score": "YELLOW"},
    ),
    _template(
        6, "volte_sempre", [_body("Sentimos a sua falta, {{1}}!", body_text=[["Ana"]])],
        status="PAUSED", category="MARKETING", quality_score={"score": "RED"},
    ),
    _template(
        7, "order_ready", [_body("Your order {{1}} is ready.", body_text=[["1042"]])], language="en_US"
    ),
]  # fmt: skip


class TemplateShelf:
    """What the account has; `page` gives it as Graph lists it."""

    def __init__(self) -> None:
        self.all = deepcopy(FIRST)

    def page(self, limit: int, after: str, address: str) -> Json:
        start = int(after) if after.isdigit() else 0
        end = start + max(1, min(limit, 250))
        paging: Json = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(self.all):
            paging["next"] = f"{address}?limit={limit}&after={end}"
        return {"data": self.all[start:end], "paging": paging}

    def change(self, name: str, status: str, reason: str = "NONE") -> Json:
        """Meta decided about a template. Raises KeyError when there is none."""
        for one in self.all:
            if one["name"] == name:
                one |= {"status": status, "rejected_reason": reason}
                return one
        raise KeyError(name)

    def text_of(self, sent: Json) -> str:
        """What a customer reads of a template that was sent, its buttons in brackets."""
        template = self._named(sent) or {"components": []}
        given = {_place(one): one.get("parameters") or [] for one in sent.get("components") or []}
        shown = []
        for part in template["components"]:
            if part["type"] == "BUTTONS":
                shown.append("\n".join(f"[{button['text']}]" for button in part["buttons"]))
            elif "text" in part:
                shown.append(_filled(part["text"], given.get(part["type"].lower(), [])))
        return "\n\n".join(shown)

    def check(self, sent: Json) -> None:
        """Raises GraphRefusal when this template is not there, not approved, or filled in wrongly."""
        template = self._named(sent)
        if template is None or template["status"] in ("REJECTED", "PENDING"):
            name, language = sent.get("name"), sent.get("language")
            raise GraphRefusal(132001, f"template name ({name}) does not exist in the translation {language}")
        if template["status"] in ("PAUSED", "DISABLED"):
            raise GraphRefusal(132015 if template["status"] == "PAUSED" else 132016, "Template is paused")
        for where, wanted, given in _compared(template, sent):
            _compare(where, wanted, given, template["parameter_format"] == "NAMED")

    def _named(self, sent: Json) -> Json | None:
        wanted = (sent.get("name"), (sent.get("language") or {}).get("code"))
        return next((one for one in self.all if (one["name"], one["language"]) == wanted), None)


def _compared(template: Json, sent: Json) -> Iterator[tuple[str, list[str], list[Json]]]:
    """Each part with the placeholders it has and the parameters that came for it."""
    given = {_place(one): one.get("parameters") or [] for one in sent.get("components") or []}
    for part in template["components"]:
        where = str(part["type"]).lower()
        if where == "buttons":
            for index, button in enumerate(part["buttons"]):
                names = PLACEHOLDER.findall(button.get("url", ""))
                yield f"button.{index}", names, given.get(f"button.{index}", []) if names else []
        elif part.get("format") in ("IMAGE", "VIDEO", "DOCUMENT"):
            yield where, [part["format"].lower()], given.get(where, [])
        else:
            yield where, list(dict.fromkeys(PLACEHOLDER.findall(part["text"]))), given.get(where, [])


def _filled(text: str, parameters: list[Json]) -> str:
    values = {
        one.get("parameter_name") or str(place): str(one.get("text", ""))
        for place, one in enumerate(parameters, start=1)
    }
    return PLACEHOLDER.sub(lambda name: values.get(name[1], name[0]), text)


def _place(component: Json) -> str:
    kind = str(component.get("type"))
    return f"button.{component.get('index')}" if kind == "button" else kind


def _compare(where: str, wanted: list[str], given: list[Json], is_named: bool) -> None:
    if len(wanted) != len(given):
        details = f"{where}: number of localizable_params ({len(given)}) does not match the expected ({len(wanted)})"
        raise GraphRefusal(132000, details)
    for name, parameter in zip(wanted, given, strict=True):
        kind = str(parameter.get("type"))
        is_file = name in ("image", "video", "document")
        named = parameter.get("parameter_name")
        if kind != (name if is_file else "text") or (is_named and named not in wanted):
            raise GraphRefusal(
                132012, f"{where}: parameter format does not match format in the created template"
            )
        words = parameter.get("text")
        if not is_file and (not isinstance(words, str) or not words or re.search(r"[\n\t]| {5}", words)):
            raise GraphRefusal(132012, f"{where}: a text parameter has new lines, or is empty")
