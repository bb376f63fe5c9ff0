"""Texts of real conversations without what tells whose they are: names, numbers, addresses become words for them."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from app.assistant.hiding import digits_of, hidden
from app.characters import storable

CUSTOMER = "Cliente"
EMAIL, PHONE, CNPJ, CEP, PLACE = "[e-mail]", "[telefone]", "[CNPJ]", "[CEP]", "[endereço]"

EMAILS = re.compile(r"[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+")
CNPJS = re.compile(r"(?<!\d)\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d{2}(?!\d)")
CEPS = re.compile(r"(?<!\d)\d{5}-\d{3}(?!\d)|(?<=CEP )\d{8}(?!\d)", re.IGNORECASE)
PLACES = re.compile(
    r"\b(?:rua|r\.|avenida|av\.?|travessa|alameda|rodovia|estrada|pra[çc]a)\s+[^\W\d_][^,;\n\d]{1,60}?"
    r",?\s*(?:n\.?[ºo°]?\s*)?\d{1,5}(?!\d|[.,]\d|\s*(?:dias?|horas?|h|min|km|reais|%|x)\b)(?:\s*,?\s*(?:ap(?:to)?|bloco|casa|sala)\.?\s*\w{1,6}\b)*",
    re.IGNORECASE,
)
# With a country's number, with an area's, or the two halves of one from here. Whatever has other marks is left.
PHONES = re.compile(
    r"(?<![\w,./-])(?:"
    r"\+\d[\d ().-]{6,18}\d"
    r"|(?:55 ?)?(?:\([1-9]\d\)|[1-9]\d) ?-?(?:9 ?\d{4}|[2-5]\d{3})[ .-]?\d{4}"
    r"|(?:9 ?\d{4}|[2-5]\d{3})-\d{4}"
    r")(?![\w/-]|[.,]\d)"
)
NUMBERS = re.compile(r"[+(]?\d[\d ().-]{6,18}\d")
SHORTEST_PHONE = 8  # digits of a number of which the country's and the area's may be missing
PARTICLES = {
    "da", "das", "de", "del", "della", "di", "do", "dos", "du", "e", "la", "los", "san", "sao", "são", "van", "von", "y",
}  # fmt: skip
SHORTEST_NAME = 3  # letters: of initials every text is full


def plain(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0].lower()


ACCENTED = {  # Latin letters with something on them, by the plain one
    letter: "".join(one for one in map(chr, range(0xC0, 0x180)) if plain(one) == letter)
    for letter in "aceinouy"
}

Redact = Callable[[str], str]


def redaction(names: Iterable[str], phones: Iterable[str]) -> Redact:
    """What takes the names and numbers of one customer out of a text, and whatever looks like anybody's. `phones`: digits
    with the country's number."""
    named, theirs = pattern_of(names), tuple(phones)

    def redact(text: str) -> str:
        text = unicodedata.normalize("NFC", storable(text))
        text = EMAILS.sub(EMAIL, hidden(text))
        text = NUMBERS.sub(lambda found: PHONE if is_theirs(found[0], theirs) else found[0], text)
        text = CNPJS.sub(lambda found: CNPJ if is_cnpj(digits_of(found[0])) else found[0], text)
        text = PLACES.sub(PLACE, CEPS.sub(CEP, PHONES.sub(PHONE, text)))
        return named.sub(CUSTOMER, text) if named else text

    return redact


def is_theirs(number: str, phones: Sequence[str]) -> bool:
    digits = re.sub(r"\D", "", number)
    return len(digits) >= SHORTEST_PHONE and any(
        phone.endswith(digits) or digits.endswith(phone) for phone in phones
    )


def is_cnpj(digits: list[int]) -> bool:
    """Fourteen digits, the last two of which follow from the others."""
    return len(set(digits)) > 1 and all(digits[place] == cnpj_check(digits[:place]) for place in (12, 13))


def cnpj_check(digits: list[int]) -> int:
    weights = [2 + place % 8 for place in range(len(digits))]
    rest = sum(one * weight for one, weight in zip(reversed(digits), weights, strict=True)) % 11
    return 0 if rest < 2 else 11 - rest


def pattern_of(names: Iterable[str]) -> re.Pattern[str] | None:
    """Each name and each part of one, several in a row as one, whatever the case and the accents; None where there is no
    name to speak of."""
    words = {word for name in names for word in words_of(name)}
    if not words:
        return None
    one = "|".join(blind(word) for word in sorted(words, key=lambda word: (-len(word), word)))
    small = "|".join(sorted(PARTICLES))
    row = rf"(?:{one})(?:\s+(?:(?:{small})\s+)?(?:{one}))*"
    return re.compile(rf"(?<![^\W_]){row}(?![^\W_])", re.IGNORECASE)


def words_of(name: str) -> Iterable[str]:
    parts = re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", name))
    return (part for part in parts if len(part) >= SHORTEST_NAME and part.lower() not in PARTICLES)


def blind(word: str) -> str:
    """A pattern for the word with and without accents."""
    letters = map(plain, word)
    return "".join(f"[{one}{ACCENTED[one]}]" if one in ACCENTED else re.escape(one) for one in letters)
