"""What becomes an article tells of no customer: taken out by program, whatever Claude does."""

import pytest

from app.proposing.stripping import stripping
from app.rehearsing.redacting import redaction

strip = stripping(redaction(["Ana Souza"], ["5511900000101"]), ["Marta Lima"])


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        ("Ana, seu pedido 100234 saiu.", "Cliente, seu pedido [número] saiu."),
        ("Pedido nº 55-1234 e pedido de número ABC1234", "Pedido nº [número] e pedido de número [número]"),
        ("Order #1001; ver #452.", "Order [número]; ver [número]."),
        ("Protocolo: 26-A12700. NF-e 12345", "Protocolo: [número]. NF-e [número]"),
        ("Ligue para (11) 98888-7777", "Ligue para [telefone]"),
        ("É o +55 11 90000-0101?", "É o [telefone]?"),
        ("CPF 529.982.247-25, ana@example.com", "CPF [CPF], [e-mail]"),
        ("Att, Marta Lima", "Att, [atendente]"),
        ("souza falou com MARTA", "Cliente falou com [atendente]"),
    ],
)
def test_what_tells_of_one_person_is_taken_out(text: str, stripped: str) -> None:
    assert strip(text) == stripped


@pytest.mark.parametrize(
    "text",
    [
        "Pedidos acima de R$ 200,00 têm frete grátis.", "O pedido mínimo é de 100 reais, em até 12 vezes.",
        "Compras em 2 dias úteis, das 9h às 18h.", "Banana, manacá e marmota.", "Troca em 30 dias (art. 49).",
    ],
)  # fmt: skip
def test_what_holds_for_everybody_stays(text: str) -> None:
    assert strip(text) == text
