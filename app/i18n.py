"""Languages: English sentences in the code, catalogues beside them, pt-BR first."""

import gettext
from contextvars import ContextVar
from functools import cache
from pathlib import Path

DEFAULT_LOCALE = "pt_BR"
# What browsers call each. The Spanish is Latin America's; plain "es" would have numbers and money written as in Spain.
TAGS = {"pt_BR": "pt-BR", "en": "en", "es": "es-419"}
LOCALES = tuple(TAGS)
LOCALE_DIR = Path(__file__).parent / "locale"

current_locale: ContextVar[str] = ContextVar("locale", default=DEFAULT_LOCALE)


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogues that is translated later, where it is shown."""
    return sentence


def spoken(locale: str) -> str:
    """This language, or the first one where a newer release of the program beside this one has stored another."""
    return locale if locale in LOCALES else DEFAULT_LOCALE


def language_tag(locale: str | None = None) -> str:
    """What browsers call this language, or the reader's: for `lang`, and for the numbers that they write."""
    return TAGS[locale or current_locale.get()]


def number_format() -> str:
    """The name by which Babel knows how the reader writes numbers and money."""
    return language_tag().replace("-", "_")


@cache
def catalogue(locale: str) -> gettext.NullTranslations:
    """The translations of one language, compiled from its .po file on first use."""
    if locale == "en":
        return gettext.NullTranslations()
    from io import BytesIO

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with (LOCALE_DIR / locale / "LC_MESSAGES" / "messages.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _(sentence: str) -> str:
    """The sentence in the reader's language; nothing stays nothing (gettext would give the catalogue's header)."""
    return sentence and catalogue(current_locale.get()).gettext(sentence)


def ngettext(singular: str, plural: str, n: int) -> str:
    return catalogue(current_locale.get()).ngettext(singular, plural, n)
