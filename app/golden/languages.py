"""Which of our three languages a text is in: by its little words, which no answer does without."""

from app.search.words import words_of

LITTLE = {
    "pt": "a agora ajuda ajudar alguem amanha ao aos aqui as ate bem boa bom chega claro com como da das de depois dia do dos "
    "e ela ele em essa esse esta estamos este eu fica foi hoje isso ja la loja mais mas meu minha muito na nas nao noite no "
    "nos nossa nossas nosso nossos o obrigada obrigado oi ola onde os ou para pela pelo pessoa pode por posso preciso qual "
    "quando que quer quero se sem ser seu sim so sua sao tambem tarde tem temos tudo um uma vai vamos voce voces vou",
    "en": "a about after all am an and any anything are as at be but by can could delivery do does for free from get good has "
    "have hello help here hi how i if in is it its just let me more my need no not now of on one or our out person please "
    "shop so sorry store team than thank thanks that the there they this to today tomorrow up us was we what when where "
    "which will with would yes you your",
    "es": "a ahora al algo alguien aqui ayuda ayudar bien buenas buenos claro como con cual cuando de del despues dias donde "
    "el ella en es eso esta estamos este esto gracias hasta hay hola hoy la las le lo los manana mas me mi muy necesito no "
    "nos nuestra nuestras nuestro nuestros o para pero persona por puede puedes puedo que quiere quiero se si siento sin "
    "sobre son su sus tambien tarde tenemos tiempo tiene tienda tienes todo tu un una usted vamos voy y ya",
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
