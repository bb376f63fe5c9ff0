"""Guessing is slow, and keeps nobody out for good."""

import asyncio

import pytest

from app.accounts.throttle import Throttle, TooManyTries
from tests.accounts.house import PASSWORD, House

EMAIL = "marta@example.com"
WRONG = {"email": EMAIL, "password": "not the password"}
RIGHT = {"email": EMAIL, "password": PASSWORD}


async def test_after_ten_wrong_tries_the_account_waits_here_but_not_elsewhere(house: House) -> None:
    await house.person()
    async with house.browser("203.0.113.9") as guesser:
        codes = [(await guesser.post("/sign-in", data=WRONG)).status_code for _ in range(12)]
        assert codes == [422] * 10 + [429] * 2
        refused = await guesser.post("/sign-in", data=RIGHT)
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 15 * 60
        assert "15" in refused.text
        assert f'value="{EMAIL}"' in refused.text
    async with house.browser("198.51.100.7") as owner:
        await house.enter(owner)


async def test_an_address_that_tries_many_accounts_waits_too(house: House) -> None:
    await house.person()
    async with house.browser("2001:db8::1") as guesser:
        for number in range(50):
            data = {"email": f"{number}@example.com", "password": "wrong"}
            assert (await guesser.post("/sign-in", data=data)).status_code == 422
    async with house.browser("2001:db8::2") as same_network:
        assert (await same_network.post("/sign-in", data=RIGHT)).status_code == 429
    async with house.browser("2001:db8:0:1::1") as another_network:
        await house.enter(another_network)


async def test_a_burst_of_guesses_gains_nothing(house: House) -> None:
    await house.person()
    async with house.browser() as guesser:
        answers = await asyncio.gather(*(guesser.post("/sign-in", data=WRONG) for _ in range(30)))
    codes = [answer.status_code for answer in answers]
    assert (codes.count(422), codes.count(429)) == (10, 20)
    assert min(int(answer.headers.get("retry-after", 1)) for answer in answers) >= 1


async def test_the_right_password_forgives_the_wrong_ones_before_it(house: House) -> None:
    await house.person()
    async with house.browser() as browser:
        for _round in range(3):
            for _try in range(9):
                assert (await browser.post("/sign-in", data=WRONG)).status_code == 422
            assert (await browser.post("/sign-in", data=RIGHT)).status_code == 303


async def test_right_passwords_never_use_up_an_office_s_tries() -> None:
    throttle = Throttle(per_account=2, per_address=3)
    for number in range(20):
        await throttle.check(f"{number}@example.com", "203.0.113.9")
        with throttle.trying(f"{number}@example.com", "203.0.113.9"):
            await throttle.right(f"{number}@example.com", "203.0.113.9")
    for number in range(3):
        await throttle.wrong(f"{number}@example.com", "203.0.113.9")
    with pytest.raises(TooManyTries):
        await throttle.check("new@example.com", "203.0.113.9")
