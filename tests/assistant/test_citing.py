"""What Claude quotes is kept with its answer where the words stand in what it was given; the customer sees none of it."""

from typing import Any

import pytest

from app.assistant import citing
from app.assistant.citing import PIECE, Quote, grounded, search_results
from app.assistant.claude import Request
from app.assistant.replies import MOST_CITATIONS, Growing, Reply
from app.db import transaction
from app.knowledge import articles
from app.knowledge.articles import Wanted
from app.simulator.claude_citations import cited
from tests.assistant.shop import HANDOFF_TEXT, Shop

RETURNS = Wanted(
    "Trocas", "A troca é de graça em até 30 dias. Guarde a nota!\n\n# Vasos\n\n- Vaso azul: R$ 80,00"
)
DELIVERY = Wanted("Entrega", "Entregamos em todo o Brasil. Leva 5 dias.")
FREE = "A troca é de graça em até 30 dias. "
LOCATION = {
    "type": "search_result_location",
    "source": "7",
    "title": "Trocas",
    "cited_text": FREE,
    "search_result_index": 0,
    "start_block_index": 0,
    "end_block_index": 1,
}


def blocks_of(*told: Any, text: str = "Em 30 dias.") -> Reply:
    """A reply of one block with these citations, as a stream brings them."""
    growing = Growing()
    growing.take({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
    growing.take({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}})
    for citation in told:
        delta = {"type": "citations_delta", "citation": citation}
        assert not growing.take({"type": "content_block_delta", "index": 0, "delta": delta})
    growing.take({"type": "message_delta", "delta": {"stop_reason": "end_turn"}})
    growing.take({"type": "message_stop"})
    return growing.whole("req_1")


def asked(*known: tuple[int, str, str], **more: Any) -> Request:
    content = [*search_results(known), {"type": "text", "text": "Posso trocar?"}]
    return Request("", [{"role": "user", "content": content}], **more)


KNOWN = asked((7, RETURNS.title, RETURNS.body))


def test_an_article_is_cited_by_sentence_and_by_line_and_nothing_of_it_is_lost() -> None:
    assert PIECE.findall(RETURNS.body) == [
        FREE,
        "Guarde a nota!\n\n",
        "# Vasos\n\n",
        "- Vaso azul: R$ 80,00",
    ]
    for text in ("1. Um\n2. Dois", "Das 9h às 19h. Fim", "…\n \n x", "a" * 3000, "Sim?! Não... Talvez"):
        assert "".join(PIECE.findall(text)) == text.lstrip()
        assert all(piece.strip() for piece in PIECE.findall(text))


def test_what_nobody_sees_is_no_search_result() -> None:
    assert search_results([(1, "\u200b", "\u200b \u200e"), (2, "", "Sim")])[0]["title"] == citing.NAMELESS
    assert len(search_results([(1, "Nada", " \n\u200b")])) == 0


def test_a_citation_of_what_was_given_is_kept_and_goes_back_as_it_came() -> None:
    reply, quotes = grounded(blocks_of(LOCATION), KNOWN)
    assert quotes == [Quote("Em 30 dias.", 7, "Trocas", FREE.strip())]
    assert reply.as_message()["content"] == [{"type": "text", "text": "Em 30 dias.", "citations": [LOCATION]}]


@pytest.mark.parametrize(
    "wrong",
    [
        LOCATION | {"source": "8"},
        LOCATION | {"source": "https://evil.test"},
        LOCATION | {"cited_text": "A troca custa R$ 50."},
        LOCATION | {"cited_text": " \n"},
        LOCATION | {"cited_text": None},
        LOCATION | {"search_result_index": -1},
        LOCATION | {"start_block_index": "0"},
        LOCATION | {"end_block_index": True},
        LOCATION | {"title": ["Trocas"]},
        {"type": "char_location", "document_index": 0, "cited_text": FREE},
        {"type": "moon_location", "cited_text": FREE, "source": "7"},
        {"type": "search_result_location"},
        FREE,
        [LOCATION],
        None,
    ],
)
def test_any_other_citation_is_left_out_and_the_answer_stays(wrong: Any) -> None:
    reply, quotes = grounded(blocks_of(wrong, LOCATION | {"source": "9"}), KNOWN)
    assert quotes == []
    assert reply.text == "Em 30 dias."
    assert reply.as_message()["content"] == [{"type": "text", "text": "Em 30 dias."}]


def test_what_is_cited_without_end_is_kept_in_part() -> None:
    body = "Sim. " * 400
    long = LOCATION | {"cited_text": body}
    reply, quotes = grounded(blocks_of(*[long] * 1000, text="x" * 3000), asked((7, "Trocas", body)))
    assert len(reply.blocks[0]["citations"]) == MOST_CITATIONS
    assert len(quotes) == citing.MOST
    assert {len(text) for one in quotes for text in (one.words, one.quoted)} == {citing.LONGEST}


def test_a_number_that_was_hidden_is_cited_as_it_was_sent() -> None:
    request = asked((7, "Pix 529.982.247-25", "A chave é 529.982.247-25."))
    [quote] = grounded(blocks_of(LOCATION | {"cited_text": "A chave é [CPF]."}), request)[1]
    assert quote.title == "Pix [CPF]"
    assert not grounded(blocks_of(LOCATION | {"cited_text": "A chave é 529.982.247-25."}), request)[1]


def test_each_message_of_an_answer_has_its_own_quotes() -> None:
    words = (
        "**Troca** em 30 dias",
        ", com a nota. Frete grátis para todos.\n\nLeva cinco dias",
        "👍",
        "Sim.",
    )
    kept = [vars(Quote(one, 7, "Trocas", "…")) for one in words]
    first, second = "*Troca* em 30 dias, com a nota. Frete grátis para todos.", "Leva cinco dias. Sim."
    assert [one["words"] for one in citing.behind(first, kept)] == [*words[:2]]
    assert [one["words"] for one in citing.behind(second, kept)] == [words[1], words[3]]
    assert citing.behind("Um momento.", kept) == []


async def knows(*wanted: Wanted) -> None:
    async with transaction() as session:
        for one in wanted:
            await articles.create(session, one, None)


async def test_an_answer_that_cites_is_one_text_and_its_quotes_stay_on_the_turn(full: Shop) -> None:
    await knows(RETURNS, DELIVERY)
    full.claude_will(
        {
            "steps": [
                {"thinking": "Trocas."},
                {"text": "Sim! A "},
                {"text": "troca é de graça, em 30 dias", "cites": FREE},
                {"text": ", e leva "},
                {"text": "5 dias", "cites": "Leva 5 dias."},
                {"text": "."},
            ]
        }
    )
    await full.says("Ana", "Posso trocar?")
    await full.work()
    assert await full.answers("Ana") == ["Sim! A troca é de graça, em 30 dias, e leva 5 dias."]
    [turn] = await full.turns("Ana")
    quotes = [(one["words"], one["title"], one["quoted"]) for one in turn.steps["quotes"]]
    assert quotes == [
        ("troca é de graça, em 30 dias", "Trocas", FREE.strip()),
        ("5 dias", "Entrega", "Leva 5 dias."),
    ]


async def test_what_a_tool_found_is_cited_and_goes_back_in_the_next_round(full: Shop) -> None:
    filler = [Wanted(f"Vaso {number}", f"O vaso {number} custa caro. " * 400) for number in range(20)]
    await knows(RETURNS, *filler)
    look = {"tool": "search_knowledge", "input": {"query": "prazo de troca"}}
    full.claude_will(
        {"steps": [{"text": "É de graça.", "cites": FREE}, look]},
        {"steps": [{"text": "Guarde a nota.", "cites": "Guarde a nota!"}, look]},
        {"steps": [{"text": "Até já."}]},
    )
    await full.says("Ana", "Posso fazer uma troca com a nota?")
    await full.work()
    assert await full.answers("Ana") == ["É de graça.\n\nGuarde a nota.\n\nAté já."]
    assert [one.outcome for one in full.asked] == [
        "finished"
    ] * 3  # the simulator refuses what the API refuses
    said = [one for one in full.asked[-1].body["messages"] if one["role"] == "assistant"]
    assert [one["content"][0]["citations"] for one in said] == [
        cited(full.asked[0].body, FREE),
        cited(full.asked[1].body, "Guarde a nota!"),
    ]
    [turn] = await full.turns("Ana")
    assert [one["quoted"] for one in turn.steps["quotes"]] == [FREE.strip(), "Guarde a nota!"]


async def test_the_person_who_takes_over_sees_what_was_quoted(full: Shop) -> None:
    await knows(RETURNS, DELIVERY)
    wish = {"reason": "needs_permission", "summary": "Troca sem nota.", "urgency": "normal"}
    full.claude_will(
        {"steps": [{"text": "É de graça.", "cites": FREE}, {"tool": "handoff", "input": wish}]},
        {"steps": [{"text": "São R$ 81,00", "cites": "Vaso azul: R$ 80,00"}]},
    )
    await full.says("Ana", "Posso fazer troca sem nota?")
    await full.says("Bruno", "Quanto custa o vaso azul?")
    await full.work()
    [noted] = await full.handoffs("Ana")
    [(article_id, title)] = noted.sources["articles"]
    assert (title, noted.sources["quotes"]) == ("Trocas", [[article_id, FREE.strip()]])
    assert await full.answers("Bruno") == [HANDOFF_TEXT]
    [held] = await full.handoffs("Bruno")
    assert held.reason == "unknown_price"
    assert held.sources["quotes"] == [[article_id, "- Vaso azul: R$ 80,00"]]


async def test_a_price_of_the_knowledge_may_be_told_wherever_it_stands(full: Shop) -> None:
    await knows(RETURNS)
    full.claude_will({"steps": [{"text": "O vaso azul custa R$ 80,00."}]})
    await full.says("Ana", "Quanto custa o vaso azul?")
    await full.work()
    assert await full.answers("Ana") == ["O vaso azul custa R$ 80,00."]


async def test_a_server_that_was_given_nothing_to_cite_cites_nothing(shop: Shop) -> None:
    await knows(RETURNS)
    look = {"tool": "search_knowledge", "input": {"query": "troca"}}
    told = {"text": "É de graça.", "citations": [LOCATION | {"source": "1"}]}
    shop.claude_will({"steps": [told, look]}, {"steps": [told]})
    await shop.says("Ana", "Posso fazer uma troca?")
    await shop.work()
    assert await shop.answers("Ana") == ["É de graça.\n\nÉ de graça."]
    assert [one.outcome for one in shop.asked] == ["finished"] * 2
    assert (await shop.turns("Ana"))[-1].steps["quotes"] == []
