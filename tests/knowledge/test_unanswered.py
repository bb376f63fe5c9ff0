"""What Claude could not answer stands on a list with what a person answered, and becomes an article by somebody's hand."""

import re
from html import unescape

import pytest
from sqlalchemy import select

from app.conversations.handoff_models import Handoff
from app.db import reading
from app.knowledge.models import KnowledgeArticle, SettledGap, Source
from tests.actors import Browser, Desk, within
from tests.knowledge.test_pages import sends
from tests.people import ANA, BRUNO, PAULO, Customer

PAGE = "/knowledge/unanswered"


@pytest.fixture
def desk_settings() -> dict[str, object]:
    """Claude answers."""
    return {"claude_enabled": True}


async def asks(desk: Desk, customer: Customer, *said: str, reason: str = "no_information") -> int:
    """Claude hands over; gives the hand-over's id."""
    before = await handoffs()
    told = {"reason": reason, "summary": "Pergunta sobre presente.", "urgency": "normal"}
    steps = [{"text": "Vou chamar alguém."}, {"tool": "handoff", "input": told}]
    await desk.whatsapp.control("POST", "/claude/replies", steps=steps)
    for one in said:
        await desk.whatsapp.says(customer, one)

    async def there() -> list[int]:
        return [one for one in await handoffs() if one not in before]

    [made] = await within(15, there, what="a hand-over")
    return int(made)


async def handoffs() -> list[int]:
    async with reading() as session:
        return list(await session.scalars(select(Handoff.id)))


def gaps_in(page: str) -> dict[int, list[str]]:
    """By hand-over: what was asked, and what was answered."""
    found = re.findall(r'<article class="gap" id="gap-\d+" data-gap="(\d+)">(.*?)</article>', page, re.S)
    words = {int(one): re.findall(r'class="gap__words"[^>]*>(.*?)</p>', card, re.S) for one, card in found}
    return {one: [unescape(text) for text in texts] for one, texts in words.items()}


async def test_the_customers_words_and_the_persons_answer_stand_beside_each_other(
    desk: Desk, marta: Browser
) -> None:
    assert "Nada aqui" in (await marta.open(PAGE)).text
    first = await asks(desk, ANA, "Vocês embrulham para presente?")
    assert gaps_in((await marta.open(PAGE)).text) == {
        first: ["Vocês embrulham para presente?", "Nada ainda."]
    }
    ana = await marta.conversation_with(ANA.name)
    await marta.reply(ana, "Sim, por R$ 5.")
    await marta.reply(ana, "O cartão é por nossa conta.")
    await desk.whatsapp.says(ANA, "Que bom!")
    await desk.whatsapp.control("GET", "/idle")
    await marta.reply(ana, "Até logo")
    second = await asks(desk, BRUNO, "Aceitam vale?")
    await asks(desk, Customer("Clara", wa_id="5511900000177"), "Quero uma pessoa", reason="asked_human")
    page = (await marta.open(PAGE)).text
    assert list(gaps_in(page)) == [second, first], "the newest first, and no other reasons"
    assert gaps_in(page)[first] == [
        "Vocês embrulham para presente?",
        "Sim, por R$ 5.\n\nO cartão é por nossa conta.",
    ]
    assert f'href="/c/{ana}"' in page


async def test_an_article_is_written_of_it_and_published_by_nobody_but_its_writer(
    desk: Desk, marta: Browser
) -> None:
    gap = await asks(desk, ANA, "Vocês embrulham para presente?")
    await marta.reply(await marta.conversation_with(ANA.name), "Sim, por R$ 5.")
    form = (await marta.open(f"/knowledge/new?handoff={gap}")).text
    assert 'value="Vocês embrulham para presente?"' in form
    assert "Sim, por R$ 5.</textarea>" in form
    assert "tire nomes" in form
    async with reading() as session:
        assert list(await session.scalars(select(KnowledgeArticle.id))) == []
    wrong = await sends(marta, "/knowledge", title="", body="Sim.", handoff=gap)
    assert f'name="handoff" value="{gap}"' in wrong.text
    assert list(gaps_in((await marta.open(PAGE)).text)) == [gap]
    made = await sends(marta, "/knowledge", title="Embrulho", body="R$ 5.", handoff=gap)
    async with reading() as session:
        article = await session.get_one(KnowledgeArticle, int(made.headers["location"].rpartition("/")[2]))
        assert (article.source, article.is_published) == (Source.ANSWER, False)
        assert [one.mark for one in await session.scalars(select(SettledGap))] == ["written"]
    assert gaps_in((await marta.open(PAGE)).text) == {}
    assert "De uma resposta" in (await marta.open("/knowledge")).text


@pytest.mark.parametrize("mark", ["done", "not_needed"])
async def test_what_is_seen_to_leaves_the_list_and_can_be_put_back(
    desk: Desk, marta: Browser, mark: str
) -> None:
    gap = await asks(desk, ANA, "Têm vaga?")
    taken = await sends(marta, f"{PAGE}/{gap}", mark=mark)
    page = (await marta.open(taken.headers["location"])).text
    assert gaps_in(page) == {}
    assert "Tirada da lista" in page
    await sends(marta, f"{PAGE}/{gap}", mark=mark)
    await sends(marta, f"{PAGE}/{gap}", mark="")
    assert list(gaps_in((await marta.open(PAGE)).text)) == [gap]


async def test_attendants_see_the_list_and_settle_nothing(desk: Desk) -> None:
    gap = await asks(desk, ANA, "Têm vaga?")
    paulo = await desk.attendant(PAULO)
    page = (await paulo.open(PAGE)).text
    assert list(gaps_in(page)) == [gap]
    assert "write-article" not in page
    assert (await sends(paulo, f"{PAGE}/{gap}", mark="done")).status_code == 403
    assert (await paulo.open(f"/knowledge/new?handoff={gap}")).status_code == 403


async def test_a_question_that_is_none_is_404_and_a_mark_that_is_none_changes_nothing(
    desk: Desk, marta: Browser
) -> None:
    other = await asks(desk, ANA, "Quero uma pessoa", reason="asked_human")
    for wrong in (str(other), "999", "x", "0", "9" * 19):
        assert (await sends(marta, f"{PAGE}/{wrong}", mark="done")).status_code == 404, wrong
        assert (await marta.open(f"/knowledge/new?handoff={wrong}")).status_code == 404, wrong
    refused = await sends(marta, "/knowledge", title="a", body="Meu texto", handoff=other)
    assert refused.status_code == 404
    assert "Meu texto</textarea>" in refused.text, "nothing is lost"
    assert 'name="handoff" value=""' in refused.text
    gap = await asks(desk, BRUNO, "Têm vaga?")
    assert (await sends(marta, f"{PAGE}/{gap}", mark="written")).status_code == 422
    assert list(gaps_in((await marta.open(PAGE)).text)) == [gap]
    async with reading() as session:
        assert list(await session.scalars(select(KnowledgeArticle.id))) == []


async def test_a_customers_words_do_nothing_on_the_list_and_in_the_form(desk: Desk, marta: Browser) -> None:
    evil = "<img src=x onerror=alert(1)>\"'</textarea><script>alert(1)</script> {{ 7*7 }}"
    gap = await asks(desk, ANA, evil)
    for path in (PAGE, f"/knowledge/new?handoff={gap}"):
        page = (await marta.open(path)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert gaps_in((await marta.open(PAGE)).text)[gap][0] == evil
