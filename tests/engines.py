"""The two database engines in tests: everything that asks for `database_url` runs on both."""

import pytest


def only_on(engine: str) -> pytest.MarkDecorator:
    """For what concerns one engine alone, such as a locked file: the test runs there and nowhere else."""
    marks = [pytest.mark.postgres] if engine == "postgres" else []
    return pytest.mark.parametrize("engine", [pytest.param(engine, marks=marks)], indirect=True)
