"""Combinations of keys: `Control+Alt+Shift+KeyE` inside, `Ctrl+Alt+Shift+E` or `⌃⌥⇧E` for people.

Letters and digits go by their place on the keyboard (the browser's `event.code`), so they are the same on every layout.
Signs go by what stands on the key, which is where people look for them. Same in static/js/keyboard/combination.js.
"""

import re

MODIFIERS = ("Control", "Alt", "Shift", "Meta")  # in this order
SIGNS = {
    "Slash": "/",
    "Comma": ",",
    "Period": ".",
    "Semicolon": ";",
    "Quote": "'",
    "Backquote": "`",
    "BracketLeft": "[",
    "BracketRight": "]",
    "Backslash": "\\",
    "Minus": "-",
    "Equal": "=",
}
NAMED = (
    "Tab",
    "Enter",
    "Escape",
    "Space",
    "Backspace",
    "Delete",
    "Insert",
    "Home",
    "End",
    "PageUp",
    "PageDown",
    "ArrowUp",
    "ArrowDown",
    "ArrowLeft",
    "ArrowRight",
    *(f"F{number}" for number in range(1, 13)),
)
CODES = {
    **{chr(letter): f"Key{chr(letter)}" for letter in range(ord("A"), ord("Z") + 1)},
    **{str(digit): f"Digit{digit}" for digit in range(10)},
    **{sign: code for code, sign in SIGNS.items()},
    **{name.upper(): name for name in NAMED},
}
KEYS = {code: key for key, code in CODES.items()} | {name: name for name in NAMED}
OTHER_NAMES = {
    "CTRL": "Control", "CONTROL": "Control", "STRG": "Control", "⌃": "Control",
    "ALT": "Alt", "OPTION": "Alt", "⌥": "Alt",
    "SHIFT": "Shift", "⇧": "Shift",
    "CMD": "Meta", "COMMAND": "Meta", "META": "Meta", "⌘": "Meta",
}  # fmt: skip
SHOWN = {
    "Control": "Ctrl",
    "Escape": "Esc",
    "ArrowUp": "↑",
    "ArrowDown": "↓",
    "ArrowLeft": "←",
    "ArrowRight": "→",
}
SHOWN_ON_MAC = SHOWN | {"Control": "⌃", "Alt": "⌥", "Shift": "⇧", "Meta": "⌘"}
IS_FUNCTION_KEY = re.compile(r"F([1-9]|1[0-2])")


def canonical(written: str) -> str | None:
    """The combination that somebody wrote or pressed ("ctrl + alt + e"), or None where it is none."""
    parts = [part.strip() for part in re.split(r"\+(?!$)|(?<=[⌃⌥⇧⌘])", written.strip()) if part.strip()]
    held = {OTHER_NAMES.get(part.upper(), "") for part in parts[:-1]}
    key = parts[-1] if parts else ""
    code = key if key in KEYS else CODES.get(key.upper())
    if code is None or "" in held:
        return None
    return "+".join([modifier for modifier in MODIFIERS if modifier in held] + [code])


def types_something(combination: str) -> bool:
    """Whether it would write into a text, or move in it: such keys must stay a text's own."""
    *held, code = combination.split("+")
    return not IS_FUNCTION_KEY.fullmatch(code) and not {"Control", "Alt", "Meta"} & set(held)


def shown(combination: str, *, on_mac: bool = False) -> str:
    """As it stands on the keys."""
    parts = [KEYS.get(part, part) for part in combination.split("+")]
    if on_mac:
        return "".join(SHOWN_ON_MAC.get(part, part) for part in parts)
    return "+".join(SHOWN.get(part, part) for part in parts)


def announced(combination: str) -> str:
    """For `aria-keyshortcuts`, which wants the names that a key event has."""
    return "+".join(KEYS.get(part, part) for part in combination.split("+"))


def is_mac(agent: str) -> bool:
    """Whether a browser that calls itself so has a Mac's keyboard."""
    return "Mac OS" in agent
