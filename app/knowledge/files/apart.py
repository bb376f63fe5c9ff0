"""Run as a program for one file, with little time, memory and no secrets: `python -m app.knowledge.files.apart KIND`.

The file comes in by standard input; out go a JSON list of [title, body], or `{"why": …}`. Whatever a file does to its
reader, it does it here.
"""

import json
import sys
from collections.abc import Callable

from app.knowledge.files import docx, faq, pdf, texts, web
from app.knowledge.files.found import Found, Unreadable, Why

READERS: dict[str, Callable[[bytes], list[Found]]] = {
    "pdf": pdf.read,
    "docx": docx.read,
    "faq": faq.read,
    "text": texts.read,
    "web": web.read,
}
MOST_SECONDS, MOST_MEMORY = (
    10,
    1024**3,
)  # of the processor; of addresses, of which an idle Python takes a quarter


def main() -> None:
    bound()
    reader = READERS[sys.argv[1]]
    try:
        answer: object = [[one.title, one.body] for one in reader(sys.stdin.buffer.read())]
    except Unreadable as fault:
        answer = {"why": fault.why}
    except (MemoryError, RecursionError):
        answer = {"why": Why.TOO_MUCH}
    except Exception:  # libraries raise nearly every type there is
        answer = {"why": Why.DAMAGED}
    sys.stdout.write(json.dumps(answer))


def bound() -> None:
    """The system ends what takes more; Windows has no such limits, and the clock of whoever started us remains."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
