"""The papers say what the code does: every variable, every link, both languages, every signature."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from dotenv import dotenv_values

from app.live.events import EventKind
from app.settings import HOME, Settings

READMES = (HOME / "README.md", HOME / "README.pt-BR.md")
PAPERS = sorted([*READMES, *(HOME / "docs").rglob("*.md")])
EXAMPLE = HOME / ".env.example"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


def name_of(path: Path) -> str:
    return path.relative_to(HOME).as_posix()


def variables() -> dict[str, object]:
    """Every variable that the program reads, with its default; those that only the simulator sets are none."""
    fields = Settings.model_fields.items()
    return {name.upper(): field.default for name, field in fields if field.validation_alias is None}


def described() -> dict[str, str]:
    """Every variable of the example, with the value that stands there."""
    return dict(re.findall(r"^#? ?([A-Z][A-Z0-9_]*)=(.*)$", EXAMPLE.read_text(), re.M))


def prose_of(paper: Path) -> str:
    return FENCE.sub("", paper.read_text())


def test_every_variable_is_in_the_example_and_every_one_there_exists() -> None:
    assert sorted(described()) == sorted(variables())


def test_a_value_in_the_example_is_the_default() -> None:
    written = {name: value for name, value in described().items() if value}
    assert written == {name: str(variables()[name]) for name in written}


def test_the_example_changes_nothing_when_copied() -> None:
    assert dotenv_values(EXAMPLE) == {}


def test_every_variable_is_explained_above_it() -> None:
    lines = EXAMPLE.read_text().splitlines()
    first = [i for i, line in enumerate(lines) if re.match(r"# [A-Z_0-9]+=", line)]
    alone = [lines[i] for i in first if not lines[i - 1].startswith("# ")]
    assert not alone, f"no meaning stands above {alone}"


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_every_link_leads_somewhere(paper: Path) -> None:
    targets = re.findall(r"\]\(([^)\s#]+)[^)]*\)", prose_of(paper))
    missing = [one for one in targets if "://" not in one and not (paper.parent / one).exists()]
    places = re.findall(r"\]\(#([^)]+)\)", prose_of(paper))
    headings = [
        title.lower().replace(" ", "-") for title in re.findall(r"^#+ (.+)$", paper.read_text(), re.M)
    ]
    assert [*missing, *(place for place in places if place not in headings)] == []


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_every_file_that_is_named_exists(paper: Path) -> None:
    named = re.findall(r"`((?:app|bin|tests|static|templates|migrations)/[\w./-]+)`", prose_of(paper))
    assert [one for one in named if "NNNN" not in one and not (HOME / one).exists()] == []


def test_both_languages_have_the_same_headings_and_commands() -> None:
    english, portuguese = (paper.read_text() for paper in READMES)
    assert levels(english) == levels(portuguese)
    assert commands(english) == commands(portuguese)
    assert links(english) == links(portuguese)


def levels(text: str) -> list[int]:
    return [len(marks) for marks in re.findall(r"^(#+) ", FENCE.sub("", text), re.M)]


def commands(text: str) -> list[str]:
    return [body for language, body in FENCE.findall(text) if language == "sh"]


def links(text: str) -> list[str]:
    """Where it leads outside of itself; each README begins with the way to the other."""
    return [target for target in re.findall(r"\]\(([^)]+)\)", text) if not target.startswith(("README", "#"))]


def test_every_test_that_a_paper_names_exists() -> None:
    defined = {
        name
        for path in (HOME / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.M)
    }
    named = {name for paper in PAPERS for name in re.findall(r"`(test_\w+)`", paper.read_text())}
    assert named
    assert named - defined == set()


def test_every_kind_of_event_stands_in_the_table() -> None:
    table = (HOME / "docs" / "realtime.md").read_text()
    assert [kind for kind in EventKind if f"| `{kind}`" not in table] == []


def test_every_signature_in_the_papers_is_the_codes() -> None:
    wrong = [
        f"{path}: {name}{told}"
        for paper in PAPERS
        for path, told_of in snippets(paper)
        for name, told in signatures(ast.parse(told_of)).items()
        if signatures(ast.parse((HOME / path).read_text())).get(name) != told
    ]
    assert wrong == []


def snippets(paper: Path) -> Iterator[tuple[str, str]]:
    """Pieces of Python that name the file they are from in their first line."""
    for language, body in FENCE.findall(paper.read_text()):
        if language == "python":
            first, _, rest = body.partition("\n")
            yield first.removeprefix("# "), rest


def signatures(tree: ast.AST, inside: str = "") -> dict[str, str]:
    """(arguments) -> result of each function, by its name, a method's with its class in front."""
    found = {}
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            kind = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
            result = "" if node.returns is None else ast.unparse(node.returns)
            found[inside + node.name] = f"{kind}({ast.unparse(node.args)}) -> {result}"
        elif isinstance(node, ast.ClassDef):
            found |= signatures(node, f"{inside}{node.name}.")
    return found
