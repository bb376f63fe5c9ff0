"""How the first admin comes to be, and people after that."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from app import clock
from app.accounts.models import Role, User
from app.accounts.users import ensure_admin
from app.attention.models import ReadCursor
from app.contacts.models import Contact
from app.conversations.models import Conversation
from app.db import reading, transaction
from app.settings import HOME, load_settings
from app.whatsapp.models import Number
from tests.accounts.conftest import OpenHouse
from tests.accounts.house import PASSWORD, House

FORM = {"name": "Dona", "email": "dona@example.com", "password": PASSWORD, "password_again": PASSWORD}
PRODUCTION = {"recado_env": "production", "whatsapp_app_secret": "x" * 32, "whatsapp_verify_token": "verify"}


async def everybody() -> list[User]:
    async with reading() as session:
        found = (await session.execute(select(User))).scalars().all()
        return list(found)


async def test_in_development_the_first_page_makes_the_admin_and_signs_in(open_house: OpenHouse) -> None:
    house = open_house(recado_env="development")
    async with house.browser() as browser:
        page = await browser.get("/")
        assert page.status_code == 200
        assert 'action="/first-run"' in page.text
        assert (await browser.get("/sign-in")).headers["location"] == "/"
        answer = await browser.post("/first-run", data={**FORM, "role": "attendant"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert (await browser.get("/")).text == "room of Dona"
    (admin,) = await everybody()
    assert (admin.email, admin.role) == ("dona@example.com", Role.ADMIN)


async def test_in_production_the_first_page_only_explains(open_house: OpenHouse) -> None:
    house = open_house(**PRODUCTION)
    async with house.browser() as browser:
        page = await browser.get("/")
        assert page.status_code == 200
        assert "<form" not in page.text
        assert "ADMIN_EMAIL" in page.text
        assert "create-user" in page.text
        assert (await browser.post("/first-run", data=FORM)).status_code == 404
    assert await everybody() == []


async def test_once_somebody_exists_there_is_no_first_page(open_house: OpenHouse) -> None:
    house = open_house(recado_env="development")
    await house.person()
    async with house.browser() as browser:
        assert (await browser.get("/")).headers["location"] == "/sign-in?next=%2F"
        assert (await browser.get("/first-run")).status_code == 404
        assert (await browser.post("/first-run", data=FORM)).status_code == 404
        elsewhere = {"Origin": "https://evil.example"}
        assert (await browser.post("/first-run", data=FORM, headers=elsewhere)).status_code == 403


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("email", "dona"),
        ("email", "do na@example.com"),
        ("email", "x" * 250 + "@example.com"),
        ("name", "  "),
        ("name", "a\x00b"),
        ("password", "short"),
        ("password", "x" * 257),
        ("password", "dona@example.com"),
        ("password_again", "another password"),
    ],
)
async def test_a_wrong_field_says_so_beside_itself(house: House, field: str, wrong: str) -> None:
    data = {**FORM, field: wrong}
    if field == "password":
        data["password_again"] = wrong
    async with house.browser() as browser:
        answer = await browser.post("/first-run", data=data)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert answer.text.count('role="alert"') == 1
    assert PASSWORD not in answer.text
    assert await everybody() == []


async def test_the_environment_makes_the_admin_only_while_nobody_exists(database: str) -> None:
    settings = load_settings(
        recado_env="test",
        secret_key="s" * 32,
        admin_email="Owner@Example.com",
        admin_password=PASSWORD,
    )
    for expected in (True, False):
        async with transaction() as session:
            assert (await ensure_admin(session, settings) is not None) is expected
    (admin,) = await everybody()
    assert (admin.email, admin.role) == ("owner@example.com", Role.ADMIN)


async def test_two_processes_that_start_at_once_make_one_admin(database: str) -> None:
    settings = load_settings(
        recado_env="test", secret_key="s" * 32, admin_email="owner@example.com", admin_password=PASSWORD
    )

    async def start() -> bool:
        async with transaction() as session:
            return await ensure_admin(session, settings) is not None

    assert sorted(await asyncio.gather(*(start() for _ in range(4)))) == [False, False, False, True]
    assert len(await everybody()) == 1


async def test_a_new_person_starts_with_nothing_unread(house: House) -> None:
    async with transaction() as session:
        number = Number(phone_number_id="1", created_at=clock.now())
        contact = Contact(name="Ana", username=None, created_at=clock.now())
        session.add_all([number, contact])
        await session.flush()
        at = clock.now()
        values = {"number_id": number.id, "contact_id": contact.id, "mode": "claude", "created_at": at}
        counts = {"last_activity_at": at, "last_position": 9, "inbound_count": 4}
        await session.execute(insert(Conversation).values(**values, **counts))
    user = await house.person()
    async with reading() as session:
        (cursor,) = (await session.execute(select(ReadCursor))).scalars().all()
        assert (cursor.user_id, cursor.position, cursor.inbound_seen) == (user.id, 9, 4)


COMMAND = """
import asyncio, sys
from app.accounts.commands import create_user_command
asyncio.run(create_user_command(*sys.argv[1:]))
"""


async def run_command(
    database_url: str, folder: Path, password: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(HOME),
        "DATABASE_URL": database_url,
        "RECADO_ENV": "test",
        "SECRET_KEY": "s" * 32,
    }
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", COMMAND, *arguments],
        input=password,
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
        check=False,
    )


async def test_create_user_takes_the_password_from_a_line_of_standard_input_beside_a_running_app(
    house: House, database_url: str, tmp_path: Path
) -> None:
    await house.person("first@example.com")
    ana = ("Ana@example.com", "Ana", "supervisor")
    done = await run_command(database_url, tmp_path, f"{PASSWORD}\nignored\n", *ana)
    assert done.returncode == 0, done.stderr
    async with house.browser() as browser:
        await house.enter(browser, "ana@example.com")
    again = await run_command(database_url, tmp_path, f"{PASSWORD}\n", *ana)
    assert again.returncode != 0
    assert "EmailTaken" in again.stderr
    short = await run_command(database_url, tmp_path, "short\n", "b@example.com", "B", "admin")
    assert "Invalid" in short.stderr
    assert {user.email for user in await everybody()} == {"first@example.com", "ana@example.com"}


async def test_create_user_names_the_command_when_the_schema_is_older(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    done = await run_command(url, tmp_path, f"{PASSWORD}\n", "a@example.com", "A", "admin")
    assert done.returncode != 0
    assert "python -m app migrate" in done.stderr
