"""Quick replies: kept for the whole desk, filled in for each customer, sent with their file, counted."""

import asyncio
import re
from datetime import UTC, datetime
from html import unescape
from zoneinfo import ZoneInfo

import httpx2
import pytest
from sqlalchemy import select

from app.accounts.models import User
from app.db import reading, transaction
from app.quick_replies import managing
from app.quick_replies.filling import Situation, filled
from app.quick_replies.managing import Wanted
from app.quick_replies.models import QuickReply
from tests.actors import Browser, Desk, WhatsApp, waits_in_line
from tests.clocks import moving_clock
from tests.conversations.test_what_we_send import picture
from tests.people import ANA, PAULO


async def kept(browser: Browser, shortcut: str, text: str, **more: object) -> httpx2.Response:
    return await browser.http.post(
        "/quick-replies",
        data={"csrf_token": browser.token, "shortcut": shortcut, "text": text},
        **more,  # type: ignore[arg-type]
    )


async def offered(browser: Browser, conversation: int) -> dict[str, tuple[int, str]]:
    """By shortcut: the id and the words that would be said."""
    page = (await browser.get(f"/c/{conversation}/quick-replies")).text
    found = re.findall(r'id="quick-reply-(\d+)".*?data-words="(.*?)"', page, re.S)
    names = re.findall(r'suggestion__name">/(.*?)<', page)
    return {name: (int(id), unescape(words)) for name, (id, words) in zip(names, found, strict=True)}


async def test_a_quick_reply_is_everybodys_and_speaks_to_the_customer_by_name(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Quanto é o frete?")
    ana = await marta.conversation_with(ANA.name)
    assert "Nenhuma resposta rápida ainda" in (await marta.open("/quick-replies")).text
    said = "{{saudacao}}, {{nome}}! Aqui é {{ atendente }}.\nO frete é *R$ 12*."
    assert (await kept(marta, " /Frete ", said)).status_code == 303
    paulo = await desk.attendant(PAULO)
    with moving_clock() as hand:
        hand.move(seconds=1)
        words = (await offered(paulo, ana))["frete"][1]
    assert re.fullmatch(r"(Bom dia|Boa tarde|Boa noite), Ana! Aqui é Paulo\.\nO frete é \*R\$ 12\*\.", words)


@pytest.mark.parametrize(
    ("hour", "text", "words"),
    [
        (8, "{{saudacao}}!", "Bom dia!"),
        (12, "{{saudacao}}!", "Boa tarde!"),
        (18, "{{saudacao}}!", "Boa noite!"),
        (3, "{{saudacao}}!", "Boa noite!"),
        (8, "Olá {{nome}}, {{data}}", "Olá Ana, 26/11/2026"),
        (8, "{{nome_completo}} {{{nome}}} {{ nome}}", "Ana Maria Souza {Ana} Ana"),
    ],
)
def test_variables_say_what_is_so_here_and_now(hour: int, text: str, words: str) -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    now = datetime(2026, 11, 26, hour, 30, tzinfo=zone).astimezone(UTC)
    assert filled(text, Situation("Ana Maria Souza", "Marta Lima", zone, now)) == words


def test_a_variable_that_stands_for_nothing_leaves_no_gap() -> None:
    nobody = Situation("", "Marta", ZoneInfo("America/Sao_Paulo"), datetime(2026, 1, 1, tzinfo=UTC))
    assert filled("Olá {{nome}}! Tudo bem, {{nome}}?", nobody) == "Olá! Tudo bem,?"


async def test_of_two_who_want_one_shortcut_at_once_the_later_is_told_that_it_is_taken(
    marta: Browser, database_url: str
) -> None:
    async with transaction() as session:
        await managing.create(session, Wanted("frete", "R$ 12"), await session.get_one(User, 1))
        await session.flush()
        later = asyncio.ensure_future(kept(marta, "frete", "R$ 15"))
        await waits_in_line(database_url)
    refused = await later
    assert (refused.status_code, "Outra resposta rápida já tem este atalho" in refused.text) == (422, True)


WRONG = {
    "two words": ("bom dia", "Oi", "Um atalho é uma palavra"),
    "no shortcut": ("", "Oi", "Um atalho é uma palavra"),
    "too long": ("a" * 41, "Oi", "Um atalho é uma palavra"),
    "another's": ("frete", "Oi", "Outra resposta rápida já tem este atalho"),
    "nothing to say": ("vazio", "  ", "Escreva o que esta resposta rápida diz"),
    "too much": ("longo", "á" * 4097, "no máximo 4096"),
    "no such variable": ("oi", "Olá {{nmoe}}", "não é nenhuma das que estão abaixo"),
    "a template's variable": ("oi", "Olá {{1}}", "não é nenhuma das que estão abaixo"),
}


async def test_what_cannot_be_kept_is_told_beside_its_field_and_stays_typed(marta: Browser) -> None:
    assert (await kept(marta, "frete", "R$ 12")).status_code == 303
    for what, (shortcut, text, told) in WRONG.items():
        answer = await kept(marta, shortcut, text)
        assert answer.status_code == 422, what
        assert re.search(rf'role="alert">[^<]*{re.escape(told)}', answer.text), what
        assert f"{text.strip()}</textarea>" in unescape(answer.text) or not text.strip(), what
    async with reading() as session:
        assert list(await session.scalars(select(QuickReply.shortcut))) == ["frete"]


async def test_one_is_changed_and_removed_for_everybody(marta: Browser) -> None:
    await kept(marta, "pix", "A chave é 123")
    page = (await marta.open("/quick-replies")).text
    [reply] = re.findall(r'data-quick-reply="(\d+)"', page)
    address = f"/quick-replies/{reply}"
    changed = await marta.post(address, {"shortcut": "pix", "text": "A chave é 456"}, htmx=False)
    assert (changed.status_code, changed.headers["location"]) == (303, "/quick-replies")
    assert "A chave é 456" in (await marta.open(address)).text
    assert (await marta.post(f"{address}/removal", {}, htmx=False)).status_code == 303
    assert (await marta.open(address)).status_code == 404
    assert (await marta.post(f"{address}/removal", {}, htmx=False)).status_code == 404


async def test_its_file_goes_with_the_words_and_the_one_used_most_stands_first(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "Tem a tabela?")
    ana = await marta.conversation_with(ANA.name)
    await kept(marta, "aviso", "Abrimos às 9h")
    await kept(marta, "tabela", "A tabela, {{nome}}", files={"files": ("tabela.png", picture("PNG"))})
    choices = await offered(marta, ana)
    assert list(choices) == ["aviso", "tabela"]
    reply, words = choices["tabela"]
    sent = {"text": words, "quick_reply": str(reply), "with_file": "on"}
    assert (await marta.sends(ana, sent)).status_code == 200
    [payload] = [one["payload"] for one in await whatsapp.accepted(at_least=1)]
    assert (payload["type"], payload["image"]["caption"]) == ("image", "A tabela, Ana")
    assert list(await offered(marta, ana)) == ["tabela", "aviso"]
    shown = await marta.get(f"/quick-replies/{reply}/file")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")

    without = {"text": "Só palavras", "quick_reply": str(reply)}
    assert (await marta.sends(ana, without)).status_code == 200
    assert (await whatsapp.accepted(at_least=2))[1]["payload"]["text"]["body"] == "Só palavras"

    gone = {"text": words, "quick_reply": "999999", "with_file": "on"}
    refused = await marta.sends(ana, gone)
    assert refused.status_code == 422
    assert "não está mais aqui" in refused.text
    assert f">{words}</textarea>" in refused.text


async def test_without_script_a_link_begins_the_composer_with_it(marta: Browser, whatsapp: WhatsApp) -> None:
    await whatsapp.says(ANA, "Oi")
    ana = await marta.conversation_with(ANA.name)
    await kept(marta, "oi", "Olá, {{nome}}!")
    await marta.post(f"/c/{ana}/draft", {"text": "Já digitado"})
    page = (await marta.open(f"/c/{ana}/quick-replies")).text
    [link] = re.findall(rf'href="(/c/{ana}\?quick_reply=\d+)"', page)
    begun = (await marta.open(link)).text
    assert ">Já digitado\nOlá, Ana!</textarea>" in begun
    assert re.search(r'name="quick_reply" value="\d+"', begun)
