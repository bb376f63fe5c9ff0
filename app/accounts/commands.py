"""`python -m app create-user`: makes somebody beside a running app."""

import getpass
import sys
from typing import Any

from sqlalchemy import event

from app.accounts.models import User
from app.accounts.users import create_user
from app.db import Database, close_database, open_database, transaction
from app.errors import AppError, Invalid
from app.i18n import N_
from app.migrate import fits
from app.settings import load_settings


class OtherSchema(AppError):
    status = 503
    code = "other-schema"
    words = N_("The database is not at this version's schema. Run `python -m app migrate` first.")


async def create_user_command(email: str, name: str, role: str) -> User:
    """Ask for a password and make this person.

    Raises WrongSettings, OtherSchema, EmailTaken or Invalid, each with a sentence to show.
    """
    settings = load_settings()
    password = ask_password()
    database = open_database(settings.database_url)
    never_checkpoint(database)
    try:
        if not await fits(database):
            raise OtherSchema()
        async with transaction() as session:
            return await create_user(session, email=email, name=name, role=role, password=password)
    finally:
        await close_database()


def ask_password() -> str:
    """Twice and unseen at a terminal, else one line of standard input; raises Invalid when the two differ."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Password again: ") != password:
        raise Invalid(N_("The two passwords differ."), field="password")
    return password


def never_checkpoint(database: Database) -> None:
    """Leave the WAL to the app that may be running: resetting it from two connections can lose a commit."""
    if not database.is_sqlite:
        return

    @event.listens_for(database.writer.sync_engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA wal_autocheckpoint=0")
        cursor.close()
