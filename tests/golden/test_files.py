"""A file that nobody can play is told in one sentence: which file, which case, which field."""

import os
from pathlib import Path

import pytest

from app.golden import reading
from app.knowledge.evaluation import BrokenFile
from tests.golden.test_set import command

CASE = "- {name: um, history: [{who: customer, text: oi}], expected: {handoff: false}, script: []}"


def case(**parts: str) -> str:
    """One case with other parts, each as YAML."""
    usual = {
        "name": "um",
        "history": "[{who: customer, text: oi}]",
        "expected": "{handoff: false}",
        "script": "[]",
    }
    return "- {" + ", ".join(f"{name}: {part}" for name, part in (usual | parts).items()) + "}"


def laughs(levels: int) -> str:
    rows = ["a0: &a0 [ha]"] + [
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, levels)
    ]
    return "\n".join(rows)


BROKEN = [
    ("", "must be a list of cases"),
    ("[]", "must be a list of cases"),
    ("cases: []", "must be a list of cases"),
    ("oi", "must be a list of cases, or have `cases`"),
    ("{cases: [], more: 1}", "must be a list of cases, or have `cases`"),
    ("{shared: 7, cases: []}", "`shared` may have"),
    ("{shared: {history: []}, cases: []}", "`shared` may have"),
    ("- oi", r"cases\[0\]: is no case"),
    ("- {history: []}", r"cases\[0\]: name: Field required"),
    (case(name="7"), r"cases\[0\]: name: Input should be a valid string"),
    (case(name='"a\\nb"'), "name: must be one line"),
    (case(name='"a\\e[2Jb"'), "name: must be one line"),
    (CASE + "\n" + CASE, 'two cases have the name "um"'),
    (case(history="[]"), 'case "um": history: List should have at least 1 item'),
    (case(history="[{who: nobody, text: oi}]"), r"history\[0\].who: Input should be 'customer'"),
    (case(history="[{who: customer, text: 12}]"), r"history\[0\].text: Input should be a valid string"),
    (case(history="[{who: customer, text: ' '}]"), r"history\[0\]: says nothing"),
    (case(history='[{who: customer, text: "a\\0"}]'), r"history\[0\].text: holds a character"),
    (case(history='[{who: customer, text: "a\\uD800"}]'), "holds a character"),
    (case(history="[{who: claude, text: oi}]"), "the last word of the history must be the customer's"),
    (
        case(history="[{who: claude, text: a, minutes_ago: 1}, {who: customer, text: b, minutes_ago: 2}]"),
        "not in the order of its minutes_ago",
    ),
    (case(history="[{who: customer, text: oi, minutes_ago: -1}]"), "greater than or equal to 0"),
    (case(expected="{}"), "expected: says nothing"),
    (case(expected="{hand_over: true}"), "expected.hand_over: Extra inputs are not permitted"),
    (case(expected="{handoff: sim}"), "expected.handoff: Input should be a valid boolean"),
    (case(expected="{reason: because}"), "expected.reason: Input should be"),
    (case(expected="{handoff: false, reason: angry}"), 'a "reason" needs a hand-over'),
    (case(expected="{tools: [handoff]}"), "is said by"),
    (case(expected="{must_include: [30]}"), r"must_include\[0\]: Input should be a valid string"),
    (case(expected="{language: fr}"), "expected.language: Input should be 'pt', 'en' or 'es'"),
    (case(expected="{max_chars: 0}"), "expected.max_chars: Input should be greater"),
    (case(expected="{cites: [Nada]}"), 'no article is called "Nada"'),
    (case(settings="{now: tomorrow}"), "settings.now: must be written as"),
    (case(settings='{now: "2026-02-30 10:00"}'), "settings.now"),
    (case(settings="{opening_hours: {monday: always}}"), "opening_hours.monday: Write hours as"),
    (case(settings="{opening_hours: {domingo: 9-12}}"), "opening_hours has no 'domingo'"),
    (case(knowledge="[{title: A}]"), r"knowledge\[0\].text: Field required"),
    (case(knowledge="[{file: ../a.md}]"), "is not below the folder"),
    (case(knowledge="[{file: /etc/passwd}]"), "is not below the folder"),
    (case(knowledge="[{file: nowhere.md}]"), "nowhere.md: cannot be read: No such file"),
    (case(script="[{failure: bored}]"), r"script\[0\].failure: Input should be 'overloaded'"),
    (case(script="[{calls: [{tool: set_label, input: 7}]}]"), r"script\[0\].calls\[0\].input"),
    ("- {name: um, name: dois}", "line 1: 'name' stands here twice"),
    ("- {7: um}", "line 1: 7 is no name"),
    ("- {[a]: um}", r"\['a'\] is no name"),
    ("- [", "line 1: "),
    ("- \t- a", "line 1: "),
    ("- !!python/object/apply:os.system ['true']", "could not determine a constructor for the tag"),
    ("- !mine {a: 1}", "could not determine a constructor"),
    ("- !!int oi", "is written|invalid literal"),
    (laughs(12), "line 2: an alias is not read"),
    ("- &a [*a]", "an alias is not read"),
    ("[" * 20_000, "nested too deep"),
    ("- {name: " + "a" * 600_000 + "}", "is larger than 500 kB"),
    ("- a\n---\n- b", "expected a single document|but found another document"),
    ("- \x01", "special characters are not allowed|unacceptable character"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "sentence"), BROKEN)
def test_what_is_wrong_with_a_file_is_told_in_a_sentence(tmp_path: Path, content: str, sentence: str) -> None:
    file = tmp_path / "casos.yaml"
    file.write_text(content, "utf-8")
    with pytest.raises(BrokenFile, match=sentence) as told:
        reading.read(file)
    assert str(told.value).startswith((f"{file}: ", f"{tmp_path / 'nowhere.md'}: "))
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < len(str(file)) + 500


def test_words_that_another_yaml_takes_for_something_else_are_words(tmp_path: Path) -> None:
    file = tmp_path / "casos.yaml"
    told = "{who: customer, text: no}, {who: customer, text: 9:30}, {who: customer, text: 2026-12-01}"
    file.write_text(case(name="sim", history=f"[{told}, {{who: customer, text: on}}]"))
    [read] = reading.read(file)
    assert [line.text for line in read.history] == ["no", "9:30", "2026-12-01", "on"]


def test_bytes_a_pipe_and_an_empty_folder_are_told_too(tmp_path: Path) -> None:
    file = tmp_path / "casos.yaml"
    with pytest.raises(BrokenFile, match="cannot be read: No such file"):
        reading.read(file)
    with pytest.raises(BrokenFile, match="holds no files"):
        reading.read(tmp_path)
    file.write_bytes(b"- \xff\xfe")
    with pytest.raises(BrokenFile, match="is not written in UTF-8"):
        reading.read(file)
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    with pytest.raises(BrokenFile, match="is no file"):
        reading.read(pipe)


def test_the_same_name_in_two_files_and_a_link_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    inside = tmp_path / "cases"
    inside.mkdir()
    (tmp_path / "secret.md").write_text("# A\n\nb")
    (inside / "a.yaml").write_text(CASE)
    (inside / "b.yml").write_text(CASE)
    with pytest.raises(BrokenFile, match=r'b\.yml: two cases have the name "um"'):
        reading.read(inside)
    (inside / "b.yml").write_text(case(name="dois", knowledge="[{file: link.md}]"))
    (inside / "link.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(BrokenFile, match="is not below the folder"):
        reading.read(inside)


def test_what_a_file_shares_holds_where_a_case_says_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "loja.md").write_text("# Frete\n\nR$ 10\n\n## Sul\n\nR$ 5\n\n# Trocas\n\nEm 7 dias\n")
    file = tmp_path / "casos.yaml"
    own = case(name="dois", settings="{business_name: Outra}", knowledge="[{title: A, text: b}]")
    file.write_text(
        "shared:\n  knowledge: [{file: loja.md}]\n  instructions: Seja breve.\n"
        "  settings: {business_name: Loja, labels: [Troca]}\ncases:\n" + case() + "\n" + own
    )
    first, second = reading.read(file)
    assert [(one.title, one.text) for one in first.knowledge] == [
        ("Frete", "R$ 10\n\n## Sul\n\nR$ 5"),
        ("Trocas", "Em 7 dias"),
    ]
    assert (first.instructions, first.settings.business_name) == ("Seja breve.", "Loja")
    assert [one.title for one in second.knowledge] == ["A"]
    assert (second.settings.business_name, second.settings.labels) == ("Outra", ["Troca"])


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["nowhere.yaml"], "nowhere.yaml: cannot be read: No such file"),
    (["tests/golden", "--live"], "set ANTHROPIC_API_KEY"),
    (["tests/golden", "--trials", "3"], "it needs --live"),
    (["tests/golden", "--json", "nowhere/all.json"], "No such file"),
])  # fmt: skip
def test_the_command_ends_with_2_and_the_sentence_alone(arguments: list[str], sentence: str) -> None:
    told = command(*arguments)
    assert told.returncode == 2
    assert sentence in " ".join(told.stderr.split())
    assert "Traceback" not in told.stderr
    assert told.stdout == ""
