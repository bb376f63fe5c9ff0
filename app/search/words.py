"""What a word is, for search: alike in what is stored and in what is asked, and on both databases.

The databases only keep lists of words. Case, accents, punctuation and marks of other scripts are gone before they see
any of it, so both find the same, and nothing that anybody types is ever read as a command.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WORD = re.compile(r"[^\W_]+")
LONGEST_WORD = 64
MOST_READ = 20_000  # characters of one message; WhatsApp's own limit for a text is 4,096
MOST_ASKED, MOST_WORDS = 200, 12  # characters and words of one question

# Stands in front of what is no word of anybody's: who wrote a message, what it carries, its conversation. It is no
# letter, so nobody can write or ask for one; it is not ASCII, so SQLite takes it for a part of the word.
MARK = "¶"


@dataclass(frozen=True)
class Term:
    """A word that must be there, or with `begins` one that begins so."""

    word: str
    begins: bool = False


# Of each group one term at least must be there.
Terms = Sequence[Sequence[Term]]


def folded(text: str) -> str:
    """Without case and accents, and in the plain form of letters that have several: "Ação" and "ACAO" are one."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(sign for sign in apart if sign.isascii() or unicodedata.category(sign)[0] != "M")


def words_in(*texts: str) -> list[str]:
    """Each word once, as it is kept, in the order in which they came."""
    return list(dict.fromkeys(word for text in texts for word in words_of(text)))


def words_of(text: str) -> list[str]:
    """Every word, as it is kept, in order."""
    return [word[:LONGEST_WORD] for word in WORD.findall(folded(text[:MOST_READ]))]


def kept(words: Iterable[str]) -> str:
    """Words as the databases take them."""
    return " ".join(words)


def asked_for(question: str) -> list[Term]:
    """What must be found for what somebody typed: each word, of which the last one may not be finished."""
    words = words_in(question[:MOST_ASKED])[:MOST_WORDS]
    return [Term(word, begins=word is words[-1]) for word in words]


def marked(kind: str, value: object = "") -> str:
    """A mark as it stands among a message's words."""
    return f"{MARK}{kind}{value}"
