"""What a thread shows of each message, as one line of words and addresses."""

import re
from html import unescape


def drawn_in(page: str) -> list[str]:
    """Every bubble and every notice of a page, from old to new: its words, and after each link or picture its address."""
    pieces = re.findall(
        r'<article [^>]*class="message .*?</article>|<p class="notice-row".*?</p>', page, re.DOTALL
    )
    return [words_of(piece) for piece in pieces]


def words_of(piece: str) -> str:
    piece = re.sub(r"<svg.*?</svg>|<footer.*?</footer>|<time.*?</time>", " ", piece, flags=re.DOTALL)
    piece = re.sub(r'<(?:a|img|audio|video)\b[^>]*?((?:href|src)="[^"]*")[^>]*>', r" \1 ", piece)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", piece)).replace("\N{NO-BREAK SPACE}", " ").split())
