"""Getting in, staying in, getting out."""

import logging
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from app import clock
from app.accounts import passwords
from app.accounts.models import SignIn, User
from app.accounts.users import EmailTaken
from app.db import reading, transaction
from app.i18n import _
from tests.accounts.conftest import OpenHouse
from tests.accounts.house import PASSWORD, House

EMAIL = "marta@example.com"
WRONG = {"email": EMAIL, "password": "not the password"}
RIGHT = {"email": EMAIL, "password": PASSWORD}

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "////evil.example/%2f..",
    "https://evil.example",
    "HTTPS://evil.example",
    "http:evil.example",
    "https:/evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    "/\x00/evil.example",
    "https://desk.test@evil.example",
    "/c\\..\\..\\evil.example",
    "",
]


async def test_the_right_password_leads_to_the_page_that_was_asked_for(house: House) -> None:
    await house.person()
    async with house.browser() as browser:
        sent = await browser.get("/c/7?at=9&q=a%20b")
        assert (sent.status_code, sent.headers["location"]) == (
            303,
            "/sign-in?next=%2Fc%2F7%3Fat%3D9%26q%3Da%2520b",
        )
        page = await browser.get(sent.headers["location"])
        assert 'name="next" value="/c/7?at=9&amp;q=a%20b"' in page.text
        answer = await browser.post("/sign-in", data={**RIGHT, "next": "/c/7?at=9&q=a%20b"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/c/7?at=9&q=a%20b")
        assert (await browser.get("/c/7")).text == "room of Marta"
        assert (await browser.get("/sign-in?next=/c/7")).headers["location"] == "/c/7"


@pytest.mark.parametrize("target", ELSEWHERE)
async def test_nobody_is_led_away_from_this_site(house: House, target: str) -> None:
    await house.person()
    async with house.browser() as browser:
        form = await browser.get("/sign-in", params={"next": target})
        assert 'name="next" value="/"' in form.text
        answer = await browser.post("/sign-in", data={**RIGHT, "next": target})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("path", ["//evil.example", "///evil.example/x", "/\\evil.example"])
async def test_a_path_that_looks_like_another_site_is_not_kept(house: House, path: str) -> None:
    await house.person()
    async with house.browser() as browser:
        answer = await browser.get(f"http://desk.test{path}")
    assert answer.headers["location"] == "/sign-in?next=%2F"


async def test_a_wrong_password_keeps_the_email_and_says_one_sentence(house: House) -> None:
    await house.person()
    answers = []
    async with house.browser() as browser:
        for email in (EMAIL, "nobody@example.com"):
            answer = await browser.post("/sign-in", data={"email": email, "password": "wrong"})
            assert answer.status_code == 422
            assert _("E-mail or password is wrong.") in answer.text
            assert f'value="{email}"' in answer.text
            answers.append(answer.text.replace(email, ""))
    assert answers[0] == answers[1]


async def test_the_email_may_be_typed_in_any_case(house: House) -> None:
    await house.person()
    async with house.browser() as browser:
        await house.enter(browser, email=" Marta@EXAMPLE.com ")


async def test_an_email_belongs_to_one_person(house: House) -> None:
    await house.person()
    with pytest.raises(EmailTaken):
        await house.person("MARTA@example.com")


async def test_over_http_the_cookie_is_plain_and_hidden_from_scripts(house: House) -> None:
    await house.person()
    async with house.browser() as browser:
        answer = await browser.post("/sign-in", data=RIGHT)
    name, *flags = answer.headers["set-cookie"].split("; ")
    assert name.startswith("recado=")
    assert {flag.lower() for flag in flags} == {"httponly", "path=/", "samesite=lax", "max-age=604800"}
    assert "strict-transport-security" not in answer.headers


async def test_over_https_the_cookie_is_bound_to_the_host(open_house: OpenHouse) -> None:
    house = open_house(public_url="https://desk.example")
    await house.person()
    async with house.browser() as browser:
        answer = await browser.post("/sign-in", data=RIGHT)
        assert (await browser.get("/room")).status_code == 200
    name, *flags = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-recado=")
    assert {flag.lower() for flag in flags} >= {"httponly", "path=/", "samesite=lax", "secure"}
    assert not any(flag.lower().startswith("domain") for flag in flags)
    assert answer.headers["strict-transport-security"].startswith("max-age=")


async def test_signing_in_gives_a_new_token_and_ends_the_old_one(house: House) -> None:
    await house.person()
    async with house.browser() as browser:
        await house.enter(browser)
        old = browser.cookies["recado"]
        await house.enter(browser)
        assert browser.cookies["recado"] != old
    async with house.browser(cookies={"recado": old}) as thief:
        assert (await thief.get("/room")).status_code == 303


async def test_the_database_does_not_know_the_token(house: House) -> None:
    await house.person()
    async with house.browser() as browser:
        await house.enter(browser)
        async with reading() as session:
            stored = (await session.execute(select(SignIn.token_hash))).scalars().all()
    assert len(stored) == 1
    assert browser.cookies["recado"] not in stored


async def test_signing_out_ends_the_session_on_the_server(house: House) -> None:
    await house.person()
    async with house.browser() as browser:
        csrf = await house.enter(browser)
        token = browser.cookies["recado"]
        answer = await browser.post("/sign-out", data={"csrf_token": csrf})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert "recado" not in browser.cookies
    async with house.browser(cookies={"recado": token}) as thief:
        assert (await thief.get("/room")).status_code == 303


async def test_a_disabled_person_is_out_at_once_and_stays_out(house: House) -> None:
    user = await house.person()
    async with house.browser() as browser:
        await house.enter(browser)
        async with transaction() as session:
            await session.execute(update(User).where(User.id == user.id).values(is_active=False))
        assert (await browser.get("/room")).status_code == 303
        assert (await browser.post("/sign-in", data=RIGHT)).status_code == 422


async def test_a_session_ends_after_eight_idle_hours(house: House) -> None:
    await house.person()
    async with house.browser() as browser:
        await house.enter(browser)
        begin = clock.now()
        with clock.read_from(lambda: begin + timedelta(hours=7, minutes=59)):
            assert (await browser.get("/room")).status_code == 200
        with clock.read_from(lambda: begin + timedelta(hours=15)):
            assert (await browser.get("/room")).status_code == 200
        with clock.read_from(lambda: begin + timedelta(hours=23, seconds=1)):
            assert (await browser.get("/room")).status_code == 303


async def test_a_session_ends_after_seven_days_however_busy(house: House) -> None:
    await house.person()
    async with house.browser() as browser:
        await house.enter(browser)
        begin = clock.now()
        for hours in range(7, 7 * 24, 7):
            with clock.read_from(lambda at=begin + timedelta(hours=hours): at):  # type: ignore[misc]
                assert (await browser.get("/room")).status_code == 200
        with clock.read_from(lambda: begin + timedelta(days=7)):
            assert (await browser.get("/room")).status_code == 303


async def last_seen() -> datetime:
    async with reading() as session:
        return (await session.execute(select(SignIn.seen_at))).scalar_one()


async def test_being_seen_is_noted_once_a_minute_and_never_by_a_stream(house: House) -> None:
    await house.person()
    async with house.browser() as browser:
        await house.enter(browser)
        begin = await last_seen()
        with clock.read_from(lambda: begin + timedelta(seconds=30)):
            await browser.get("/room")
            assert await last_seen() == begin
        with clock.read_from(lambda: begin + timedelta(seconds=90)):
            assert (await browser.get("/live")).status_code == 200
            assert await last_seen() == begin
            await browser.get("/room")
            assert await last_seen() == begin + timedelta(seconds=90)


async def test_no_password_and_no_email_is_ever_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await house.person()
    caplog.clear()  # the database driver tells at DEBUG what it stores, the e-mail too
    async with house.browser() as browser:
        await browser.post("/sign-in", data={"email": EMAIL, "password": "hunter2-hunter2"})
        await browser.post("/sign-in", data=RIGHT)
    ours = [record for record in caplog.records if record.name.startswith("app.")]
    assert {record.message for record in ours} == {"sign-in refused", "signed in"}
    everything = "\n".join(str(vars(record)) for record in caplog.records)
    assert "hunter2" not in everything
    assert PASSWORD not in everything
    assert EMAIL not in "\n".join(str(vars(record)) for record in ours)


async def test_a_hash_with_older_costs_is_renewed_on_signing_in(house: House) -> None:
    from argon2 import PasswordHasher

    user = await house.person()
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    async with transaction() as session:
        await session.execute(update(User).where(User.id == user.id).values(password_hash=old))
    async with house.browser() as browser:
        await house.enter(browser)
        async with reading() as session:
            kept = (await session.execute(select(User.password_hash))).scalar_one()
        assert "m=19456,t=2,p=1" in kept
        await house.enter(browser)


async def test_an_accent_is_the_same_however_the_keyboard_writes_it() -> None:
    composed, decomposed = "informa\u00e7\u00e3o", "informac\u0327a\u0303o"
    assert await passwords.verify(await passwords.hashed(composed), decomposed)


async def test_an_endless_password_is_wrong_and_not_an_error(house: House) -> None:
    await house.person()
    async with house.browser() as browser:
        answer = await browser.post("/sign-in", data={"email": EMAIL, "password": "x" * 100_000})
    assert answer.status_code == 422


async def test_without_a_session_only_a_page_is_sent_to_sign_in(house: House) -> None:
    await house.person()
    async with house.browser() as browser:
        assert (await browser.get("/room", headers={"Accept": "*/*"})).status_code == 303
        assert (await browser.get("/room", headers={"HX-Request": "true"})).status_code == 401
        assert (await browser.get("/room", headers={"Accept": "application/json"})).status_code == 401
        assert (await browser.get("/room", headers={"Sec-Fetch-Dest": "image"})).status_code == 401
        assert (await browser.get("/live")).status_code == 401
        assert (await browser.post("/room")).status_code == 401
        api = await browser.get("/api/v1/contacts")
        assert (api.status_code, api.json()["error"]["code"]) == (401, "not-signed-in")
    async with reading() as session:
        assert (await session.execute(select(func.count()).select_from(SignIn))).scalar_one() == 0
