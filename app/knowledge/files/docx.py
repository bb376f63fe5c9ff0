"""The words of a Word document as Markdown: headings, lists, tables; neither pictures nor looks."""

import io
import zipfile
from xml.parsers import expat

from app.knowledge.files.found import Found, Unreadable, Why, bounded

MAIN, STYLES = "word/document.xml", "word/styles.xml"
MOST_BYTES = 30 * 1024 * 1024  # of a part, unpacked
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "


def read(content: bytes) -> list[Found]:
    """Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            ranks = Styles.of(part(packed, STYLES)).ranks if STYLES in packed.namelist() else {}
            words = Words(ranks)
            parse(part(packed, MAIN), words)
    except (KeyError, zipfile.BadZipFile) as problem:
        raise Unreadable(Why.UNKNOWN) from problem
    if not words.blocks:
        raise Unreadable(Why.NO_TEXT)
    return [Found(words.title, "\n\n".join(bounded(words.blocks)))]


def part(packed: zipfile.ZipFile, name: str) -> bytes:
    """Unpacked, and no more of it than a document has, whatever the file says of its size."""
    if packed.getinfo(name).flag_bits & 1:
        raise Unreadable(Why.LOCKED)
    with packed.open(name) as source:
        content = source.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Unreadable(Why.TOO_MUCH)
    return content


class Listener:
    """What is told of each element. Names carry their namespace: "http://… p"."""

    def start(self, name: str, given: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, words: str) -> None: ...


def parse(content: bytes, listener: Listener) -> None:
    """A document type, which Word never writes and every bomb of entities needs, is refused."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = listener.start
    parser.EndElementHandler = listener.end
    parser.CharacterDataHandler = listener.text
    parser.Parse(content, True)


def refuse(*_: object) -> None:
    raise Unreadable(Why.DAMAGED)


class Styles(Listener):
    """`ranks`: of a style by its id, 0 for a title, 1 to 6 for headings. Ids are in Word's language, names are not."""

    def __init__(self) -> None:
        self.ranks: dict[str, int] = {}
        self._id = ""

    @classmethod
    def of(cls, content: bytes) -> "Styles":
        made = cls()
        parse(content, made)
        return made

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == W + "style":
            self._id = given.get(W + "styleId", "")
        if name == W + "name":
            called = given.get(W + "val", "").lower()
            if called == "title":
                self.ranks[self._id] = 0
            elif called.startswith("heading ") and called[8:] in "123456":
                self.ranks[self._id] = int(called[8:] or 1)


class Words(Listener):
    """`blocks`: paragraphs, list entries and rows of tables. `title`: of the first paragraph in the style Title, else ""."""

    def __init__(self, ranks: dict[str, int]) -> None:
        self.ranks = ranks
        self.blocks: list[str] = []
        self.title = ""
        self._text: list[str] = []
        self._rank: int | None = None
        self._in_list = self._in_text = False
        self._row: list[list[str]] = []
        self._depth = 0  # of tables within tables

    def start(self, name: str, given: dict[str, str]) -> None:
        match name.removeprefix(W):
            case "p":
                self._text, self._rank, self._in_list = [], None, False
            case "pStyle":
                self._rank = self.ranks.get(given.get(W + "val", ""))
            case "numPr":
                self._in_list = True
            case "t":
                self._in_text = True
            case "tab":
                self._text.append(" ")
            case "br" | "cr":
                self._text.append("\n")
            case "tbl":
                self._depth += 1
            case "tr" if self._depth == 1:
                self._row = []
            case "tc" if self._depth == 1:
                self._row.append([])

    def end(self, name: str) -> None:
        match name.removeprefix(W):
            case "t":
                self._in_text = False
            case "p":
                self.paragraph("".join(self._text).strip())
                self._text = []
            case "tr" if self._depth == 1:
                cells = [" ".join(cell) for cell in self._row]
                self.blocks += [" | ".join(cells)] if any(cells) else []
            case "tbl":
                self._depth -= 1

    def text(self, words: str) -> None:
        if self._in_text:
            self._text.append(words)

    def paragraph(self, words: str) -> None:
        if not words:
            return
        if self._depth:
            if self._row:
                self._row[-1].append(" ".join(words.split()))
        elif self._rank == 0 and not self.title:
            self.title = " ".join(words.split())
        elif self._rank is not None:
            self.blocks.append(f"{'#' * max(self._rank, 1)} {' '.join(words.split())}")
        elif self._in_list and self.blocks and self.blocks[-1].startswith("- "):
            self.blocks[-1] += f"\n- {words}"
        else:
            self.blocks.append(f"- {words}" if self._in_list else words)
