"""The catalogues hold every sentence of the code and the templates, and every visible sentence is marked for them."""

import ast
import re
from functools import cache
from html.parser import HTMLParser
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message

from app.conversations.desk_notices import Happening
from app.conversations.handoff import HandoffReason
from app.conversations.notice_words import HANDOFFS, ICONS, SENTENCES
from app.i18n import LOCALES
from app.whatsapp.graph_errors import MEANINGS, GraphError

ROOT = Path(__file__).parent.parent
TRANSLATED = [locale for locale in LOCALES if locale != "en"]
SAME_IN_BOTH = {
    "pt_BR": {"Coral", "E-mail", "Links", "Magenta"},
    "es": {"Audio", "Coral", "Magenta", "Marketing", "Sticker", "Video", "Videos", "no"},
}

# What may stand in a page as it is: the product's name, what is typed at a terminal.
UNMARKED = {
    "Recado",
    "ADMIN_EMAIL",
    "ADMIN_PASSWORD",
    "python -m app create-user EMAIL --name NAME --role admin",
}
# Portuguese by design: what Claude is told, and what the simulated customers, shop and Meta say.
SPEAKS_PORTUGUESE = (
    "app/assistant/prompt.py",
    "app/assistant/trying.py",
    "app/opening_hours.py",  # reads what owners type
    "app/knowledge/stems.py",  # knows Portuguese words
    "app/assistant/tools/",
    "app/consulting/requests.py",
    "app/assistant/earlier.py",
    "app/chats/requests.py",
    "app/assistant/hiding.py",
    "app/assistant/history.py",
    "app/assistant/summarising.py",
    "app/rehearsing/redacting.py",
    "app/proposing/asked.py",
    "app/proposing/stripping.py",
    "app/golden/judging.py",
    "app/golden/languages.py",  # knows the little words of three languages
    "app/simulator/",
)
PORTUGUESE = re.compile(
    r"[ãõçáéíóúâêôà]|\b(voc[eê]|mensage(m|ns)|conversas?|clientes?|senha|enviar|salvar|entrar|sair|hoje|ontem)\b",
    re.IGNORECASE,
)
# These carry a sentence to where it is translated, as every AppError does: a bare string in them would stay English.
CARRIERS = {"Meaning", "Problem", "AppError"}


def script() -> Any:
    """bin/catalogue, which knows how sentences are marked and where the catalogues are."""
    loader = SourceFileLoader("bin_catalogue", str(ROOT / "bin" / "catalogue"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def marked() -> Catalog:
    found = script().sentences()
    assert isinstance(found, Catalog)
    return found


@pytest.fixture(scope="module", params=TRANSLATED)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    found = script().read(request.param)
    assert isinstance(found, Catalog)
    return found


def forms(text: object) -> tuple[str, ...]:
    """The plural forms of a msgid or msgstr, the one form of a plain one."""
    return tuple(text) if isinstance(text, (tuple, list)) else (str(text or ""),)


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def test_every_sentence_is_in_the_catalogue_and_nothing_else_is(marked: Catalog, catalogue: Catalog) -> None:
    wanted = {forms(message.id) for message in messages(marked)}
    found = {forms(message.id) for message in messages(catalogue)}
    assert sorted(wanted - found) == [], "run bin/catalogue and translate these"
    assert sorted(found - wanted) == [], "run bin/catalogue: these are gone from the code"
    assert not catalogue.obsolete


def test_every_sentence_is_translated_in_all_its_plural_forms(catalogue: Catalog) -> None:
    assert script().untranslated(catalogue) == []


def test_no_sentence_is_left_in_english(catalogue: Catalog) -> None:
    same = {
        source
        for message in messages(catalogue)
        for source in forms(message.id)
        if source in forms(message.string)
    }
    assert same == SAME_IN_BOTH.get(str(catalogue.locale), set())


def test_translations_keep_the_placeholders_and_the_spaces_around(catalogue: Catalog) -> None:
    for message in messages(catalogue):
        source = forms(message.id)[-1]
        for words in forms(message.string):
            assert placeholders(words) == placeholders(source), source
            assert words == words.strip(), source
            assert words.endswith((".", "…", ":")) == source.endswith((".", "…", ":")), source


def placeholders(words: str) -> list[str]:
    return sorted(re.findall(r"%(?:\(\w+\))?[#0\- +]*[\d.]*[a-zA-Z%]", words))


def test_a_catalogue_carries_neither_dates_nor_people_nor_paths(catalogue: Catalog) -> None:
    written = script().path_of(str(catalogue.locale)).read_text()
    assert not re.search(r"^#(:|,.*fuzzy)|-Date:|Translator|Team:|@", written, re.MULTILINE)


def test_every_error_of_meta_is_told_in_the_readers_language(catalogue: Catalog) -> None:
    refused, passing = GraphError(None).meaning, GraphError(None, http_status=503).meaning
    told = {(one.words, one.hint) for one in (*MEANINGS.values(), refused, passing)}
    translated = {message.id for message in messages(catalogue) if message.string not in ("", message.id)}
    assert [words for pair in told for words in pair if words and words not in translated] == []


def test_every_reason_for_a_hand_over_has_its_sentence() -> None:
    assert set(HANDOFFS) == set(HandoffReason)
    assert set(SENTENCES) == set(ICONS) == set(Happening)


@cache
def modules() -> dict[str, ast.Module]:
    """The parsed code of the app, by path."""
    paths = sorted((ROOT / "app").rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in paths}


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    return [(path, node) for path, tree in modules().items() for node in ast.walk(tree)]


def test_a_sentence_that_is_handed_on_is_marked_where_it_is_written() -> None:
    classes = [node for _path, node in nodes() if isinstance(node, ast.ClassDef)]
    carriers = set(CARRIERS)
    while (
        more := {one.name for one in classes if carriers & {name_of(base) for base in one.bases}} - carriers
    ):
        carriers |= more
    assert "NoSuchPage" in carriers

    bare = [
        f"{path}:{value.lineno}"
        for path, node in nodes()
        for value in carried(node, carriers)
        if isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and value.value)
    ]
    assert bare == [], "wrap these in N_()"


def name_of(node: ast.expr) -> str | None:
    return node.id if isinstance(node, ast.Name) else None


def carried(node: ast.AST, carriers: set[str]) -> list[ast.expr]:
    """What is given to one of the carriers, or is a carrier's own `words`."""
    if isinstance(node, ast.Call) and name_of(node.func) in carriers:
        return [*node.args, *(word.value for word in node.keywords if word.arg in {"words", "hint"})]
    if isinstance(node, ast.ClassDef) and node.name in carriers:
        assigned = [line for line in node.body if isinstance(line, ast.Assign)]
        return [line.value for line in assigned if name_of(line.targets[0]) == "words"]
    return []


def test_no_sentence_of_the_code_is_in_portuguese() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, node in nodes()
        if not path.startswith(SPEAKS_PORTUGUESE)
        and isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and PORTUGUESE.search(node.value)
        and not is_docstring(path, node)
    ]
    assert found == []


def is_docstring(path: str, text: ast.Constant) -> bool:
    lines = (node for node in ast.walk(modules()[path]) if isinstance(node, ast.Expr))
    return any(line.value is text for line in lines)


def test_the_browsers_scripts_bring_no_sentence_of_their_own() -> None:
    for path in sorted((ROOT / "static" / "js").rglob("*.js")):
        code = re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.MULTILINE)
        sentences = re.findall(r"""(["'`])[^"'`\n]+ [^"'`\n]*[.!?…]\1""", code)
        assert not sentences, f"{path.name}: the page can bring them in an attribute"
        assert not PORTUGUESE.search(code), path.name


def test_every_word_in_the_templates_is_marked() -> None:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        seen = Words()
        seen.feed(re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text(), flags=re.DOTALL))
        seen.close()
        assert seen.words <= UNMARKED, path.relative_to(ROOT)


class Words(HTMLParser):
    """Collects what a reader sees or hears of a page, without what Jinja puts there."""

    READ_ALOUD = ("aria-label", "aria-description", "title", "alt", "placeholder")

    def __init__(self) -> None:
        super().__init__()
        self.words: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_button = tag == "input" and dict(attrs).get("type") in {"submit", "button", "reset"}
        for name, value in attrs:
            if name in self.READ_ALOUD or (name == "value" and is_button):
                self.take(value or "")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is None:  # script and style
            self.take(data)

    def take(self, text: str) -> None:
        for words in filter(None, (line.strip(" ·:") for line in text.splitlines())):
            if re.search(r"[^\W\d_]", words):
                self.words.add(" ".join(words.split()))
