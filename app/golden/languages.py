"""Which of our three languages a text is in: by its little words, which no answer does without."""

from app.search.words import words_of

LITTLE = {
    "pt": "a ate ao aos as da das de do dos e em essa esse esta este eu foi isso ja la mais mas muito na nas nao no nos "
    "nosso nossa o obrigado obrigada ola os ou para pela pelo pessoa pode por posso qual quando que se sem ser seu sua "
    "sao tem tambem temos um uma voce voces vai vamos vou",
    "en": "a about an and any anything are at be but by can do does for from has have help hello here how i in is it its "
    "more my no not of on one or our person please shop so team than thank thanks that the there this to us was we what "
    "when will with would you your",
    "es": "a al con como cuando de del el ella en es esta este esto gracias hasta hay hola la las le lo los mas mi muy no "
    "nos nuestra nuestro o para pero persona por puede puedo que se si sin su sus tambien tenemos tiene un una usted "
    "vamos voy y ya",
}
WORDS = {language: frozenset(words.split()) for language, words in LITTLE.items()}
SIGNS = {"pt": "ãõç", "es": "ñ¿¡"}


def language_of(text: str) -> str:
    """ "pt", "en" or "es"; "" when that cannot be told."""
    words = words_of(text)
    own = {
        language: sum(word in known for word in words)
        + 2 * sum(text.lower().count(sign) for sign in SIGNS.get(language, ""))
        for language, known in WORDS.items()
    }
    best, second = sorted(own, key=lambda language: -own[language])[:2]
    return best if own[best] > own[second] else ""
