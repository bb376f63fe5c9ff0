"""Parting a long text into messages where a reader would pause.

A length here is in UTF-16 units, as phones count, which is never less than code points.
"""

import re
from itertools import accumulate, pairwise, takewhile

from app.whatsapp.graphemes import breaks_before, cut_at_most
from app.whatsapp.spans import ADDRESS, FENCE, INLINE_CODE

WHATSAPP_LIMIT = 4096
SMALLEST_LIMIT = 16  # a code block must fit in with its fences
FULL_ENOUGH = 3  # a cut that fills less than a third waits for a finer one

EMPTY_LINE = re.compile(r"\n[ \t]*\n\s*")
LINE_END = re.compile(r"\n\s*")
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[.!?…][\"')\]”’*_])\s+")
SPACE = re.compile(r"\s+")
CUTS = (EMPTY_LINE, LINE_END, SENTENCE_END, SPACE)

UNBREAKABLE = re.compile(f"{INLINE_CODE}|{ADDRESS}", re.IGNORECASE)
LIST_ITEM = re.compile(r"^[ \t]*(?:[-*•+]|[0-9]{1,9}[.)])[ \t]+\S[^\n]*(?:\n[ \t]+\S[^\n]*)*", re.MULTILINE)
OPEN, CLOSE = "```\n", "\n```"

Stretch = tuple[int, int]  # where a cut must not fall: after the first position and before the second


def split_for_whatsapp(text: str, limit: int = WHATSAPP_LIMIT, pieces: int = 1) -> list[str]:
    """The text as messages of at most `limit`, in order; [] when it is blank.

    As few as the limit allows, or up to `pieces` of about the same length when it has empty lines to part at.
    Cuts fall at empty lines, else line ends, sentences, words; within a list item, a code block (closed and
    opened again) or an address only when it alone is too long, and never within what is read as one
    character, unless that alone is. Only white space is lost. Raises ValueError for a limit under 16.
    """
    if limit < SMALLEST_LIMIT:
        raise ValueError(f"a limit under {SMALLEST_LIMIT}")
    messages: list[str] = []
    for part in _parts(text.strip(), pieces):
        messages += _within(part, limit)
    return messages


def _parts(text: str, pieces: int) -> list[str]:
    """The text at its empty lines, brought together again to at most so many parts."""
    paragraphs = _paragraphs(text)
    wanted = min(max(pieces, 1), len(paragraphs))
    ends = list(accumulate(len(paragraph) for paragraph in paragraphs))
    parts: list[list[str]] = []
    for position, paragraph in enumerate(paragraphs):
        left = len(paragraphs) - position
        is_due = not parts or ends[position - 1] >= len(parts) * ends[-1] / wanted
        if len(parts) < wanted and (is_due or left <= wanted - len(parts)):
            parts.append([])
        parts[-1].append(paragraph)
    return ["\n\n".join(part) for part in parts]


def _paragraphs(text: str) -> list[str]:
    inside = _inside([block.span() for block in FENCE.finditer(text)], len(text))
    cuts = [found.span() for found in EMPTY_LINE.finditer(text) if not inside[found.start()]]
    edges = [0, *(edge for cut in cuts for edge in cut), len(text)]
    return [text[start:end] for start, end in list(pairwise(edges))[::2] if text[start:end].strip()]


def _within(text: str, limit: int) -> list[str]:
    messages: list[str] = []
    rest = text.strip()
    while _fitting(rest, limit) < len(rest):
        message, rest = _first(rest, limit)
        messages.append(message)
    return [message for message in (*messages, rest) if message]


def _first(text: str, limit: int) -> tuple[str, str]:
    """The first message and what is left of the text, which is too long for one."""
    longest = _fitting(text, limit)
    block = FENCE.match(text)
    if block and block.end() > longest:
        return _first_of_code(text, block, limit)
    cut = _best_cut(text, longest)
    return text[:cut].rstrip(), text[cut:].lstrip()


def _first_of_code(text: str, block: re.Match[str], limit: int) -> tuple[str, str]:
    """As much of a code block as fits, closed, and the rest of it, opened again."""
    longest = _fitting(text, limit - len(CLOSE))
    start = len(OPEN) if text.startswith(OPEN) else len(OPEN) - 1
    line_end = text.rfind("\n", start + 1, longest + 1)
    cut = line_end if line_end > 0 else cut_at_most(text, longest)
    cut = cut if cut > start else longest  # never only the fence, or this would not end
    code = text[cut : block.end(1)].lstrip("\n")
    after = text[block.end() :]
    rest = f"{OPEN}{code}{text[block.end(1) : block.end()]}{after}" if code.strip() else after.lstrip()
    return (text[:cut].rstrip() + CLOSE if text[start:cut].strip() else ""), rest


def _best_cut(text: str, longest: int) -> int:
    """Where to end the first message: the coarsest cut that fills enough of it, else any, else by force."""
    view = text[: longest + 1]
    firm = _firm(text, view)
    soft = [found.span() for found in LIST_ITEM.finditer(view)]
    if soft and soft[-1][1] == len(view):
        soft[-1] = (soft[-1][0], len(view) + 1)
    everything, only_firm = _inside(firm + soft, len(view)), _inside(firm, len(view))
    for inside, least in ((everything, longest // FULL_ENOUGH), (everything, 1), (only_firm, 1)):
        for pattern in CUTS:
            if cut := _last_cut(view, pattern, inside, max(least, 1), longest):
                return cut
    # One thing from the start that is longer than a message, or one that begins behind a long word.
    begun = next((start for start, end in firm if 0 < start <= longest < end), 0)
    return begun or cut_at_most(text, longest)


def _firm(text: str, view: str) -> list[Stretch]:
    """Code and addresses in view. What reaches its end may go on behind it: no cut right there."""
    blocks = [
        block.span() for block in takewhile(lambda block: block.start() < len(view), FENCE.finditer(text))
    ]
    in_code = _inside(blocks, len(view))
    inner = [found.span() for found in UNBREAKABLE.finditer(view) if not in_code[found.start()]]
    return sorted([*blocks, *((start, end + (end == len(view))) for start, end in inner)])


def _last_cut(view: str, pattern: re.Pattern[str], inside: bytearray, least: int, most: int) -> int:
    """The last allowed cut of this kind between these positions, 0 when there is none."""
    best = 0
    for found in pattern.finditer(view):
        cut = found.start()
        # A space that carries a combining mark is a character of its own.
        is_whole = breaks_before(view, cut) and breaks_before(view, found.end())
        if least <= cut <= most and is_whole and not inside[cut]:
            best = cut
    return best


def _inside(stretches: list[Stretch], length: int) -> bytearray:
    """For each position up to this length, 1 where a cut would fall into one of the stretches."""
    inside = bytearray(length + 1)
    for start, end in stretches:
        end = min(end, length + 1)
        inside[start + 1 : end] = b"\1" * max(end - start - 1, 0)
    return inside


def _fitting(text: str, limit: int) -> int:
    """How many code points from the start have at most this length."""
    units = 0
    for position, char in enumerate(text[: limit + 1]):
        units += 2 if ord(char) > 0xFFFF else 1
        if units > limit:
            return position
    return min(len(text), limit)
