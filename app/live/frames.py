"""What goes over a stream, as server-sent events."""

import json

HEARTBEAT_SECONDS = 15.0


def frame(*, event: str | None = None, id: int | None = None, data: str = "") -> bytes:
    """One server-sent event. Line ends inside the data become several `data:` lines, which the browser joins again."""
    head = (f"id: {id}\n" if id is not None else "") + (f"event: {event}\n" if event else "")
    lines = data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return (head + "".join(f"data: {line}\n" for line in lines) + "\n").encode()


def hello() -> bytes:
    return frame(event="hello", data=json.dumps({"hb": HEARTBEAT_SECONDS}))


def news(cursor: int, html: str | None) -> bytes:
    """Fragments to swap in; a heartbeat that moves the cursor when nothing of this reader's changed; None: a resync."""
    if html is None:
        return frame(event="resync", id=cursor)
    return frame(id=cursor, data=html) if html else frame(event="hb", id=cursor)


BYE = frame(event="bye")
