"""A small base, all of it: complete, and the same each time."""

import pytest

from app.db import reading, transaction
from app.knowledge import articles
from app.knowledge.articles import Wanted
from app.knowledge.whole import whole
from tests.knowledge.knowing import know

pytestmark = pytest.mark.usefixtures("opened")


async def known(most_tokens: int = 1000) -> list[tuple[str, str]] | None:
    async with reading() as session:
        found = await whole(session, most_tokens)
        return None if found is None else [(one.title, one.body) for one in found]


async def test_all_that_is_published_stands_there_in_the_order_in_which_it_was_written() -> None:
    assert await known() == []
    late = await know("Trocas", "Em sete dias.")
    await know("Rascunho", "Ainda não.", is_published=False)
    await know("Entregas", "Em todo o Brasil.")
    expected = [("Trocas", "Em sete dias."), ("Entregas", "Em todo o Brasil.")]
    assert await known() == expected
    async with transaction() as session:
        await articles.change(session, late, Wanted("Trocas", "Em sete dias."), None)
    assert await known() == expected
    async with transaction() as session:
        await articles.remove(session, late)
    assert await known() == [("Entregas", "Em todo o Brasil.")]


async def test_what_is_larger_than_the_limit_is_not_given() -> None:
    await know("Entregas", "palavra " * 1000)
    assert await known(3000) is None
    assert await known(4000) is not None
    await know("Símbolos", "🙂" * 3000)
    assert await known(4000 + 3000) is None
