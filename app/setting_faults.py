"""What is said of an environment variable that has a wrong value."""

from typing import Any

ASKED_FOR = {
    "int_parsing": "give a whole number",
    "float_parsing": "give a number",
    "bool_parsing": "give true or false",
}


def sentence_of(fault: Any) -> str:
    name = ".".join(str(part) for part in fault["loc"][:1]).upper()
    words = ASKED_FOR.get(fault["type"]) or fault["msg"].removeprefix("Value error, ")
    return f"{name}: {words}." if name else f"{words}."
