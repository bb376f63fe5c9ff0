"""When people are at the desk, from whatever the owner typed."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.opening_hours import FIELDS, OpeningHours, checked, expectation

SHOP = OpeningHours(
    dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-12:00, 13:00-19:00")
    | {"saturday": "09:00-14:00", "closed_days": "25/12\n16/02/2027"}
)
BAR = OpeningHours({"friday": "18:00-02:00", "saturday": "18:00-24:00"})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/Sao_Paulo"))


@pytest.mark.parametrize(
    ("hours", "here", "is_open", "opens"),
    [
        (SHOP, "2026-11-27 09:00", True, None),
        (SHOP, "2026-11-27 08:59", False, "2026-11-27 09:00"),
        (SHOP, "2026-11-27 12:00", False, "2026-11-27 13:00"),
        (SHOP, "2026-11-27 19:00", False, "2026-11-28 09:00"),
        (SHOP, "2026-11-28 14:00", False, "2026-11-30 09:00"),
        (SHOP, "2026-12-24 20:00", False, "2026-12-26 09:00"),
        (SHOP, "2027-02-16 10:00", False, "2027-02-17 09:00"),
        (SHOP, "2028-02-16 10:00", True, None),
        (BAR, "2026-11-28 01:59", True, None),
        (BAR, "2026-11-28 02:00", False, "2026-11-28 18:00"),
        (BAR, "2026-11-28 23:59", True, None),
        (BAR, "2026-11-29 00:00", False, "2026-12-04 18:00"),
    ],
)
def test_people_are_there_in_their_hours_and_not_on_closed_days(
    hours: OpeningHours, here: str, is_open: bool, opens: str | None
) -> None:
    assert hours.is_open(at(here)) is is_open
    assert hours.opens_at(at(here)) == (at(opens) if opens else None)


def test_nobody_knows_when_people_come_where_the_owner_has_not_told() -> None:
    assert not OpeningHours({}).are_known
    assert OpeningHours({}).opens_at(at("2026-11-27 09:00")) is None


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("9-18", "09:00-18:00"),
        ("9h às 12h30, 13h30 às 18h", "09:00-12:30, 13:30-18:00"),
        ("09:00 – 12:00 e 14:00 – 18:00", "09:00-12:00, 14:00-18:00"),
        ("8:30 to 24:00", "08:30-24:00"),
        ("Fechado", ""),
        (" ", ""),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, plain: str) -> None:
    assert checked({"monday": typed}) == {"monday": plain}
    assert checked({"monday": plain}) == {"monday": plain}


@pytest.mark.parametrize("typed", ["9", "25-26", "9:75-10", "manhã", "9-9", "9-12-18", "24-3", "9-12,,x"])
def test_what_is_no_span_is_refused_beside_its_field(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked({"tuesday": typed})
    assert refused.value.field == "tuesday"


@pytest.mark.parametrize("typed", ["31/02", "25-12", "Natal", "1/13", "01/01/27"])
def test_a_day_that_no_calendar_has_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked({"closed_days": typed})
    assert refused.value.field == "closed_days"


def test_closed_days_are_kept_one_a_line() -> None:
    assert checked({"closed_days": "25/12, 1/1\r\n16/2/2027 29/2"}) == {
        "closed_days": "25/12\n01/01\n16/02/2027\n29/02"
    }


@given(st.sampled_from(FIELDS), st.text(max_size=200))
def test_no_text_breaks_the_reading(field: str, typed: str) -> None:
    try:
        plain = checked({field: typed})
    except Invalid:
        return
    assert checked(plain) == plain


@pytest.mark.parametrize(
    ("here", "locale", "told"),
    [
        ("2026-11-27 12:30", "pt_BR", "Nossa equipe volta a atender hoje, às 13:00."),
        ("2026-11-27 20:00", "pt_BR", "Nossa equipe volta a atender amanhã, às 09:00."),
        ("2026-11-28 15:00", "pt_BR", "Nossa equipe volta a atender segunda-feira, 30/11, às 09:00."),
        ("2026-11-28 15:00", "en", "Our team answers again on Monday, 30/11, at 09:00."),
        ("2026-11-28 15:00", "es", "Nuestro equipo vuelve a atender el lunes, 30/11, a las 09:00."),
        ("2026-11-27 10:00", "pt_BR", "A espera costuma ser de cerca de 5 minutos."),
    ],
)
def test_a_customer_is_told_what_to_expect(here: str, locale: str, told: str) -> None:
    assert expectation(SHOP, 5, at(here), locale) == told


def test_nothing_is_promised_that_the_owner_has_not_told() -> None:
    assert expectation(OpeningHours({}), 0, at("2026-11-27 10:00"), "pt_BR") == ""
    assert expectation(SHOP, 0, at("2026-11-27 10:00"), "pt_BR") == ""
    assert expectation(OpeningHours({}), 5, at("2026-11-27 10:00"), "pt_BR") != ""
