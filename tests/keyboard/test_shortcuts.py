"""Whose keys are which: the table holds together, and each attendant may choose others."""

import json
import re
from html import unescape

import pytest

from app.keyboard.choices import KEPT_BY_BROWSERS
from app.keyboard.combinations import announced, canonical, shown, types_something
from app.keyboard.commands import BY_NAME, COMMANDS
from tests.actors import Browser, Desk
from tests.people import PAULO

PAGE = "/settings/shortcuts"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15"


@pytest.mark.parametrize("on_mac", [False, True])
def test_no_two_commands_have_the_same_keys_but_esc_and_none_has_keys_that_write(on_mac: bool) -> None:
    assert len(BY_NAME) == len(COMMANDS)
    every = [keys for command in COMMANDS for keys in command.defaults(on_mac=on_mac)]
    assert {keys for keys in every if every.count(keys) > 1} == {"Escape"}
    assert {keys for keys in every if types_something(keys)} == {"Escape", "?"}
    assert not KEPT_BY_BROWSERS & set(every)
    assert all(canonical(keys) == keys == canonical(announced(keys)) for keys in every if keys != "?")


def test_keys_are_read_as_people_write_them() -> None:
    for written in ("ctrl+alt+q", "Alt + Control + Q", "⌃⌥Q", "Control+Alt+KeyQ"):
        assert canonical(written) == "Control+Alt+KeyQ"
    assert canonical("Ctrl+Shift++") is None
    for nothing in ("", "Ctrl", "Ctrl+", "Hyper+Q", "Ctrl+QQ", "Q W"):
        assert canonical(nothing) is None
    assert shown("Control+Alt+Shift+BracketRight") == "Ctrl+Alt+Shift+]"
    assert shown("Control+Shift+Meta+KeyE", on_mac=True) == "⌃⇧⌘E"


async def keys_on_page(browser: Browser, name: str, **headers: str) -> list[str]:
    """What the inbox's handler would press this command for."""
    page = (await browser.http.get("/", headers=headers)).text
    table = json.loads(unescape(re.findall(r"data-shortcuts='([^']+)'", page)[0]))
    return next(list(told["keys"]) for told in table if told["name"] == name)


async def test_an_attendant_chooses_other_keys_and_goes_back_to_the_usual_ones(desk: Desk) -> None:
    marta, paulo = desk.marta, await desk.attendant(PAULO)
    kept = await marta.post(PAGE, {"command": "pin", "keys": "alt+q"})
    assert (kept.status_code, 'id="shortcuts"' in kept.text) == (422, True)
    assert "“Respostas rápidas” já usa esta combinação" in kept.text
    assert 'value="Alt+Q"' in kept.text

    plain = await marta.post(PAGE, {"command": "quick-replies", "keys": ""}, htmx=False)
    assert (plain.status_code, plain.headers["location"]) == (303, PAGE)
    assert (await marta.post(PAGE, {"command": "pin", "keys": "alt+q"})).status_code == 200
    assert await keys_on_page(marta, "quick-replies") == []
    assert await keys_on_page(marta, "pin") == ["Alt+KeyQ"]
    assert await keys_on_page(paulo, "pin") == ["Control+Alt+Shift+KeyP"]
    assert "Alt+Q" in (await marta.get(PAGE)).text  # the help shows what is

    taken = await marta.post(f"{PAGE}/defaults", {"command": "quick-replies"})
    assert (taken.status_code, "“Fixar” já usa esta combinação" in taken.text) == (422, True)
    await marta.post(f"{PAGE}/defaults", {"command": "pin"})
    assert await keys_on_page(marta, "pin") == ["Control+Alt+Shift+KeyP"]
    assert await keys_on_page(marta, "quick-replies") == []
    await marta.post(f"{PAGE}/defaults")
    assert await keys_on_page(marta, "quick-replies") == ["Alt+KeyQ"]


@pytest.mark.parametrize(
    ("command", "keys", "words"),
    [
        ("pin", "Q", "Sozinha, esta tecla escreve"),
        ("pin", "Shift+Q", "Sozinha, esta tecla escreve"),
        ("pin", "Ctrl+W", "O navegador reserva"),
        ("pin", "Ctrl+mais", "não é uma combinação"),
        ("pin", "Ctrl+" * 1000, "não é uma combinação"),
    ],
)
async def test_keys_that_cannot_work_are_refused_with_the_reason(
    marta: Browser, command: str, keys: str, words: str
) -> None:
    answer = await marta.post(PAGE, {"command": command, "keys": keys}, htmx=False)
    assert (answer.status_code, words in answer.text) == (422, True)


async def test_what_is_no_command_or_nobodys_to_change_changes_nothing(marta: Browser) -> None:
    for command in ("next-pane", "no-such", ""):
        assert (await marta.post(PAGE, {"command": command, "keys": "Alt+Q"})).status_code == 422
    assert await keys_on_page(marta, "next-pane") == ["F6"]


async def test_a_mac_gets_a_macs_keys(marta: Browser) -> None:
    assert await keys_on_page(marta, "archive", **{"User-Agent": MAC}) == ["Control+Shift+Meta+KeyE"]
    assert "⌃⇧⌘E" in (await marta.http.get(PAGE, headers={"User-Agent": MAC})).text
