"""Numbers that Claude need not see: a CPF, a card. Known by their check digits, so that an order's number stays."""

import re
from typing import Any

from app.assistant.replies import Block

CPF_WORD, CARD_WORD = "[CPF]", "[cartão]"
CPF = re.compile(r"(?<![\d.,/-])\d{3}\.?\d{3}\.?\d{3}[-/ ]?\d{2}(?!\d|[.,/-]\d)")
CARD = re.compile(
    r"(?<!\d)(?:\d{4}([ .-]?)\d{4}\1\d{4}\1\d{4}|3\d{3}([ -]?)\d{6}\2\d{4,5}|[2-6]\d{12,18})(?!\d)"
)
TOLD = {
    "text",
    "tool_result",
    "search_result",
}  # blocks with somebody's words; files and Claude's thoughts stay as they are


def hidden(text: str) -> str:
    """The text with a word for each valid CPF and each valid number of a card."""
    without = CARD.sub(lambda found: CARD_WORD if is_card(digits_of(found[0])) else found[0], text)
    return CPF.sub(lambda found: CPF_WORD if is_cpf(digits_of(found[0])) else found[0], without)


def hidden_in(value: Any) -> Any:
    """The same for every text of a message of the API's, which itself stays as it is."""
    match value:
        case str():
            return hidden(value)
        case list():
            return [hidden_in(one) for one in value]
        case {"role": _, "content": content}:
            return value | {"content": hidden_in(content)}
        case {"type": kind} if kind in TOLD:
            return hidden_block(value)
    return value


def hidden_block(block: Block) -> Block:
    return block | {name: hidden_in(block[name]) for name in ("text", "title", "content") if name in block}


def digits_of(text: str) -> list[int]:
    return [int(one) for one in text if one.isdecimal()]


def is_cpf(digits: list[int]) -> bool:
    """Eleven digits, the last two of which follow from the others."""
    return len(set(digits)) > 1 and all(digits[place] == cpf_check(digits[:place]) for place in (9, 10))


def cpf_check(digits: list[int]) -> int:
    weights = range(len(digits) + 1, 1, -1)
    return sum(one * weight for one, weight in zip(digits, weights, strict=True)) * 10 % 11 % 10


def is_card(digits: list[int]) -> bool:
    """Luhn's sum; nothing but zeros is no card."""
    doubled = [divmod(2 * one, 10) for one in digits[-2::-2]]
    return any(digits) and (sum(digits[-1::-2]) + sum(map(sum, doubled))) % 10 == 0
