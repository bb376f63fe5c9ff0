"""An article's Markdown as HTML: what is written as HTML stays text, links open beside the desk, pictures stay links."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

SAFE = ("http:", "https:", "mailto:", "tel:")
HEADINGS = {"h1": "h2", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h6", "h6": "h6"}  # the page has its h1


@cache
def reader() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(["table", "strikethrough"])
    made.disable("image")
    made.validateLink = is_safe  # type: ignore[method-assign]
    made.core.ruler.push("ours", lambda state: ours(state.tokens))
    return made


def to_html(body: str) -> Markup:
    """`body` is Markdown by anybody: nothing in it becomes an element that Markdown has not."""
    return Markup(reader().render(body))  # noqa: S704 (raw HTML is off: tests/knowledge/test_markup.py)


def is_safe(url: str) -> bool:
    return url.lower().startswith(SAFE)


def ours(tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.type.startswith("heading"):
            token.tag = HEADINGS[token.tag]
        if token.type == "link_open":
            outside: dict[str, Any] = {"target": "_blank", "rel": "noopener noreferrer nofollow"}
            token.attrs.update(outside)
        ours(token.children or ())
