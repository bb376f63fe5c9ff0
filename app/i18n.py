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


def preferred(accept_language: str) -> str:
    """The language to speak to a stranger: the first of ours that their browser names (RFC 9110), else the first one."""
    wishes = [wish.strip().lower().partition(";") for wish in accept_language.split(",")[:20]]
    by_weight = sorted(wishes, key=lambda wish: weight(wish[2]), reverse=True)
    for name, _sign, parameters in by_weight:
        for locale in LOCALES:
            if weight(parameters) and name.strip().partition("-")[0] == locale.partition("_")[0]:
                return locale
    return DEFAULT_LOCALE


def weight(parameters: str) -> float:
    """Of one wish, from 0 to 1: "q=0.8"; 1 where nothing is said, 0 for what cannot be read."""
    try:
        return float(parameters.strip().removeprefix("q=")) if parameters.strip() else 1.0
    except ValueError:
        return 0.0


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
