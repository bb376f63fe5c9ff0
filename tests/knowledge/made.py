"""Files that somebody may bring, well made and hostile, each made here."""

import io
import zipfile
import zlib
from collections.abc import Mapping

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STYLES = """<w:style w:styleId="Ttulo1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="Ttulo"><w:name w:val="Title"/></w:style>"""


def docx(body: str, *, before: str = "", styles: str = STYLES) -> bytes:
    """A Word document with these paragraphs (WordprocessingML)."""
    document = (
        f'<?xml version="1.0"?>{before}<w:document xmlns:w="{NAMESPACE}"><w:body>{body}</w:body></w:document>'
    )
    about = f'<w:styles xmlns:w="{NAMESPACE}">{styles}</w:styles>'
    return packed({"word/document.xml": document.encode(), "word/styles.xml": about.encode()})


def paragraph(words: str, style: str = "", more: str = "") -> str:
    told = f'<w:pPr>{f"""<w:pStyle w:val="{style}"/>""" if style else ""}{more}</w:pPr>'
    return f"<w:p>{told}<w:r><w:t>{words}</w:t></w:r></w:p>"


def packed(parts: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as into:
        for name, content in parts.items():
            into.writestr(name, content)
    return made.getvalue()


def pdf(*pages: str, kids: str = "", packed_as: bytes = b"") -> bytes:
    """A PDF of one line a page. `kids`: what its tree of pages says instead of naming them; `packed_as`: a page's
    content, deflated."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", ""]
    font = "<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>>>>>"
    streams: dict[int, bytes] = {}
    for words in pages:
        place = len(objects) + 1
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources{font}/Contents {place + 1} 0 R>>",
            "",
        ]
        content = packed_as or zlib.compress(f"BT /F1 12 Tf 50 700 Td ({words}) Tj ET".encode("cp1252"))
        streams[place + 1] = content
    named = kids or " ".join(f"{place} 0 R" for place in range(3, len(objects) + 1, 2))
    objects[1] = f"<</Type/Pages/Kids[{named}]/Count {max(1, len(pages))}>>"
    made, places = b"%PDF-1.4\n", []
    for number, words in enumerate(objects, 1):
        places.append(len(made))
        stream = streams.get(number)
        if stream is not None:
            head = f"<</Length {len(stream)}/Filter/FlateDecode>>stream\n".encode()
            made += f"{number} 0 obj\n".encode() + head + stream + b"\nendstream\nendobj\n"
        else:
            made += f"{number} 0 obj\n{words}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(made)}\n%%EOF"
    return made + end.encode()


def locked_pdf() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("Segredo"))))
    writer.encrypt("senha", algorithm="AES-256")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def many_zeros(megabytes: int) -> bytes:
    """Deflated a thousandfold."""
    packing = zlib.compressobj(9)
    return b"".join([*(packing.compress(b" " * 2**20) for _ in range(megabytes)), packing.flush()])


BOMB = "<!DOCTYPE a [" + '<!ENTITY a0 "aaaaaaaaaa">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
) + "]>"  # fmt: skip
LOOPING_CONTENT = zlib.compress(b"BT " + b"( a ) Tj " * 10)
DEEP = "<w:p>" * 100_000
