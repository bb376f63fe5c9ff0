"""What a text holds that nobody sees: orders to a model can be written in it, so the model does not get it."""

import re

# Flags of regions are a black flag and letters of the tag block, which are meant there and nowhere else.
FLAG = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,7}\U000e007f"
UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
)
JOINING = "\u200c\u200d\ufe00-\ufe0f"  # emoji and many scripts need them, two at once at the most
HIDDEN = re.compile(f"({FLAG})|[{UNSEEN}]|[{JOINING}]{{3,}}")


def seen(text: str) -> str:
    """The text as a person sees it: without the tag block, marks of direction, and letters of no width."""
    return HIDDEN.sub(lambda found: found[1] or "", text)
