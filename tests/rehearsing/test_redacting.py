"""What tells whose a conversation is goes; what the answer needs stays."""

import pytest

from app.rehearsing.redacting import redaction

REDACT = redaction(["Ana Souza 🌻", "Ana da Padaria São José", "anasouza"], ["5511900000101", "14155550123"])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Oi, aqui é a Ana Souza", "Oi, aqui é a Cliente"),
        ("ANA DA PADARIA falando", "Cliente falando"),
        ("aná e sao jose", "Cliente e sao Cliente"),
        ("Olá, *Ana*!", "Olá, *Cliente*!"),
        ("nota_Ana_Souza.pdf", "nota_Cliente_Cliente.pdf"),
        ("a semana da Mariana", "a semana da Mariana"),
        ("Ana\u0301", "Cliente"),
        ("meu número: 11 90000-0101", "meu número: [telefone]"),
        ("(11) 9 0000-0101 ou 9 0000 0101", "[telefone] ou [telefone]"),
        ("+55 11 90000 0101", "[telefone]"),
        ("call 415 555 0123", "call [telefone]"),
        ("liga pra minha mãe 21987654321", "liga pra minha mãe [telefone]"),
        ("fixo (21) 3456-7890, 3456-7890", "fixo [telefone], [telefone]"),
        ("+351 912 345 678", "[telefone]"),
        ("ana.souza+loja@exemplo.com.br!", "[e-mail]!"),
        ("CPF 529.982.247-25 e 52998224725", "CPF [CPF] e [CPF]"),
        ("4111 1111 1111 1111", "[cartão]"),
        ("CNPJ 11.222.333/0001-81 ou 11222333000181", "CNPJ [CNPJ] ou [CNPJ]"),
        ("CEP 01310-100, cep 01310100", "CEP [CEP], cep [CEP]"),
        ("Rua das Flores, 123, ap 45", "[endereço]"),
        ("moro na Av. Paulista 1578 perto do metrô", "moro na [endereço] perto do metrô"),
    ],
)
def test_what_tells_who_somebody_is_becomes_a_word_for_it(text: str, left: str) -> None:
    assert REDACT(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "Custa R$ 1.299,00 em 10x de R$ 129,90",
        "pedido 48213, nota 000123456",
        "dia 27/11/2026 às 10:30, 2026-11-27",
        "https://loja.example/p/11987654321",
        "CNPJ 11.222.333/0001-82",
        "a rua está molhada há 3 dias",
        "das 9 às 18, de 2 a 6",
        "",
        "🌻" * 50,
    ],
)
def test_prices_dates_orders_and_links_stay(text: str) -> None:
    assert REDACT(text) == text


def test_a_customer_without_a_name_to_speak_of_loses_nothing_of_the_text() -> None:
    redact = redaction(["", "~", "Zé", "😀", "<img src=x>" * 0], [])
    assert redact("O Zé vai lá") == "O Zé vai lá"


def test_a_hostile_name_is_no_pattern_and_a_long_text_takes_no_time() -> None:
    redact = redaction(["(a+)+$ [x](((", "aaa" * 170], ["1" * 15])
    for text in (
        "a" * 4096,
        "1 " * 2048,
        "rua " * 1024,
        "a@" * 2048,
        "(11) " * 800,
        "+1-" * 1300,
        "av. x" * 800,
    ):
        assert redact(text) is not None
