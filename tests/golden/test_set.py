"""The golden conversations of an invented shop, played offline; and every kind of expectation, that it can fail."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.golden import reading
from app.golden.cases import Expected, Golden, Round
from app.golden.figures import figures
from app.golden.languages import language_of
from app.golden.running import run_offline
from app.golden.trying import Result
from app.settings import HOME, load_settings
from app.simulated import scripted_claude

SHOP = HOME / "tests" / "golden"


def command(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Without a setting but those."""
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TMPDIR")}
    asked = [sys.executable, "-m", "app", "evaluate", "conversations", *arguments]
    # RECADO_ENV alone, so that no .env of this machine is read.
    return subprocess.run(
        asked, cwd=HOME, env=environment | {"RECADO_ENV": "test"} | more, capture_output=True, text=True
    )


async def played(*cases: Golden) -> list[Result]:
    settings = load_settings(recado_env="development")
    return await run_offline(cases, settings, scripted_claude(), print)


def test_the_whole_set_passes_and_touches_no_database_of_the_desk(tmp_path: Path) -> None:
    own = tmp_path / "recado.db"
    told = command(str(SHOP), "--json", str(tmp_path / "all.json"), DATABASE_URL=f"sqlite:///{own}")
    assert told.returncode == 0, told.stdout + told.stderr
    assert not own.exists()
    written = json.loads((tmp_path / "all.json").read_text("utf-8"))
    names = [one["name"] for one in written["cases"]]
    assert len(names) >= 30
    assert [f"ok      {name}" for name in names] == told.stdout.splitlines()[: len(names)]
    assert written["figures"]["passed"] == written["figures"]["cases"] == len(names)
    assert (written["figures"]["precision"], written["figures"]["recall"]) == (1.0, 1.0)
    assert "cost" not in told.stdout  # nobody was paid


def test_with_a_dash_the_json_stands_alone_and_the_lines_beside_it() -> None:
    told = command(str(SHOP / "idiomas.yaml"), "--json", "-")
    assert json.loads(told.stdout)["figures"]["cases"] == 4
    assert "4 cases: 4 ok, 0 failed" in told.stderr


def test_a_failed_case_says_what_was_expected_and_what_came_and_ends_with_1(tmp_path: Path) -> None:
    file = tmp_path / "um.yaml"
    file.write_text(
        """\
- name: preço
  history: [{who: customer, text: "quanto custa?"}]
  expected: {must_include: ["R$ 10"], handoff: true}
  script: [{text: "Custa\\e[2J R$ 20."}]
"""
    )
    told = command(str(file))
    assert told.returncode == 1
    assert told.stdout.splitlines()[:3] == [
        "failed  preço",
        '        handoff: wanted "yes"; came "answered: Custa [2J R$ 20."',
        '        must_include: wanted "R$ 10"; came "Custa [2J R$ 20."',
    ]
    assert "1 cases: 0 ok, 1 failed" in told.stdout


# What is changed in a case that passes, and the expectation that has to notice, alone or with others.
MUTATED: dict[str, tuple[str, dict[str, Any]]] = {
    "handoff": ("quanto custa o frete", {"handoff": True}),
    "reason": ("cliente irritada", {"reason": "sensitive"}),
    "held": ("preço que ninguém contou fica retido", {"held": False}),
    "silence": ("palavra de silêncio", {"silence": False}),
    "tools": ("põe a etiqueta da troca", {"tools": ["set_label", "opening_hours"], "tools_not": []}),
    "tools_not": ("põe a etiqueta da troca", {"tools_not": ["set_label"]}),
    "must_include": ("tabela vira linhas", {"must_include": ["4 a 5 dias úteis"]}),
    "must_not_include": ("título e negrito", {"must_not_include": ["*pix*"]}),
    "language": ("un cambio, en español", {"language": "pt"}),
    "max_chars": ("quanto custa o frete", {"max_chars": 100}),
    "max_bubbles": ("texto longo em no máximo três mensagens", {"max_bubbles": 1}),
    "cites": ("quanto custa o frete", {"cites": ["Tamanhos"]}),
}


async def test_every_kind_of_expectation_can_fail() -> None:
    known = {case.name: case for case in reading.read(SHOP)}
    assert MUTATED.keys() == Expected.model_fields.keys() - {"judge"}
    cases = [with_expected(known[name], changes) for name, changes in MUTATED.values()]
    results = await played(*cases)
    missed = [{miss.expectation for one in result.tries for miss in one.misses} for result in results]
    assert missed == [{expectation} for expectation in MUTATED]


def with_expected(case: Golden, changes: dict[str, Any]) -> Golden:
    told = case.expected.model_dump(exclude_unset=True) | changes
    return case.model_copy(update={"expected": Expected.model_validate(told)})


async def test_a_refused_call_is_no_call_and_a_script_that_does_not_fit_is_told() -> None:
    known = {case.name: case for case in reading.read(SHOP)}
    refused = with_expected(
        known["uma etiqueta que não existe é recusada e a conversa segue"], {"tools": ["set_label"]}
    )
    frete, rule = known["quanto custa o frete"], known["pede um humano"]
    assert frete.script
    longer = frete.model_copy(update={"script": [*frete.script, *frete.script]})
    silent = frete.model_copy(update={"script": []})
    unasked = rule.model_copy(update={"script": frete.script})
    results = await played(refused, longer, silent, unasked, frete)
    found = [[(miss.expectation, miss.came) for miss in result.tries[0].misses] for result in results]
    assert found[0] == [("tools", "its call was refused")]
    assert found[1] == [("script", "Claude was asked 1 times")]
    assert ("script", "Claude was asked 1 times") in found[2]
    assert found[3] == [("script", "Claude was asked 0 times")]
    assert found[4] == []  # what was left of the scripts before is forgotten


async def test_a_failure_of_claudes_is_no_hand_over_that_anybody_wanted() -> None:
    known = {case.name: case for case in reading.read(SHOP)}
    failed, wanted = known["sobrecarga que não passa"], known["a resposta não está em lugar nenhum"]
    [result] = await played(with_expected(failed, {"reason": None}))
    assert [(miss.expectation, miss.came) for miss in result.tries[0].misses] == [
        ("failure", "529 overloaded_error")
    ]
    counted = figures([result, *await played(failed, wanted)])
    assert (counted.precision, counted.recall) == (1.0, 1.0)
    assert figures([result]).recall is None


async def test_what_claude_quotes_counts_before_what_its_words_lead_to() -> None:
    known = {case.name: case for case in reading.read(SHOP)}
    quoting = known["prazo para o interior da Bahia"]
    other = quoting.model_copy(update={"script": [Round(text="De 7 a 12 dias úteis.", quotes="Pix tem 5%")]})
    [right, wrong] = await played(quoting, other)
    assert right.tries[0].is_ok
    assert [one.quoted for one in right.tries[0].made.ending.quotes]
    assert [(miss.expectation, miss.came) for miss in wrong.tries[0].misses] == [
        ("cites", "Formas de pagamento")
    ]


async def test_nothing_of_one_case_is_left_for_the_next() -> None:
    known = {case.name: case for case in reading.read(SHOP)}
    told, frete = known["põe a etiqueta da troca"], known["quanto custa o frete"]
    bare = told.model_copy(update={"settings": frete.settings, "knowledge": [], "instructions": ""})
    first, second = await played(told, bare)
    assert first.tries[0].is_ok
    assert {miss.expectation for miss in second.tries[0].misses} == {"tools", "cites"}  # no label, no article


async def test_cases_that_make_no_sense_this_way_are_left_out() -> None:
    [case] = (case for case in reading.read(SHOP) if case.name == "quanto custa o frete")
    only_live, unscripted = (case.model_copy(update=one) for one in ({"only": "live"}, {"script": None}))
    results = await played(only_live, unscripted)
    assert [one.left_out for one in results] == ["only live", "it has no script"]
    failing = [case for case in reading.read(SHOP) if any(one.failure for one in case.script or ())]
    assert failing
    assert {one.left_out(live=True) for one in failing} == {"only offline"}


@pytest.mark.parametrize(("language", "text"), [
    ("pt", "Um instante: uma pessoa da nossa equipe já continua com você por aqui."),
    ("pt", "Das 9h às 18h, de segunda a sexta."),
    ("pt", "Oi! Tudo bem?"),
    ("en", "Yes, free delivery today."),
    ("es", "¿Todo bien? Llega hoy."),
    ("en", "We are closed on Sundays, but you can order at any time."),
    ("es", "No hay envíos los domingos; puedes comprar cuando quieras."),
    ("", "R$ 20,00"),
    ("", ""),
])  # fmt: skip
def test_a_text_is_in_the_language_of_its_little_words(language: str, text: str) -> None:
    assert language_of(text) == language
