"""The invented people of the tests. Their numbers and ids lead to nobody."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Attendant:
    name: str
    email: str
    role: str
    password: str = "senha-inventada-2026"


@dataclass(frozen=True)
class Customer:
    """Someone who writes. At least one of `wa_id` and `bsuid` is set."""

    name: str
    wa_id: str = ""
    bsuid: str = ""


MARTA = Attendant("Marta Lima", "marta@example.com", "admin")
PAULO = Attendant("Paulo Reis", "paulo@example.com", "attendant")

ANA = Customer("Ana Souza", wa_id="5511900000101", bsuid="BR.1000000000000101")
BRUNO = Customer("Bruno Dias", wa_id="5511900000102")
CLARA = Customer("Clara", bsuid="BR.1000000000000103")  # took a username: no number
EVIL = Customer("<img src=x onerror=alert(1)>", wa_id="5511900000104")
