"""A table of questions and answers (CSV): each row becomes an article."""

import csv
import io
from collections.abc import Sequence

from app.knowledge.files.found import Found, Unreadable, Why
from app.knowledge.files.texts import decoded
from app.search.words import folded

QUESTIONS = {"question", "pergunta", "pregunta", "duvida"}
ANSWERS = {"answer", "resposta", "respuesta"}
MOST_ROWS = 2000
LONGEST_TITLE = 200


def read(content: bytes) -> list[Found]:
    """Rows without question or answer are passed over. Raises Unreadable."""
    text = decoded(content)
    for sign in ";,\t":
        columns = columns_in(text.partition("\n")[0], sign)
        if columns is not None:
            return rows_in(text, sign, *columns)
    raise Unreadable(Why.NO_COLUMNS)


def columns_in(heading: str, sign: str) -> tuple[int, int] | None:
    names = [folded(one).strip() for one in next(csv.reader([heading], delimiter=sign), [])]
    places = [
        next((place for place, name in enumerate(names) if name in known), -1)
        for known in (QUESTIONS, ANSWERS)
    ]
    return None if -1 in places else (places[0], places[1])


def rows_in(text: str, sign: str, question: int, answer: int) -> list[Found]:
    made: list[Found] = []
    try:
        for row in list(csv.reader(io.StringIO(text, newline=""), delimiter=sign))[1:]:
            made += article_of(row, question, answer)
    except csv.Error as problem:
        raise Unreadable(Why.DAMAGED) from problem
    if len(made) > MOST_ROWS:
        raise Unreadable(Why.TOO_MANY_ROWS)
    return made


def article_of(row: Sequence[str], question: int, answer: int) -> list[Found]:
    if len(row) <= max(question, answer) or not (row[question].strip() and row[answer].strip()):
        return []
    asked, said = " ".join(row[question].split()), row[answer].strip()
    return [Found(asked, said) if len(asked) <= LONGEST_TITLE else Found(asked, f"{asked}\n\n{said}")]
