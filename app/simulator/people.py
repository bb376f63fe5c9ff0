"""The invented customers, and what they say on a busy morning."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count


@dataclass(slots=True)
class Customer:
    """One person with a phone.

    `wa_id` None means the business may not see the phone number: it knows only the BSUID (`user_id`).
    `wrote_at` (unix seconds) opens the 24-hour window. `blocked_by`: the business's numbers that have blocked them.
    """

    name: str
    user_id: str
    wa_id: str | None = None
    username: str | None = None
    wrote_at: float | None = None
    blocked_by: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """How the simulator's own doors name this person: the phone if it shows, else the BSUID."""
        return self.wa_id or self.user_id


def bsuid(number: int) -> str:
    """A made-up business-scoped user id: country, a point, letters and digits."""
    return f"BR.{7_300_000_000_000 + number * 7919}R{number:02d}x"


def _phone(number: int) -> str:
    return f"55119000000{number:02d}"


def _with_phone(number: int, name: str, username: str | None = None) -> Customer:
    return Customer(name, bsuid(number), _phone(number), username)


def _without_phone(number: int, name: str, username: str) -> Customer:
    return Customer(name, bsuid(number), None, username)


_CUSTOMERS = (
    _with_phone(1, "Ana Beatriz Souza"),
    _with_phone(2, "Bruno Carvalho"),
    _with_phone(3, "Cláudia Ribeiro"),
    _with_phone(4, "Davi Nogueira"),
    _with_phone(5, "Eduarda Lima", "duda.lima"),
    _with_phone(6, "Fábio Antunes"),
    # Brazil's ninth digit: WhatsApp knows this one under the older, shorter number.
    Customer("Gilberto Paz", bsuid(7), "551190000007"),
    _without_phone(8, "Helena Prado", "helena_prado"),
    _without_phone(9, "Ícaro Teles", "icaro.teles"),
    _with_phone(10, "<img src=x onerror=alert(1)>"),
    _with_phone(11, "🌻🦋 Jô 🦋🌻"),
    _with_phone(12, "نور الهدى العلي de Albuquerque Cavalcanti Vasconcelos e Silva Bittencourt"),
    _with_phone(13, "Kátia Moura"),
)


def founding_customers() -> list[Customer]:
    """Fresh copies, as a world may change a person's number."""
    return [replace(customer, blocked_by=[]) for customer in _CUSTOMERS]


def newcomers() -> Iterator[Customer]:
    """People without end, on phone numbers that nobody above has."""
    for number in count(1):
        yield Customer(f"Cliente {number}", bsuid(1000 + number), f"5511900{100000 + number:06d}")


BUSY_MORNING: tuple[tuple[str, ...], ...] = (
    ("Bom dia!", "Vocês abrem hoje?", "E até que horas?"),
    ("oi", "quero trocar uma blusa que comprei semana passada", "ficou grande", "preciso levar a nota?"),
    ("Bom dia, tudo bem?", "Fazem entrega em Pinheiros?", "Quanto fica o frete?", "Pode ser hoje à tarde?"),
    ("Olá! Aceitam Pix?", "E parcela no cartão?"),
    ("qual o endereço de vcs?", "tem estacionamento perto?"),
    ("Meu pedido ainda não chegou 😕", "Era pra ontem", "Quero falar com uma pessoa, por favor"),
    ("Vi o vestido azul no Instagram", "Tem tamanho M?", "Qual o preço?"),
    ("Boa tarde", "Boa noite rsrs, quer dizer, bom dia 😂", "Vcs têm embalagem pra presente?"),
    ("Preciso da segunda via da nota fiscal", "O pedido foi no nome da minha mãe"),
    ("posso retirar na loja?", "chego em 20 min", "já estou a caminho 🚗"),
    ("O cupom BEMVINDA não funciona", "diz que expirou, mas recebi hoje"),
    (
        "Recebi o produto com defeito, isso é um absurdo!",
        "Quero fazer uma reclamação",
        "Tem algum atendente aí?",
    ),
    ("Obrigada pelo atendimento ontem, amei ❤️", "Vou indicar pra minha irmã"),
)
