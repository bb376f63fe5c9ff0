"""Other sites in the attendant's browser change nothing."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from app.accounts.forgery import comes_from_us
from tests.accounts.conftest import SECRET, OpenHouse
from tests.accounts.house import HEADER, PASSWORD, House, csrf_of

URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
OUR_ORIGIN = "http://desk.test"

FORGERIES: dict[str, dict[str, str]] = {
    "null origin": {"Origin": "null"},
    "another site": {"Origin": "https://evil.example"},
    "a subdomain": {"Origin": "http://sub.desk.test"},
    "a parent domain": {"Origin": "http://test"},
    "another port": {"Origin": "http://desk.test:8080"},
    "our name in another's": {"Origin": "http://desk.test.evil.example"},
    "our name as a user": {"Origin": "http://desk.test@evil.example"},
    "an empty origin": {"Origin": ""},
    "cross-site": {"Sec-Fetch-Site": "cross-site"},
    "same-site, not same-origin": {"Sec-Fetch-Site": "same-site"},
    "our origin but cross-site": {"Origin": OUR_ORIGIN, "Sec-Fetch-Site": "cross-site"},
}


@pytest.fixture
async def browser(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    await house.person()
    async with house.browser() as browser:
        await house.enter(browser)
        yield browser


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_request_from_elsewhere_is_refused_even_with_the_token(
    house: House, browser: httpx2.AsyncClient, name: str
) -> None:
    headers = {HEADER: await csrf_of(browser), **FORGERIES[name]}
    assert (await browser.post("/room", headers=headers)).status_code == 403
    assert house.changes == 0


@pytest.mark.parametrize("name", FORGERIES)
async def test_nobody_is_signed_in_from_elsewhere(house: House, name: str) -> None:
    await house.person()
    async with house.browser() as browser:
        data = {"email": "marta@example.com", "password": PASSWORD}
        answer = await browser.post("/sign-in", data=data, headers=FORGERIES[name])
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_changing_request_needs_the_token(
    house: House, browser: httpx2.AsyncClient, method: str
) -> None:
    csrf = await csrf_of(browser)
    wrong = ("0" if csrf[0] != "0" else "1") + csrf[1:]
    for headers in ({}, {HEADER: ""}, {HEADER: wrong}, {HEADER: csrf.upper() + "x"}, {HEADER: "ã"}):
        encoded = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
        assert (await browser.request(method, "/room", headers=encoded)).status_code == 403
    assert house.changes == 0
    right = {HEADER: csrf, "Origin": OUR_ORIGIN, "Sec-Fetch-Site": "same-origin"}
    assert (await browser.request(method, "/room", headers=right)).status_code == 200
    assert house.changes == 1


async def test_the_token_may_be_a_form_field_and_the_door_still_reads_the_form(
    house: House, browser: httpx2.AsyncClient
) -> None:
    fields = {"csrf_token": await csrf_of(browser), "word": "olá"}
    plain = await browser.post("/room", data=fields)
    assert (plain.status_code, plain.text) == (200, "olá")
    parts = {"photo": ("a.png", b"\x89PNG" * 20_000, "image/png")}
    with_file = await browser.post("/room", data=fields, files=parts)
    assert (with_file.status_code, with_file.text) == (200, "olá")
    assert house.changes == 2


async def test_the_token_counts_only_where_only_our_page_can_put_it(
    house: House, browser: httpx2.AsyncClient
) -> None:
    csrf = await csrf_of(browser)
    body = f"csrf_token={csrf}"
    assert (await browser.post(f"/room?csrf_token={csrf}")).status_code == 403
    assert (
        await browser.post("/room", content=body, headers={"Content-Type": "text/plain"})
    ).status_code == 403
    assert (await browser.post("/room", json={"csrf_token": csrf})).status_code == 403
    as_file = {"csrf_token": ("t", csrf.encode(), "text/plain")}
    assert (await browser.post("/room", files=as_file)).status_code == 403
    for broken in (
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "multipart/form-data; boundary=",
    ):
        answer = await browser.post("/room", content=body, headers={"Content-Type": broken})
        assert answer.status_code == 403
    assert (await browser.post("/room", content="a=&" * 5000, headers=URLENCODED)).status_code == 403
    override = {"X-HTTP-Method-Override": "GET"}
    assert (await browser.post("/room", data={"_method": "GET"}, headers=override)).status_code == 403
    assert house.changes == 0


async def test_another_session_s_token_does_not_count(house: House, browser: httpx2.AsyncClient) -> None:
    await house.person("ana@example.com")
    async with house.browser() as other:
        csrf = await house.enter(other, "ana@example.com")
    assert (await browser.post("/room", headers={HEADER: csrf})).status_code == 403


async def test_getting_changes_nothing(house: House, browser: httpx2.AsyncClient) -> None:
    for path in ("/sign-out", "/settings/installation"):
        assert (await browser.get(path)).status_code == 405
    assert (await browser.get("/settings?blue_ticks=on")).status_code == 200
    page = (await browser.get("/settings")).text
    assert 'name="blue_ticks" value="on" checked' not in page
    assert (await browser.get("/room")).status_code == 200


async def test_a_page_opened_before_the_secret_was_replaced_still_works(open_house: OpenHouse) -> None:
    new = "the second secret of this test and long enough"
    before = open_house()
    await before.person()
    async with before.browser() as browser:
        csrf = await before.enter(browser)
        cookies = {"recado": browser.cookies["recado"]}
    async with open_house(secret_key=f"{new},{SECRET}").browser(cookies=cookies) as during:
        fresh = await csrf_of(during)
        assert fresh != csrf
        for token in (csrf, fresh):
            assert (await during.post("/room", headers={HEADER: token})).status_code == 200
    async with open_house(secret_key=new).browser(cookies=cookies) as after:
        assert (await after.post("/room", headers={HEADER: fresh})).status_code == 200
        assert (await after.post("/room", headers={HEADER: csrf})).status_code == 403


def test_our_origin_is_the_public_address_and_the_host_that_was_asked() -> None:
    def ours(origin: str, *, host: str = "desk.test", scheme: str = "http", public_url: str = "") -> bool:
        return comes_from_us(origin=origin, fetch_site=None, host=host, scheme=scheme, public_url=public_url)

    assert ours("http://desk.test")
    assert ours("https://desk.test")  # a proxy in front may speak https
    assert ours("http://desk.test", host="desk.test:80")
    assert ours("http://[::1]:8000", host="[::1]:8000")
    assert ours("https://desk.example", host="inside:8080", public_url="https://desk.example")
    assert not ours("http://desk.example", host="inside:8080", public_url="https://desk.example")
    assert not ours("https://desk.test", public_url="http://desk.test")
    assert not ours("http://desk.test:99999999", host="desk.test:99999999")
    assert not ours("null", host="null")


async def test_too_large_a_body_is_refused_announced_or_not(
    house: House, browser: httpx2.AsyncClient
) -> None:
    headers = {HEADER: await csrf_of(browser), **URLENCODED}
    large = b"word=" + b"x" * 1024 * 1024

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 65536):
            yield large[start : start + 65536]

    assert (await browser.post("/room", content=large, headers=headers)).status_code == 413
    assert (await browser.post("/room", content=in_pieces(), headers=headers)).status_code == 413
    assert (await browser.post("/room", content=in_pieces(), headers=URLENCODED)).status_code == 413
    assert (await browser.post("/sign-in", content=in_pieces(), headers=URLENCODED)).status_code == 413
    webhook = await browser.post("/webhooks/whatsapp", content=large)
    assert (webhook.status_code, webhook.text) == (200, str(len(large)))


async def test_every_answer_carries_the_security_headers(house: House, browser: httpx2.AsyncClient) -> None:
    for path in ("/room", "/sign-in", "/nowhere", "/static/nothing.css"):
        headers = (await browser.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy.replace(
            "style-src-attr 'unsafe-inline'", ""
        )  # the emoji picker's columns
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["referrer-policy"] == "same-origin"
    assert (await browser.get("/room")).headers["cache-control"] == "no-store"
