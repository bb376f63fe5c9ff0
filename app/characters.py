"""What no database keeps of a text."""

import re

LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def storable(text: str) -> str:
    """The text as both engines take it: half a character becomes U+FFFD, a zero character the sign for one, U+2400."""
    return LONE_SURROGATE.sub("\ufffd", text).replace("\0", "\u2400")
