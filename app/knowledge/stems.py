"""What a word of an article or a question is found by: its Portuguese stem, alike with and without accents."""

import re
from functools import lru_cache

import snowballstemmer  # type: ignore[import-untyped]

from app.search.words import LONGEST_WORD, MOST_READ, WORD, folded

# What is written on a phone lacks the tilde, by which the stemmer knows an ending: "devolucoes" is "devoluções".
ENDING = re.compile("(c?)(ao|oes)$")
WITH_TILDE = {"ao": "ão", "oes": "ões"}

STEMMER = snowballstemmer.stemmer("portuguese")

# Words that stand in every text, whatever it is about.
COMMON = frozenset(
    folded("""
        a o as os um uma uns umas de do da dos das em no na nos nas num numa por pelo pela pelos pelas para pra pro com sem
        sob sobre e ou mas que se ao aos à às é são foi ser está estão estou tem têm ter tenho há eu tu ele ela nós vós eles
        elas você vocês vc vcs me te lhe lhes meu minha meus minhas seu sua seus suas teu tua isso isto esse essa esses
        essas este esta estes estas aquele aquela aquilo já não sim também mais muito quando como onde qual quais quem até
        entre porque pois então lá aqui só
    """).split()
)


def stems(*texts: str) -> list[str]:
    """Each stem once, in the order in which they came. Words that say nothing count only where there are no others."""
    words = [word[:LONGEST_WORD] for text in texts for word in WORD.findall(folded(text[:MOST_READ]))]
    telling = [word for word in words if word not in COMMON]
    return list(dict.fromkeys(map(stem, telling or words)))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    spelled = ENDING.sub(lambda end: ("ç" if end[1] else "") + WITH_TILDE[end[2]], word)
    return folded(STEMMER.stemWord(spelled))
