"""What the simulated attendant knows about the invented shop."""

from typing import NamedTuple


class Fact(NamedTuple):
    """Said when one of the keywords (lower case, no accents) is in the question."""

    keywords: tuple[str, ...]
    answer: str


GREETING = ("oi", "ola", "bom dia", "boa tarde", "boa noite", "e ai", "hello", "hola")
WANTS_A_PERSON = (
    "atendente", "humano", "pessoa", "reclamacao", "reclamar",
    "gerente", "falar com alguem", "absurdo", "procon",
)  # fmt: skip

KNOWS_NOTHING_OF = ("garantia",)  # and says so, to show what becomes of such a question

FACTS = (
    Fact(
        ("abre", "abrem", "horario", "que horas", "fecha", "funcionam", "aberto"),
        "Nosso horário é:\n\n- **Segunda a sexta:** das 9h às 19h\n- **Sábado:** das 9h às 14h\n\n"
        "Aos domingos e feriados a loja fica fechada.",
    ),
    Fact(
        ("entrega", "frete", "demora", "prazo", "correio"),
        "Entregamos em toda a cidade! 🚚\n\n1. Na capital, em até **2 dias úteis** por R$ 12,00\n"
        "2. Em outras cidades, de 4 a 8 dias úteis\n\nAcima de R$ 199,00 o frete é *grátis*.",
    ),
    Fact(
        ("troca", "trocar", "devol", "defeito", "ficou grande", "ficou pequen"),
        "A troca pode ser feita em até **30 dias**, com a etiqueta e a nota. "
        "Em compras pela internet, a devolução é de graça nos primeiros 7 dias.",
    ),
    Fact(
        ("pix", "cartao", "parcel", "pagamento", "pagar", "boleto", "cupom"),
        "Aceitamos **Pix** (com 5% de desconto), cartão em até *6x sem juros* e dinheiro na loja.",
    ),
    Fact(
        ("endereco", "onde fica", "localizacao", "estacionamento", "chegar", "retirar"),
        "## Onde estamos\nRua Inventada, 100, em São Paulo, pertinho da praça. "
        "Veja no [mapa](https://loja.example/mapa). Tem estacionamento ao lado.",
    ),
    Fact(
        ("presente", "embalagem", "embrulh"),
        "Fazemos embalagem para presente sem custo. É só pedir ao fechar a compra! 🎁",
    ),
    Fact(
        ("nota fiscal", "segunda via"),
        "A nota vai por e-mail no dia da compra. Me diga o **número do pedido** e o e-mail, por favor.",
    ),
)  # fmt: skip
