"""Keeps our list of templates as Meta's: a job for each account, at the start, each six hours, and when asked."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.db import transaction
from app.jobs import Claim, Job
from app.message_templates.models import Template
from app.settings import Settings
from app.whatsapp.graph import Answered, Graph
from app.whatsapp.graph_errors import GraphError
from app.whatsapp.lenient import JsonObject, objects_at, text_at
from app.whatsapp.models import Number

log = logging.getLogger(__name__)

SYNC = "sync_templates"  # key: the business account's id
EVERY = timedelta(hours=6)
AFTER_START = timedelta(seconds=20)  # a start has better things to do
AFTER_TROUBLE = timedelta(minutes=10)
UNREACHED, CODE = "unreached", re.compile(r"-?[0-9]{1,9}")
PER_PAGE, MOST_PAGES = 50, 150  # Meta allows an account 6,000
FIELDS = (
    "id", "name", "language", "status", "category", "components", "parameter_format", "quality_score", "rejected_reason",
)  # fmt: skip


async def begin(session: AsyncSession) -> None:
    """At the start of the program: each account that can send is looked at soon."""
    for account in await accounts(session):
        await jobs.enqueue(session, SYNC, account, run_at=clock.now() + AFTER_START)


async def ask(session: AsyncSession, account: str = "") -> None:
    """Look now, at one account or at all."""
    for one in [account] if account else await accounts(session):
        await jobs.enqueue(session, SYNC, one[:80], run_at=clock.now())


async def accounts(session: AsyncSession) -> Sequence[str]:
    """The business accounts of the numbers that can send."""
    theirs = select(Number.business_account_id).where(
        Number.is_receive_only.is_(False), Number.business_account_id != ""
    )
    return (await session.scalars(theirs.distinct().order_by(Number.business_account_id))).all()


async def last_synced_at(session: AsyncSession) -> Any:
    return (await session.execute(select(func.max(Template.synced_at)))).scalar_one()


@dataclass(frozen=True)
class Look:
    """At Meta's lists: whether one is due or under way, and what kept the last from telling them all; `error`: Meta's,
    where it gave one."""

    is_under_way: bool = False
    has_failed: bool = False
    error: GraphError | None = None


async def last_look(session: AsyncSession) -> Look:
    look = Look()
    asked = select(Job.run_at, Job.lease_token, Job.error).where(Job.kind == SYNC).order_by(Job.key)
    for run_at, held, trouble in await session.execute(asked):
        code = int(trouble) if trouble and CODE.fullmatch(trouble) else None  # else what went wrong with us
        look = Look(
            look.is_under_way or held is not None or run_at <= clock.now(),
            look.has_failed or trouble is not None,
            look.error or (GraphError(code) if code is not None else None),
        )
    return look


class Syncing:
    """Works off `sync_templates` jobs."""

    def __init__(self, settings: Settings, graph: Graph) -> None:
        self.settings, self.graph = settings, graph

    async def __call__(self, claim: Claim) -> None:
        found = await self.listed(claim.key)
        async with transaction() as session:
            if isinstance(found, str):
                return await jobs.put_back(session, claim, run_at=clock.now() + AFTER_TROUBLE, error=found)
            await replace(session, claim.key, found)
            await jobs.finish(session, claim)
            await jobs.ask_once(session, SYNC, claim.key, run_at=clock.now() + EVERY)

    async def listed(self, account: str) -> list[JsonObject] | str:
        """All templates of an account, page by page; when Meta did not tell all of them its code, or UNREACHED."""
        found: list[JsonObject] = []
        after = ""
        for _ in range(MOST_PAGES):
            page = await self.graph.read(
                object_id=account,
                access_token=self.settings.whatsapp_access_token.get_secret_value(),
                edge="message_templates",
                fields=FIELDS,
                page={"limit": str(PER_PAGE)} | ({"after": after} if after else {}),
            )
            if not isinstance(page, Answered) or page.error:
                code = page.error.code if isinstance(page, Answered) and page.error else None
                log.warning("templates were not listed", extra={"account": account, "code": code})
                return UNREACHED if code is None else str(code)
            found += objects_at(page.document, "data")
            after = text_at(page.document, "paging", "cursors", "after")
            if not after or not text_at(page.document, "paging", "next"):
                return found
        return found


async def replace(session: AsyncSession, account: str, found: Sequence[JsonObject]) -> None:
    """The account's templates are these, and no others."""
    now = clock.now()
    rows = {text_at(one, "id"): row_of(account, one) | {"synced_at": now} for one in found}
    rows.pop("", None)
    gone = delete(Template).where(
        Template.business_account_id == account, Template.template_id.not_in(list(rows))
    )
    await session.execute(gone)
    if rows:
        dialect: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        for row in rows.values():
            put = dialect.insert(Template).values(row)
            await session.execute(
                put.on_conflict_do_update(
                    index_elements=["business_account_id", "template_id"],
                    set_={name: put.excluded[name] for name in row},
                )
            )


def row_of(account: str, found: JsonObject) -> dict[str, Any]:
    reason = text_at(found, "rejected_reason")
    return {
        "business_account_id": account,
        "template_id": text_at(found, "id")[:64],
        "name": text_at(found, "name")[:512],
        "language": text_at(found, "language")[:20],
        "category": text_at(found, "category").upper()[:40],
        "status": text_at(found, "status").upper()[:40],
        "status_reason": "" if reason.upper() == "NONE" else reason[:200],
        "quality": text_at(found, "quality_score", "score").upper()[:20],
        "parameter_format": text_at(found, "parameter_format").upper()[:20],
        "content": {"components": objects_at(found, "components")},
    }
