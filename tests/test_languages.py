"""What depends on the reader's language beside the sentences: numbers, money, and how a page names its language."""

from collections.abc import Callable
from contextvars import copy_context
from decimal import Decimal
from functools import partial
from pathlib import Path

import httpx2
import pytest
from babel.numbers import get_decimal_symbol

from app.i18n import DEFAULT_LOCALE, LOCALES, current_locale, language_tag, number_format, preferred
from app.words import file_size, money
from tests.actors import Desk

VOICE = Path(__file__).parent.parent / "static" / "css" / "voice.css"


def read_in(locale: str, say: Callable[[], str]) -> str:
    """What `say` gives to a reader of this language; no other test hears of it."""

    def there() -> str:
        current_locale.set(locale)
        return say()

    return copy_context().run(there).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("locale", "size", "prices"),
    [
        ("pt_BR", "3,4 MB", ["R$ 1.234,50", "US$ 1.234,50", "ARS 1.234,50", "1.234,5 reais"]),
        ("en", "3.4 MB", ["R$1,234.50", "$1,234.50", "ARS 1,234.50", "1,234.5 reais"]),
        ("es", "3.4 MB", ["BRL 1,234.50", "USD 1,234.50", "ARS 1,234.50", "1,234.5 reais"]),
    ],
)
def test_numbers_are_written_as_the_reader_writes_them(locale: str, size: str, prices: list[str]) -> None:
    assert read_in(locale, partial(file_size, 3_449_000)) == size
    currencies = ("BRL", "USD", "ARS", "reais")
    assert [read_in(locale, partial(money, Decimal("1234.50"), one)) for one in currencies] == prices


def test_the_speed_of_a_voice_note_has_the_readers_decimal_mark() -> None:
    """A style sheet cannot ask the catalogue; it has a rule for each language that writes a comma."""
    css = VOICE.read_text()
    for locale in LOCALES:
        mark = get_decimal_symbol(read_in(locale, number_format))
        has_a_rule = f":root:lang({locale[:2]})" in css
        assert has_a_rule == (mark == ","), locale


def test_a_language_is_named_to_the_browser_as_browsers_name_it() -> None:
    tags = {locale: read_in(locale, language_tag) for locale in LOCALES}
    assert tags == {"pt_BR": "pt-BR", "en": "en", "es": "es-419"}
    assert language_tag("es") == "es-419"
    assert current_locale.get() == DEFAULT_LOCALE


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("", "pt_BR"),
        ("pt-PT,pt;q=0.9,en;q=0.8", "pt_BR"),
        ("en-GB", "en"),
        ("fr-CA, es-MX;q=0.5, en;q=0.4", "es"),
        ("en;q=0.3, ES ; q=0.7", "es"),
        ("en;q=0, es;q=0.1", "es"),
        ("de, ja", "pt_BR"),
        ("en;q=much,;;q=,*", "pt_BR"),
        ("x" * 100_000, "pt_BR"),
    ],
)
def test_a_stranger_is_spoken_to_in_the_first_language_that_their_browser_names(
    header: str, locale: str
) -> None:
    assert preferred(header) == locale


async def test_the_sign_in_page_speaks_the_browsers_language(desk: Desk) -> None:
    async with httpx2.AsyncClient(base_url=desk.address, trust_env=False) as stranger:
        for header, tag, title in (("es-AR", "es-419", "Iniciar sesión"), ("en", "en", "Sign in")):
            page = (await stranger.get("/sign-in", headers={"Accept-Language": header})).text
            assert f'<html lang="{tag}"' in page
            assert title in page
