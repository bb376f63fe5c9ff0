"""`python -m app evaluate retrieval FILE`: the table, and a sentence for whoever wrote a file that is broken."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.knowledge import evaluation
from app.knowledge.evaluation import BrokenFile
from app.settings import HOME

FAQ = HOME / "tests" / "knowledge" / "faq.json"


def command(file: Path) -> subprocess.CompletedProcess[str]:
    """Without a single setting."""
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TMPDIR")}
    asked = [sys.executable, "-m", "app", "evaluate", "retrieval", str(file)]
    # RECADO_ENV alone, so that no .env of this machine is read.
    environment["RECADO_ENV"] = "test"
    return subprocess.run(asked, cwd=HOME, env=environment, capture_output=True, text=True)


def test_every_mode_is_measured_over_the_portuguese_questions_that_have_an_answer() -> None:
    told = command(FAQ)
    assert told.returncode == 0, told.stderr
    head, names, *modes = told.stdout.splitlines()
    assert head == "2 questions, 3 passages"
    assert names.split() == ["R@1", "R@3", "R@5", "MRR"]
    figures = {line[:12].strip(): line[12:].split() for line in modes}
    assert figures["full text"] == ["0.500"] * 4  # it knows no word of the second question
    assert list(figures) == ["full text", "semantic", "fusion"]
    assert figures["fusion"] == ["1.000"] * 4


def changed(**parts: Any) -> dict[str, Any]:
    return dict(json.loads(FAQ.read_text())) | parts


QUESTION = {"q": "oi", "answer": "horario", "lang": "pt"}
PASSAGE = {"id": "horario", "title": "Horário", "text": "Das nove às dezoito."}
BROKEN = [
    ("{", "is no JSON"),
    ("[" * 100_000, "is no JSON"),
    ("[]", "valid"),
    ("null", "valid"),
    ("{}", "passages: Field required"),
    (changed(passages=[]), "passages: List should have at least 1 item"),
    (changed(passages=[{**PASSAGE, "title": " "}]), r"passages\[0\].title"),
    (changed(passages=[{**PASSAGE, "text": 7}]), r"passages\[0\].text"),
    (changed(passages=[PASSAGE, PASSAGE]), 'two passages have the id "horario"'),
    (changed(questions=[{**QUESTION, "answer": "nada"}]), r'questions\[0\]: its answer "nada" names no passage'),
    (changed(questions=[{"q": "oi", "lang": "pt"}]), r"questions\[0\].answer"),
    (changed(questions=[{**QUESTION, "lang": "en"}]), "no question has"),
    (changed(questions=[]), "no question has"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "sentence"), BROKEN)
def test_a_broken_file_is_told_in_a_sentence(tmp_path: Path, content: Any, sentence: str) -> None:
    file = tmp_path / "faq.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(BrokenFile, match=sentence) as told:
        evaluation.read(file)
    assert str(told.value).startswith(f"{file}: ")
    assert "\n" not in str(told.value)


def test_bytes_that_are_no_text_and_a_file_that_is_not_there_are_told_too(tmp_path: Path) -> None:
    file = tmp_path / "faq.json"
    with pytest.raises(BrokenFile, match="No such file"):
        evaluation.read(file)
    file.write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(BrokenFile, match="is no JSON"):
        evaluation.read(file)


def test_the_command_ends_with_the_sentence_alone(tmp_path: Path) -> None:
    told = command(tmp_path / "nowhere.json")
    assert told.returncode == 1
    assert told.stderr.startswith("Error: ")
    assert "Traceback" not in told.stderr
