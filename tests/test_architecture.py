"""The shape of the code: what may know of what. A deliberate exception stands in EXCEPTIONS with its reason."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from app.settings import HOME, load_settings
from app.templating import environment

APP, TEMPLATES = HOME / "app", HOME / "templates"
CONCEPTS = (
    "accounts",
    "contacts",
    "conversations",
    "attention",
    "outbox",
    "media",
    "message_templates",
    "quick_replies",
    "notes",
    "assistant",
    "connectors",
    "installation",
    "keyboard",
    "knowledge",
    "consulting",
    "rehearsing",
    "quality",
    "proposing",
    "golden",
    "chats",
    "jobs",
    "search",
    "transcribing",
)
DOORS = (
    "app.pages",
    "app.api",
    "app.main",
    "app.routes",
    "app.templating",
    "app.gate",
    "app.whatsapp.webhook",
)
WEB = ("starlette", "jinja2", "uvicorn", "sse_starlette")
KNOWN_OF_LIVE = {"app.live.events": {"announce", "Change", "EventKind"}, "app.live.bell": {"Bell", "bell"}}
MOST_LINES, MOST_JAVASCRIPT = 300, 2800

EXCEPTIONS: dict[tuple[str, str], str] = {
    # (file, module it imports): why it may
    ("app/simulated.py", "app.simulator"): "plays WhatsApp inside this process in development",
    ("app/cli.py", "app.simulator"): "plays it as a process of its own",
}


def sources() -> list[Path]:
    return sorted(APP.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(HOME).as_posix()


def imports(path: Path) -> Iterator[tuple[str, str, bool]]:
    """(module, name taken from it or "", whether this happens at import) of each import in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "", id(node) not in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: imports are written in full"
            yield from ((node.module or "", alias.name, id(node) not in inside) for alias in node.names)


def is_in(module: str, name: str, packages: tuple[str, ...]) -> bool:
    """Whether `from module import name` (or `import module`) reaches into one of these."""
    reached = (module, f"{module}.{name}")
    return any(one == package or one.startswith(f"{package}.") for one in reached for package in packages)


def is_excepted(path: Path, module: str) -> bool:
    return any(name_of(path) == file and is_in(module, "", (known,)) for file, known in EXCEPTIONS)


def concept_files() -> list[Path]:
    return [path for path in sources() if path.relative_to(APP).parts[0].removesuffix(".py") in CONCEPTS]


def test_a_concept_knows_no_door_no_template_and_of_live_only_how_to_announce() -> None:
    assert concept_files()
    assert not [wrong for path in concept_files() for wrong in reached_too_far(path)]


def reached_too_far(path: Path) -> Iterator[str]:
    for module, name, _ in imports(path):
        if is_excepted(path, module):
            continue
        if is_in(module, name, (*WEB, *DOORS)):
            yield f"{name_of(path)} imports {module}, which belongs to the doors"
        if is_in(module, name, ("app.live",)) and name not in KNOWN_OF_LIVE.get(module, set()):
            yield f"{name_of(path)} imports {module}.{name}; a concept only announces"


def test_the_database_knows_no_concept() -> None:
    above = (*DOORS, *(f"app.{concept}" for concept in CONCEPTS))
    for module, name, _ in imports(APP / "db.py"):
        assert not is_in(module, name, above), module


def test_the_simulator_knows_nothing_of_the_program_it_is_the_outside_world_of() -> None:
    assert not [
        f"{name_of(path)} imports {module}.{name}"
        for path in sources()
        if path.is_relative_to(APP / "simulator")
        for module, name, _ in imports(path)
        if is_in(module, name, ("app",)) and not is_in(module, name, ("app.simulator",))
    ]


def test_nothing_in_the_program_knows_the_simulator() -> None:
    knowing = {
        name_of(path)
        for path in sources()
        if not path.is_relative_to(APP / "simulator")
        for module, name, _ in imports(path)
        if is_in(module, name, ("app.simulator",))
    }
    assert knowing == {file for file, module in EXCEPTIONS if module == "app.simulator"}


def test_only_one_file_knows_the_sdk_of_claude_and_loads_it_late() -> None:
    found = [
        (name_of(path), late)
        for path in sources()
        for module, _, late in imports(path)
        if is_in(module, "", ("anthropic",))
    ]
    assert found
    assert set(found) == {("app/assistant/clients.py", False)}


def test_a_program_without_a_key_never_loads_the_sdk_of_claude(database_url: str) -> None:
    """Neither while it starts nor while it serves: Claude is switched on and asked for."""
    script = """
import asyncio, sys
from sqlalchemy import select
from app.conversations.models import Conversation, Mode
from app.db import reading
from tests.actors import running_desk, within
from tests.people import ANA

async def left_to_people():
    async with reading() as session:
        return (await session.scalars(select(Conversation.mode))).first() not in (None, Mode.CLAUDE)

async def serve():
    async with running_desk(sys.argv[1], anthropic_api_key="", anthropic_base_url="", claude_enabled=True) as desk:
        await desk.whatsapp.says(ANA, "Oi")
        await within(30, left_to_people, what="the hand-over")
        for page in ("/", "/claude", "/claude/playground", "/assistant", "/knowledge", "/costs"):
            assert (await desk.marta.open(page)).status_code == 200, page
        print("anthropic" in sys.modules)
asyncio.run(serve())
"""
    served = subprocess.run(
        [sys.executable, "-c", script, database_url],
        cwd=HOME,
        env=dict(os.environ) | {"PYTHONPATH": os.pathsep.join((str(HOME), str(HOME / "bin")))},
        capture_output=True,
        text=True,
    )
    assert served.returncode == 0, served.stderr
    assert served.stdout.strip() == "False"


def test_no_file_is_longer_than_one_idea() -> None:
    assert not [name_of(path) for path in sources() if len(path.read_text("utf-8").splitlines()) > MOST_LINES]


def test_a_log_line_is_a_fixed_sentence_and_its_fields_hold_nobodys_words() -> None:
    assert not [wrong for path in sources() for wrong in talkative_log_lines(path)]


def talkative_log_lines(path: Path) -> Iterator[str]:
    private = {"text", "body", "name", "phone", "wa_id", "email", "payload", "token", "password", "secret"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id in {"log", "logger", "logging"}):
            continue
        if node.func.attr not in {"debug", "info", "warning", "error", "exception", "critical", "log"}:
            continue
        sentence = node.args[1 if node.func.attr == "log" else 0]
        where = f"{name_of(path)}:{node.lineno}"
        if not isinstance(sentence, ast.Constant):
            yield f"{where}: the sentence is put together"
        if len(node.args) != (2 if node.func.attr == "log" else 1):
            yield f"{where}: fields go into `extra`"
        for extra in (keyword.value for keyword in node.keywords if keyword.arg == "extra"):
            keys = {str(key.value) for key in getattr(extra, "keys", []) if isinstance(key, ast.Constant)}
            if keys & private:
                yield f"{where}: {sorted(keys & private)}"


def test_html_is_trusted_only_where_markup_makes_it() -> None:
    ours = {"app/whatsapp/markup.py", "app/simulator/markup.py", "app/knowledge/markup.py"}
    trusting = {
        name_of(path) for path in sources() if re.search(r"\bMarkup\(", path.read_text(encoding="utf-8"))
    }
    assert trusting <= ours


def templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


REFUSED = {
    "does not escape": r"\|\s*safe\b|autoescape",
    "has an inline script": r"<script(?![^>]*\ssrc=)",
    "has an inline style": r"<style\b|\sstyle=",
    "has a script in an attribute": r"\shx-on|\son[a-z]+\s*=|\bjs:|javascript:",
}


def test_a_template_escapes_everything_and_runs_no_script_of_its_own() -> None:
    wrong = []
    for path in templates():
        html = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S)
        wrong += [
            f"{name_of(path)} {fault}" for fault, pattern in REFUSED.items() if re.search(pattern, html)
        ]
    assert not wrong


def test_every_template_compiles() -> None:
    made = environment(load_settings(recado_env="test", secret_key="s" * 40))
    for name in made.list_templates(extensions=["html"]):
        made.get_template(name)


def test_the_javascript_of_our_own_stays_small() -> None:
    lines = sum(
        len(path.read_text(encoding="utf-8").splitlines()) for path in (HOME / "static" / "js").rglob("*.js")
    )
    assert 0 < lines < MOST_JAVASCRIPT
