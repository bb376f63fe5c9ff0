"""How much of a text somebody has changed: Levenshtein's distance, by Myers' and Hyyrö's way with whole columns as bits."""

from collections import defaultdict

LONGEST = 8192  # characters of each text that are compared; what a customer gets is never longer


def difference(before: str, after: str) -> float:
    """0 for the same, 1 for nothing in common: how many characters must be put in, taken out or replaced, as a share of
    the longer text. Some 30 ms for two texts of LONGEST, 1 ms for two of a thousand."""
    before, after = before[:LONGEST], after[:LONGEST]
    longer = max(len(before), len(after))
    return distance(before, after) / longer if longer else 0.0


def distance(before: str, after: str) -> int:
    """Each step takes one character of `after`: the bits of `rising` and `falling` say where a column of the usual table
    is one more, or one less, than the row above."""
    if not before:
        return len(after)
    everywhere, last = (1 << len(before)) - 1, 1 << (len(before) - 1)
    places: dict[str, int] = defaultdict(int)
    for place, letter in enumerate(before):
        places[letter] |= 1 << place
    rising, falling, found = everywhere, 0, len(before)
    for letter in after:
        same = places.get(letter, 0)
        upright = same | falling
        across = (((same & rising) + rising) ^ rising) | same
        more, less = falling | ~(across | rising), rising & across
        found += 1 if more & last else -1 if less & last else 0
        more, less = more << 1 | 1, less << 1
        rising = (less | ~(upright | more)) & everywhere
        falling = more & upright & everywhere
    return found
