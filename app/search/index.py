"""The lists of words as each database keeps them: FTS5 on SQLite, GIN on Postgres. Both follow the column `search_text`
by themselves, whoever changes or deletes a row; the migration "what search finds" has made them."""

from typing import Any

from sqlalchemy import FromClause, Select, Table, column, literal_column, select, table
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import cast

from app.search.words import Term, Terms

SUFFIX = "_search"  # what SQLite calls the list of a table's words


def matching(session: AsyncSession, of: Table, terms: Terms, before: int | None = None) -> FromClause:
    """The ids of the rows of this table that have these words, as something to join: `.c.id`. `before`: only lower ones.

    To be read from the highest id on. SQLite's list gives them so, one by one, and stops when it was enough. Postgres
    collects all of them first, apart: else it may walk through the whole table looking for a rare word.
    """
    if session.get_bind().dialect.name == "sqlite":
        name = f"{of.name}{SUFFIX}"
        words = table(name, column("rowid"), column(name))
        found = select(words.c.rowid.label("id")).where(words.c[name].op("MATCH")(for_fts5(terms)))
        return up_to(found, words.c.rowid, before).subquery("matching")
    found = select(of.c.id).where(vector_of(of).op("@@")(cast(for_gin(terms), TSQUERY)))
    return up_to(found, of.c.id, before).cte("matching").prefix_with("MATERIALIZED", dialect="postgresql")


def up_to(found: Select[Any], key: Any, before: int | None) -> Select[Any]:
    return found if before is None else found.where(key < before)


def vector_of(of: Table) -> Any:
    """The expression that the index of Postgres is on. Its own parser, which has another idea of words, sees nothing."""
    return literal_column(f"array_to_tsvector(string_to_array({of.name}.search_text, ' '))")


def for_fts5(terms: Terms) -> str:
    """In words' quotes FTS5 reads no command, and `words.py` leaves no quote in a word."""
    return " AND ".join(f"({' OR '.join(map(fts5_term, group))})" for group in terms)


def fts5_term(term: Term) -> str:
    return f'"{term.word}" *' if term.begins else f'"{term.word}"'


def for_gin(terms: Terms) -> str:
    return " & ".join(f"({' | '.join(map(gin_term, group))})" for group in terms)


def gin_term(term: Term) -> str:
    return f"'{term.word}':*" if term.begins else f"'{term.word}'"
