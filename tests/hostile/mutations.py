"""Webhook bodies and forms as nobody would write them, made from the recorded ones; the same seed makes the same."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

from tests.hostile.strings import ALL, sendable

PAYLOADS = [
    json.loads(path.read_text())
    for path in sorted((Path(__file__).parent.parent / "payloads").glob("*.json"))
]
ODD_VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 10**30, 1.5, -0.0, 1e308, 5e-324, "", " ", "0",
    "-1", [], {}, [[]],
    [None], [{}], {"": ""}, {"id": None}, [[[[[[]]]]]], ["x"] * 100, {"a": {"b": {"c": {}}}}, "text", "image",
    "reaction", "messages",
]  # fmt: skip
RAW_VALUES = (
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"9" * 5000,
    b"[" * 70 + b"]" * 70,
    b'"\\ud800"',
    b'"\\u0000"',
    b"01",
    b"'x'",
    b"\xff",
)
KEYS = (
    "id", "from", "type", "text", "body", "statuses", "messages", "errors", "contacts", "metadata", "phone_number_id",
    "timestamp",
    "context", "recipient_id", "status", "code", "profile", "wa_id", "user_id", "username", "message_echoes",
    "reaction", "edit", "value",
)  # fmt: skip

Place = tuple[Any, Any]  # what holds it, and its key or index there


def places(node: Any) -> Iterator[Place]:
    """Everything inside, with where it is."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in list(inner):
        yield node, key
        yield from places(value)


def webhook_body(seed: int, number: int) -> bytes:
    """The body of this number in the row that this seed makes; alone or in any order it is the same."""
    chance = Random(f"webhook {seed} {number}")
    document = deepcopy(chance.choice(PAYLOADS))
    for _ in range(chance.randint(1, 6)):
        chance.choice(CHANGES)(document, chance)
    raw = json.dumps(document, ensure_ascii=chance.random() < 0.7).encode("utf-8", "surrogatepass")
    return spoiled(raw, chance) if chance.random() < 0.25 else raw


def some_place(document: Any, chance: Random) -> Place:
    found = list(places(document))
    return chance.choice(found) if found else ({"x": 1}, "x")


def drop(document: Any, chance: Random) -> None:
    holder, key = some_place(document, chance)
    del holder[key]


def repeat(document: Any, chance: Random) -> None:
    holder, key = some_place(document, chance)
    if isinstance(holder, list):
        holder[key:key] = [deepcopy(holder[key]) for _ in range(chance.choice((1, 2, 30)))]
    else:
        holder[chance.choice(KEYS)] = deepcopy(holder[key])


def retype(document: Any, chance: Random) -> None:
    holder, key = some_place(document, chance)
    holder[key] = deepcopy(chance.choice(ODD_VALUES))


def say(document: Any, chance: Random) -> None:
    """A hostile string where something stood; mostly where a string did."""
    strings = [(holder, key) for holder, key in places(document) if isinstance(holder[key], str)]
    holder, key = chance.choice(strings) if strings else some_place(document, chance)
    holder[key] = chance.choice(ALL)


def nest(document: Any, chance: Random) -> None:
    holder, key = some_place(document, chance)
    for _ in range(chance.choice((1, 1, 1, 5, 70))):
        holder[key] = {str(key): holder[key]} if chance.random() < 0.5 else [holder[key]]


def unnest(document: Any, chance: Random) -> None:
    holder, key = some_place(document, chance)
    inner = holder[key]
    if isinstance(inner, dict | list) and inner:
        holder[key] = next(iter(inner.values())) if isinstance(inner, dict) else inner[0]


def rename(document: Any, chance: Random) -> None:
    holder, key = some_place(document, chance)
    if isinstance(holder, dict):
        holder[chance.choice((*KEYS, chance.choice(ALL)))] = holder.pop(key)


def graft(document: Any, chance: Random) -> None:
    """A piece of another body in the place of one of this."""
    there, name = some_place(chance.choice(PAYLOADS), chance)
    here, key = some_place(document, chance)
    here[key] = deepcopy(there[name])


def append(document: Any, chance: Random) -> None:
    """The entries, messages or whatever of another body behind those of this."""
    lists = [holder[key] for holder, key in places(document) if isinstance(holder[key], list)]
    others = [holder[key] for holder, key in places(chance.choice(PAYLOADS)) if isinstance(holder[key], list)]
    if lists and others:
        chance.choice(lists).extend(deepcopy(chance.choice(others)))


CHANGES: tuple[Callable[[Any, Random], None], ...] = (
    drop, repeat, retype, say, say, nest, unnest, rename, graft, append, retype,
)  # fmt: skip


def spoiled(raw: bytes, chance: Random) -> bytes:
    """The same bytes cut, flipped, doubled, or with something in them that is hardly JSON."""
    at = chance.randrange(len(raw) + 1)
    match chance.randrange(6):
        case 0:
            return raw[:at]
        case 1:
            flipped = bytearray(raw)
            for _ in range(chance.randint(1, 8)):
                flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
            return bytes(flipped)
        case 2:
            return raw[:at] + raw[at // 2 :]
        case 3:
            return raw[:at] + chance.randbytes(chance.randint(1, 20)) + raw[at:]
        case 4:
            value = raw.rfind(b":", 0, at) + 1
            return raw[:value] + chance.choice(RAW_VALUES) + raw[raw.find(b",", value) :]
        case _:
            return chance.choice(
                (b"\xef\xbb\xbf" + raw, raw.decode("utf-8", "replace").encode("utf-16"), raw + raw, b"")
            )


FIELDS = (
    "text", "compose_id", "reply_to", "mode", "minutes", "up_to", "name", "locale", "blue_ticks", "theme", "wallpaper",
    "text_size", "undo_send_seconds", "business_name", "instructions",
    "handoff_text", "email", "password", "next", "csrf_token", "command", "keys",
)  # fmt: skip
DOORS = (
    "/c/{}/messages", "/c/{}/mode", "/c/{}/draft", "/c/{}/reading", "/c/{}/turn/stop",
    "/c/{}/resolution", "/c/{}/messages/{}/attempts",
    "/settings",
    "/settings/installation", "/settings/shortcuts", "/settings/shortcuts/defaults", "/sign-in",
)  # fmt: skip
IDS = ("1", "2", "0", "-1", "9" * 18, "9" * 30, "1.5", "%00", "a", "1%20", "%EF%BC%91", "../1")


def form(seed: int, number: int) -> tuple[str, str, bytes]:
    """(path, content type, body) of one POST."""
    chance = Random(f"form {seed} {number}")
    path = chance.choice(DOORS)
    path = path.format(
        *(chance.choice(IDS) if chance.random() < 0.3 else "1" for _ in range(path.count("{}")))
    )
    values = ("1", "claude", "person", "paused", "off", "on", "oi", "pt_BR")
    fields = [
        (chance.choice(FIELDS), sendable(chance.choice(ALL if chance.random() < 0.7 else values)))
        for _ in range(chance.randint(0, 6))
    ]
    if chance.random() < 0.7:
        raw, kind = urlencode(fields).encode(), "application/x-www-form-urlencoded"
    else:
        parts = (
            f'--b\r\nContent-Disposition: form-data; name="{name}"{chance.choice(("", "; filename=a.txt"))}\r\n\r\n{value}\r\n'
            for name, value in fields
        )
        raw, kind = (
            "".join(parts).encode("utf-8", "replace") + b"--b--\r\n",
            "multipart/form-data; boundary=b",
        )
    return path, kind, spoiled(raw, chance) if chance.random() < 0.3 else raw
