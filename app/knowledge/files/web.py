"""The words of a page of the web as Markdown: its main part, without menus, forms, scripts and looks."""

import re
from html.parser import HTMLParser

from app.knowledge.files.found import Found, Unreadable, Why, bounded

LEFT_OUT = {
    *("script", "style", "noscript", "template", "svg", "iframe", "object", "select", "button", "form"),
    *("nav", "footer", "aside", "dialog", "head"),
}  # fmt: skip
MAIN = ("main", "article")
BLOCKS = {
    *("p", "div", "section", "article", "main", "header", "ul", "ol", "li", "table", "tr", "blockquote", "pre", "br", "hr"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "dl", "dt", "dd", "figure", "figcaption", "address", "details", "summary"),
}  # fmt: skip
EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
CHARSET = re.compile(rb"""charset\s*=\s*["']?([A-Za-z0-9_-]{2,20})""", re.IGNORECASE)
LITTLE = 200  # characters: a main part of fewer is none


def read(content: bytes) -> list[Found]:
    """Raises Unreadable."""
    page = Page()
    page.feed(decoded(content))
    page.close()
    inside = max((page.text(name) for name in MAIN), key=len)
    body = inside if len(inside) >= LITTLE else page.text("")
    if not body:
        raise Unreadable(Why.NO_TEXT)
    bounded([body])
    return [Found(" ".join((page.title or page.first_heading).split()), body)]


def decoded(content: bytes) -> str:
    """As it says itself within its first 2 KB; UTF-8, else Windows-1252, where it says nothing."""
    told = CHARSET.search(content[:2048])
    for name in (told[1].decode() if told else "utf-8", "utf-8"):
        try:
            return content.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("cp1252", "replace")


class Page(HTMLParser):
    """Its lines as (words, names of the main parts around them)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = self.first_heading = ""
        self._lines: list[tuple[str, frozenset[str]]] = []
        self._words: list[str] = []
        self._open: list[str] = []
        self._mark = ""
        self._in_title = False

    def text(self, within: str) -> str:
        """What stands in every part of this name; "" for the whole page."""
        lines = [words for words, around in self._lines if not within or within in around]
        text = "\n\n".join(lines)
        return re.sub(r"(?m)^(- .*)\n\n(?=- )", r"\1\n", text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = self._in_title or (tag == "title" and not self.title and "svg" not in self._open)
        if tag in BLOCKS:
            self.end_line()
            self._mark = self.mark_of(tag) or self._mark
        elif tag in ("td", "th") and self._words:
            self._words.append(" | ")
        if tag not in EMPTY and (tag in LEFT_OUT or tag in MAIN):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "title"
        if tag in BLOCKS:
            self.end_line()
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not LEFT_OUT.intersection(self._open):
            self._words.append(data)

    def close(self) -> None:
        super().close()
        self.end_line()

    def mark_of(self, tag: str) -> str:
        if tag == "li":
            return "- "
        return f"{'#' * int(tag[1])} " if re.fullmatch("h[1-6]", tag) else ""

    def end_line(self) -> None:
        words = " ".join("".join(self._words).split()).strip(" |")
        if words:
            if self._mark.startswith("#") and not self.first_heading:
                self.first_heading = words
            self._lines.append((self._mark + words, frozenset(self._open)))
            self._mark = ""
        self._words = []
