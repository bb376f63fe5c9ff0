"""Files of golden conversations. Whoever wrote one is told in a sentence which file, case and field is wrong."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from yaml.events import AliasEvent

from app.golden.cases import Golden
from app.knowledge.evaluation import BrokenFile
from app.knowledge.files import texts
from app.knowledge.files.found import Unreadable

LARGEST, MOST_FILES, MOST_CASES = 500_000, 200, 2000  # bytes of a file; files; cases in all
ENDINGS = {".yaml", ".yml"}
SHARED = ("knowledge", "instructions", "settings")
ARTICLE = re.compile(r"^(?=# )", re.MULTILINE)

Raw = dict[str, Any]


class Loader(yaml.SafeLoader):
    """Plain data alone. As in YAML 1.2 only true and false are no words, and nothing is an hour or a date; what stands
    for something elsewhere in the file is refused, for ten lines of that can mean a billion."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(AliasEvent):
            event = self.get_event()  # type: ignore[no-untyped-call]
            raise broken("an alias is not read", event)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        names = [self.construct_object(name, deep=True) for name, _ in node.value]
        for place, name in enumerate(names):
            if not isinstance(name, str):
                raise broken(f"{name!r} is no name", node.value[place][0])
            if name in names[:place]:
                raise broken(f"{name!r} stands here twice", node.value[place][0])
        return super().construct_mapping(node, deep=deep)


def broken(problem: str, where: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=where.start_mark)


Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"-?(?:0|[1-9]\d{0,17})", "-0123456789"),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), list(first))


def read(path: Path) -> list[Golden]:
    """All cases of a file, or of the YAML files in a folder and below, by their names. Raises BrokenFile."""
    cases: dict[str, Golden] = {}
    for file in files_of(path):
        for case in cases_in(file):
            if case.name in cases:
                raise BrokenFile(f'{file}: two cases have the name "{case.name}".')
            cases[case.name] = case
    if len(cases) > MOST_CASES:
        raise BrokenFile(f"{path}: holds more than {MOST_CASES} cases.")
    return list(cases.values())


def files_of(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(one for one in path.rglob("*") if one.suffix in ENDINGS and one.is_file())
    if not 0 < len(files) <= MOST_FILES:
        many = f"more than {MOST_FILES}" if files else "no"
        raise BrokenFile(f"{path}: holds {many} files that end in .yaml or .yml.")
    return files


def cases_in(file: Path) -> Iterator[Golden]:
    told = data_in(file)
    shared, cases = ({}, told) if isinstance(told, list) else parts_of(file, told)
    if not isinstance(cases, list) or not cases:
        raise BrokenFile(f"{file}: must be a list of cases, or have one under `cases`.")
    for place, raw in enumerate(cases):
        where = f"{file}: {named(raw, place)}"
        if not isinstance(raw, dict):
            raise BrokenFile(f"{where}: is no case: it has no fields.")
        yield case_of(where, raw, shared, file.parent)


def parts_of(file: Path, told: Any) -> tuple[Raw, Any]:
    """What all cases of the file share, and the cases."""
    if not isinstance(told, dict) or told.keys() - {"shared", "cases"}:
        raise BrokenFile(f"{file}: must be a list of cases, or have `cases` and perhaps `shared`.")
    shared = told.get("shared", {})
    if not isinstance(shared, dict) or shared.keys() - set(SHARED):
        raise BrokenFile(f"{file}: `shared` may have {', '.join(SHARED)}.")
    return shared, told.get("cases")


def named(raw: Any, place: int) -> str:
    name = raw.get("name") if isinstance(raw, dict) else None
    return f'case "{name[:120]}"' if isinstance(name, str) and name.isprintable() else f"cases[{place}]"


def case_of(where: str, raw: Raw, shared: Raw, folder: Path) -> Golden:
    """The case, with what its file shares where it does not say otherwise; single settings too."""
    whole = shared | raw
    own, usual = raw.get("settings"), shared.get("settings")
    if isinstance(own, dict) and isinstance(usual, dict):
        whole["settings"] = usual | own
    if isinstance(whole.get("knowledge"), list):
        whole["knowledge"] = [one for told in whole["knowledge"] for one in articles_of(where, told, folder)]
    try:
        return Golden.model_validate(whole)
    except ValidationError as fault:
        raise BrokenFile(f"{where}: {sentence_of(fault)}") from None


def sentence_of(fault: ValidationError) -> str:
    """The first field that is wrong. Of two ways to write something the one that was meant is not known."""
    first = fault.errors(include_url=False)[0]
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
    what = first["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{where.removeprefix('.')}: {what}." if where else f"{what}."


def articles_of(where: str, told: Any, folder: Path) -> list[Any]:
    """The articles of a Markdown file, one for each heading of the first rank; anything else as it stands."""
    if not (isinstance(told, dict) and told.keys() == {"file"} and isinstance(told["file"], str)):
        return [told]
    path = (folder / told["file"].replace("\0", "")).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BrokenFile(f"{where}: knowledge: {told['file']!r} is not below the folder of the cases.")
    try:
        whole = texts.decoded(content_of(path))
        found = [texts.read(one.encode())[0] for one in ARTICLE.split(whole) if one.strip()]
    except Unreadable as fault:
        raise BrokenFile(f"{path}: is no text: {fault}.") from None
    return [{"title": one.title, "text": one.body} for one in found]


def content_of(file: Path) -> bytes:
    try:
        if file.exists() and not file.is_file():
            raise BrokenFile(f"{file}: is no file.")
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except (OSError, ValueError) as fault:
        raise BrokenFile(f"{file}: cannot be read: {getattr(fault, 'strerror', None) or fault}.") from None
    if len(content) > LARGEST:
        raise BrokenFile(f"{file}: is larger than {LARGEST // 1000} kB.")
    return content


def data_in(file: Path) -> Any:
    try:
        return yaml.load(content_of(file).decode("utf-8-sig"), Loader)  # noqa: S506 - ours is a SafeLoader
    except UnicodeDecodeError:
        raise BrokenFile(f"{file}: is not written in UTF-8.") from None
    except yaml.MarkedYAMLError as fault:
        line = f"line {fault.problem_mark.line + 1}: " if fault.problem_mark else ""
        raise BrokenFile(f"{file}: {line}{fault.problem or fault.context}.") from None
    except RecursionError:
        raise BrokenFile(f"{file}: is nested too deep.") from None
    except (yaml.YAMLError, ValueError, OverflowError) as fault:
        raise BrokenFile(f"{file}: {' '.join(str(fault).split())}.") from None
