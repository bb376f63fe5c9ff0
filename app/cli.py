"""The commands; they read the same environment as the server."""

import asyncio
import os
import secrets
import sys
from functools import partial
from pathlib import Path
from typing import TextIO

import click

from app.settings import DATA, HOME, Settings, WrongSettings, load_settings

SECRET_FILE = DATA / "secret-key"
ADMIN_FILE = DATA / "admin-password"
DEVELOPMENT_ADMIN = "admin@example.com"


@click.group(name="python -m app", context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Recado: the desk where a business answers its WhatsApp."""


def settings_or_exit() -> Settings:
    try:
        return load_settings()
    except WrongSettings as fault:
        raise click.ClickException(str(fault)) from None


@commands.command()
@click.option("--to", default="head", help="A revision, or `base`; the newest by default.")
def migrate(to: str) -> None:
    """Bring the database up to date."""
    from app import migrate as migrations

    settings = settings_or_exit()
    asyncio.run(migrations.migrate(settings.database_url, to))
    click.echo("The database is up to date." if to == "head" else f"The database is at {to}.")


@commands.command("create-user")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice(["attendant", "supervisor", "admin"]), default="attendant")
def create_user(email: str, name: str, role: str) -> None:
    """Make a user; the password is asked for, or read as one line of standard input."""
    from app.accounts.commands import create_user_command
    from app.errors import AppError
    from app.i18n import _

    try:
        asyncio.run(create_user_command(email, name, role))
    except WrongSettings as fault:
        raise click.ClickException(str(fault)) from None
    except AppError as refusal:
        raise click.ClickException(_(refusal.words)) from None
    click.echo(f"{email} may sign in now.")


@commands.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Look whether settings, database, disk and WhatsApp are as they must be; changes nothing.

    One line for each check: ok, warning or wrong, and what to do. Ends with 1 when something is wrong.
    """
    from app.doctor import examination

    checks = asyncio.run(examination.examine())
    if as_json:
        click.echo(examination.as_json(checks))
    else:
        click.echo("\n".join(check.line for check in checks))
    context.exit(0 if examination.is_well(checks) else 1)


@commands.command()
@click.option("--port", type=click.IntRange(0, 65535), required=True)
@click.option(
    "--webhook-url", default="", help="Where webhooks go; by default the HOST and PORT of this environment."
)
@click.option(
    "--send-log", type=click.Path(path_type=Path), help="A file that every accepted send is written to."
)
def simulate(port: int, webhook_url: str, send_log: Path | None) -> None:
    """Play WhatsApp and Claude on a loopback port (development and tests)."""
    from dataclasses import replace

    from app.simulated import simulator_config
    from app.simulator.serve import run

    settings = settings_or_exit()
    if settings.is_production:
        raise click.ClickException("RECADO_ENV: the simulator does not exist in production.")
    run(replace(simulator_config(settings, webhook_url), send_log=send_log), port)


@commands.command()
def worker() -> None:
    """Send, let Claude answer and work off the jobs, in a process without doors (Postgres only).

    The web processes then run with RECADO_JOBS=apart.
    """
    from app import memory
    from app.logs import configure_logs
    from app.working import work_until_told

    configure_logs()
    memory.settle()
    try:
        asyncio.run(work_until_told(settings_or_exit()))
    except WrongSettings as fault:
        raise click.ClickException(str(fault)) from None


@commands.group()
def evaluate() -> None:
    """Measure how well the assistant does its work; changes nothing."""


@evaluate.command()
@click.argument("file", type=click.Path(path_type=Path))
def retrieval(file: Path) -> None:
    """How well the questions of FILE find the passages that answer them: R@1, R@3, R@5 and MRR of each mode.

    FILE is JSON: "passages" with id, title and text; "questions" with q, lang and answer (a passage's id or null). Those
    in "pt" with an answer are asked, in a database of their own that is thrown away.
    """
    from app.knowledge import evaluation
    from app.knowledge.embedders.embedder import EmbedderFailed, embedder_of

    try:
        told = evaluation.read(file)
        embedder = embedder_of(load_settings(recado_env="development"))
        figures = asyncio.run(evaluation.measure(told, embedder))
    except (evaluation.BrokenFile, WrongSettings) as fault:
        raise click.ClickException(str(fault)) from None
    except EmbedderFailed as fault:
        raise click.ClickException(f"EMBEDDINGS_URL: no vectors came from there: {fault}.") from None
    click.echo(evaluation.table(told, figures))
    if embedder is None:
        click.echo("Only by words: the extra `semantic` is not installed, and no EMBEDDINGS_URL is set.")


class Unusable(click.ClickException):
    """Nothing could be measured; 1 is for what was, and is not good."""

    exit_code = 2


@evaluate.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--live", is_flag=True, help="Ask the real model, which costs money, instead of playing it.")
@click.option(
    "--trials", type=click.IntRange(1, 100), default=1, help="How often each case is asked; with --live."
)
@click.option(
    "--json",
    "json_file",
    type=click.File("w", "utf-8", lazy=False),
    help="Write everything there as JSON; - for here.",
)
@click.pass_context
def conversations(
    context: click.Context, path: Path, live: bool, trials: int, json_file: TextIO | None
) -> None:
    """Play the golden conversations of PATH and see whether what comes of them is what has to.

    PATH is a YAML file, or a folder of them: see docs/evaluation.md. Offline Claude does what a case's script says, so
    what is measured is this program. With --live the model itself answers, and a second one judges; nothing reaches
    WhatsApp or the desk's own database. Ends with 1 when a case failed, with 2 when nothing could be measured.
    """
    from app.golden import reading, report, running
    from app.golden.figures import figures
    from app.golden.trying import Unreachable
    from app.knowledge.embedders.embedder import EmbedderFailed
    from app.knowledge.evaluation import BrokenFile
    from app.simulated import scripted_claude

    say = partial(click.echo, err=json_file is not None and json_file.name == "<stdout>")
    if trials > 1 and not live:
        raise click.UsageError("--trials: offline the same comes each time; it needs --live.")
    try:
        cases, settings = reading.read(path), load_settings(recado_env="development")
        if live:
            results = asyncio.run(running.run_live(cases, settings, trials, say))
        else:
            results = asyncio.run(running.run_offline(cases, settings, scripted_claude(), say))
    except (BrokenFile, WrongSettings) as fault:
        raise Unusable(str(fault)) from None
    except Unreachable as fault:
        raise Unusable(f"Claude cannot be asked: {fault}.") from None
    except EmbedderFailed as fault:
        raise Unusable(f"EMBEDDINGS_URL: no vectors came from there: {fault}.") from None
    told = figures(results)
    say("\n" + "\n".join(report.summary(told, live=live)))
    if json_file:
        json_file.write(report.as_json(results, live=live) + "\n")
    context.exit(0 if told.passed == told.cases else 1)


@commands.command()
@click.option("--reload", is_flag=True, help="Start again whenever the code changes.")
@click.pass_context
def dev(context: click.Context, reload: bool) -> None:
    """Prepare everything and serve with SQLite and the simulator: what bin/dev runs."""
    os.environ.setdefault("RECADO_ENV", "development")
    prepare_development()
    context.invoke(migrate, to="head")
    settings = settings_or_exit()
    import uvicorn

    from app.logs import server_logs

    click.echo(f"Recado runs on http://{settings.host}:{settings.port}")
    uvicorn.run(
        "app.main:app",
        host=settings.host,
        port=settings.port,
        reload=reload,
        reload_dirs=[str(HOME / "app"), str(HOME / "templates")] if reload else None,
        log_config=server_logs(),
        access_log=False,
        timeout_graceful_shutdown=5,
    )


def prepare_development() -> None:
    """A secret and an admin of this machine, kept in data/, unless the environment has its own."""
    from dotenv import dotenv_values

    DATA.mkdir(exist_ok=True)
    known = dotenv_values(HOME / ".env") | os.environ
    if not known.get("SECRET_KEY"):
        os.environ["SECRET_KEY"] = kept(SECRET_FILE)
    if not known.get("ADMIN_EMAIL"):
        os.environ["ADMIN_EMAIL"] = DEVELOPMENT_ADMIN
        os.environ["ADMIN_PASSWORD"] = kept(ADMIN_FILE)
        click.echo(
            f"Sign in as {DEVELOPMENT_ADMIN} with the password {kept(ADMIN_FILE)} (kept in data/{ADMIN_FILE.name})"
        )


def kept(path: Path) -> str:
    """The secret in a file that only its owner reads; made on first use."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text().strip()


if __name__ == "__main__":
    sys.exit(commands())
