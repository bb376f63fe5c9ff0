"""WhatsApp's marks as a phone shows them: *bold*, _italic_, ~struck~ and `code`."""

import re

_MARKED = re.compile(
    r"```(?P<block>.+?)```|`(?P<code>[^`\n]+)`"
    r"|(?<!\w)\*(?P<bold>\S(?:[^*\n]*\S)?)\*(?!\w)"
    r"|(?<!\w)_(?P<italic>\S(?:[^_\n]*\S)?)_(?!\w)"
    r"|(?<!\w)~(?P<struck>\S(?:[^~\n]*\S)?)~(?!\w)",
    re.DOTALL,
)


def spans(text: str) -> list[tuple[str, str]]:
    """Parts in order as (mark, text); mark is "" for plain text. Marks do not nest here."""
    parts: list[tuple[str, str]] = []
    position = 0
    for found in _MARKED.finditer(text):
        parts.append(("", text[position : found.start()]))
        parts.append((str(found.lastgroup), found[str(found.lastgroup)]))
        position = found.end()
    parts.append(("", text[position:]))
    return [(mark, words) for mark, words in parts if words]
