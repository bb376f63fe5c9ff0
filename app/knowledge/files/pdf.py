"""The words of a PDF, page by page. Only ever in a process of its own: no library for PDF ends with every file."""

import io

from app.knowledge.files.found import Found, Unreadable, Why, bounded

MOST_PAGES = 300


def read(content: bytes) -> list[Found]:
    """Raises Unreadable: locked by a password, pictures of pages alone, too many of them."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable(Why.LOCKED)
    if len(reader.pages) > MOST_PAGES:
        raise Unreadable(Why.TOO_MANY_PAGES)
    pages: list[str] = []
    for page in reader.pages:
        pages = bounded([*pages, plain(page.extract_text())])
    body = "\n\n".join(filter(None, pages))
    if not body:
        raise Unreadable(Why.NO_TEXT)
    told = reader.metadata.title if reader.metadata else None
    return [Found(" ".join(str(told or "").split()), body)]


def plain(text: str) -> str:
    """Without the margins, which in Markdown would mean something."""
    return "\n".join(line.strip() for line in text.splitlines()).strip()
