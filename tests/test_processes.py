"""What is configured about processes: who works, over which bus, and what is refused."""

import pytest

from app.settings import Jobs, Settings, WrongSettings, database_address, load_settings

POSTGRES = "postgres://desk:secret@db.example.com/recado?sslmode=require"


def settings(**given: str) -> Settings:
    return load_settings(recado_env="test", secret_key="s" * 40, **given)


@pytest.mark.parametrize(
    ("database", "bus", "reached"),
    [
        ("sqlite:///x.db", "", ""),
        ("sqlite:///x.db", "memory://", ""),
        (POSTGRES, "memory://", ""),
        (POSTGRES, "", "postgresql://desk:secret@db.example.com/recado?sslmode=require"),
        (POSTGRES, "postgres://", "postgresql://desk:secret@db.example.com/recado?sslmode=require"),
        (POSTGRES, "postgres://desk@direct/recado", "postgresql://desk@direct/recado"),
        (POSTGRES, "redis://cache:6379/0", "redis://cache:6379/0"),
    ],
)
def test_the_bus_is_the_database_itself_unless_told_otherwise(database: str, bus: str, reached: str) -> None:
    assert settings(database_url=database_address(database), bus_url=bus).bus_address == reached


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"bus_url": "postgres://"}, "BUS_URL"),
        ({"bus_url": "amqp://x"}, "BUS_URL"),
        ({"recado_jobs": "apart"}, "RECADO_JOBS"),
        ({"recado_jobs": "elsewhere"}, "RECADO_JOBS"),
    ],
)
def test_what_sqlite_cannot_do_stops_the_start_by_name(given: dict[str, str], named: str) -> None:
    with pytest.raises(WrongSettings, match=named):
        settings(database_url="sqlite:///x.db", **given)


def test_the_work_is_done_inside_unless_told_otherwise() -> None:
    assert settings().recado_jobs is Jobs.INSIDE
    assert settings(database_url=POSTGRES, recado_jobs="apart").recado_jobs is Jobs.APART


def test_a_value_of_the_wrong_kind_is_asked_for_in_plain_words() -> None:
    with pytest.raises(WrongSettings, match=r"^PORT: give a whole number\.$"):
        settings(port="oitenta")
