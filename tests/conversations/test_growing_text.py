"""A draft of Claude is shown while it grows: no lone mark of a format that is still being written."""

import pytest

from app.words import whole_so_far


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Abrimos às **9", "Abrimos às **9**"),
        ("Abrimos às **", "Abrimos às "),
        ("Abrimos às **9h**.", "Abrimos às **9h**."),
        ("Veja o [mapa](https://loja.example/map", "Veja o mapa"),
        ("Veja o [mapa](", "Veja o mapa"),
        ("Veja o [mapa](https://loja.example/mapa).", "Veja o [mapa](https://loja.example/mapa)."),
        ("**Veja o [mapa](https", "**Veja o mapa**"),
        ("Um [aviso] (e só", "Um [aviso] (e só"),
    ],
)
def test_a_text_is_shown_as_if_it_ended_here(written: str, shown: str) -> None:
    assert whole_so_far(written) == shown
