"""No CPF and no card's number reaches Claude, and nobody's phone number names them there."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assistant.claude import Claude, Request
from app.assistant.desk import Desk
from app.assistant.hiding import cpf_check, hidden, hidden_in
from app.installation import Installation
from tests.assistant.shop import Shop

DIGITS = st.integers(0, 9)
CARDS = [
    "4111111111111111",
    "5555 5555 5555 4444",
    "3782-822463-10005",
    "378282246310005",
    "6011.1111.1111.1117",
]
OTHERS = [
    "Pedido 12345678901",
    "(11) 98765-4321",
    "+55 11 98765-4321",
    "4111 1111 1111 1112",
    "000.000.000-00",
    "111.111.111-11",
    "CNPJ 11.222.333/0001-81",
    "R$ 1.299,00",
    "12/30",
    "https://loja.example/p/52998224",
    "0000 0000 0000 0000",
]


def written(first: list[int], form: str) -> str:
    """A CPF that begins so; `form` has a # for each digit."""
    tenth = cpf_check(first)
    digits = iter([*first, tenth, cpf_check([*first, tenth])])
    return "".join(str(next(digits)) if one == "#" else one for one in form)


@given(
    st.lists(DIGITS, min_size=9, max_size=9).filter(lambda digits: len(set(digits)) > 1),
    st.sampled_from(["###########", "###.###.###-##", "#########-##", "###.###.#####"]),
    st.sampled_from(["{}", "Meu CPF é {}.", "cpf:{}, obrigada", "({})", "é {} e {}", "\n{}\n"]),
)
def test_a_valid_cpf_is_hidden_however_it_is_written(first: list[int], form: str, sentence: str) -> None:
    number = written(first, form)
    assert hidden(sentence.format(number, number)) == sentence.format("[CPF]", "[CPF]")


@given(st.lists(DIGITS, min_size=9, max_size=9), st.integers(1, 9))
def test_a_number_with_a_wrong_check_digit_stays(first: list[int], off: int) -> None:
    right = written(first, "###.###.###-##")
    wrong = right[:-1] + str((int(right[-1]) + off) % 10)
    assert hidden(wrong) == wrong


@pytest.mark.parametrize("card", CARDS)
def test_the_number_of_a_card_is_hidden_and_what_stands_beside_it_stays(card: str) -> None:
    assert hidden(f"Cartão {card}, val 12/30, cvv 123") == "Cartão [cartão], val 12/30, cvv 123"


@pytest.mark.parametrize("text", OTHERS)
def test_other_numbers_stay(text: str) -> None:
    assert hidden(text) == text


def test_files_thoughts_and_what_claude_called_stay_byte_by_byte() -> None:
    cpf = "529.982.247-25"
    kept = [
        {"type": "thinking", "thinking": cpf, "signature": cpf},
        {"type": "tool_use", "id": "1", "name": "a", "input": {"cpf": cpf}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "52998224725"}},
    ]
    told = [{"type": "tool_result", "tool_use_id": "1", "content": [{"type": "text", "text": cpf}]}]
    message = {"role": "user", "content": [*kept, *told]}
    assert hidden_in([message])[0]["content"] == [
        *kept,
        {**told[0], "content": [{"type": "text", "text": "[CPF]"}]},
    ]


async def test_a_customers_cpf_stays_in_the_thread_and_is_not_told_to_claude(shop: Shop) -> None:
    message = await shop.says("Ana", "Meu CPF é 529.982.247-25")
    await shop.work()
    assert "Meu CPF é [CPF]" in shop.words_asked()
    assert message.body == "Meu CPF é 529.982.247-25"


async def test_where_the_owner_says_so_claude_reads_it(shop: Shop) -> None:
    await shop.changes(Installation, hides_numbers=False)
    await shop.says("Ana", "Meu CPF é 529.982.247-25")
    await shop.work()
    assert "529.982.247-25" in shop.words_asked()


async def test_anthropic_is_told_a_name_that_says_nothing_and_stays_the_same(shop: Shop) -> None:
    full = Claude(
        api_key="k", base_url=shop.desk.provider._base_url, model="claude-haiku-5-5", is_simple=False
    )
    shop.desk = replace(shop.desk, provider=full)
    for name in ("Ana", "Bruno", "Ana"):
        await shop.says(name, f"Oi, {name}")
        await shop.work()
    await full.close()
    ana, bruno, again = (asked.body["metadata"]["user_id"] for asked in shop.asked)
    assert (ana == again, ana == bruno) == (True, False)
    assert len(ana) == 64
    assert shop.world.customer("Ana").wa_id not in ana


async def test_other_servers_are_told_no_name(shop: Shop, claude: Claude) -> None:
    await claude.stream(Request("Oi", [{"role": "user", "content": "Oi"}], whose="x"), str)
    assert isinstance(shop.desk, Desk)
    assert "metadata" not in shop.asked[-1].body
