"""Calls attendants whose browser shows no tab of ours: who is called, and when it is not needed any more."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app import clock, jobs
from app.accounts.models import SignIn, User
from app.accounts.sign_in import IDLE
from app.attention.counting import concerns
from app.conversations import seen
from app.conversations.handoff_models import Handoff
from app.conversations.models import Conversation, Message
from app.db import reading, transaction
from app.i18n import N_, _, current_locale, spoken
from app.jobs import Claim
from app.push.keys import Key
from app.push.models import PushSubscription
from app.push.service import Browser, Gone, NotTaken, PushService
from app.worker import Handler

log = logging.getLogger(__name__)

CALL, CALL_ONE = "call", "call_one"  # jobs; keys: what is `Asked`; a subscription and the same
SETTLES = timedelta(seconds=3)  # a tab that is being reloaded is back by then, and a burst is one call
LISTENS_FOR = timedelta(seconds=30)  # a tab that was heard of longer ago is gone, and perhaps its process too
CALLS_FOR = timedelta(hours=4)  # who comes later sees the number in the icon
ANYBODY = select(exists(select(PushSubscription.id)))  # built once: every message asks it


class Why(StrEnum):
    """What people are called for. None of them takes another's place while it waits."""

    MESSAGE = "message"
    HANDED_OVER = "handed_over"
    ASSIGNED = "assigned"  # to one attendant
    NAMED = "named"  # by a note: one attendant


WORDS: Mapping[Why, str] = {  # all that a call itself says; what was written stays with us
    Why.MESSAGE: N_("New message"),
    Why.HANDED_OVER: N_("A person is needed in this conversation."),
    Why.ASSIGNED: N_("This conversation was assigned to you."),
    Why.NAMED: N_("A note names you."),
}


@dataclass(frozen=True)
class Asked:
    """In which conversation people are called, and what for; `user_id`: where it is one attendant alone."""

    conversation_id: int
    why: Why = Why.MESSAGE
    user_id: int | None = None

    @property
    def key(self) -> str:
        if self.why is Why.MESSAGE:
            return str(self.conversation_id)
        return f"{self.conversation_id}:{self.why}:{self.user_id or ''}"

    @classmethod
    def of_key(cls, key: str) -> "Asked":
        conversation_id, why, user_id = [*key.split(":"), "", ""][:3]
        return cls(int(conversation_id), Why(why or Why.MESSAGE), int(user_id) if user_id else None)


async def ask(session: AsyncSession, conversation_ids: Iterable[int], why: Why = Why.MESSAGE) -> None:
    """Something new stands in these conversations: whoever it concerns and has no tab open is called."""
    if not (await session.execute(ANYBODY)).scalar_one():
        return
    run_at = clock.now() + SETTLES
    for conversation_id in sorted(conversation_ids):
        await jobs.enqueue(session, CALL, Asked(conversation_id, why).key, run_at=run_at)


async def ask_one(session: AsyncSession, conversation_id: int, user_id: int, why: Why) -> None:
    """This attendant alone is called, whatever their settings say, as in an open tab."""
    if not (await session.execute(ANYBODY)).scalar_one():
        return
    asked, now = Asked(conversation_id, why, user_id), clock.now()
    await jobs.enqueue(session, CALL, asked.key, run_at=now + SETTLES, payload={"at": now.isoformat()})


@dataclass(frozen=True)
class Newest:
    """What a call is about, and when it came."""

    asked: Asked
    conversation: Conversation
    came_at: datetime


async def newest_in(session: AsyncSession, asked: Asked, payload: Mapping[str, Any]) -> Newest | None:
    """None once there is nothing to call for any more."""
    conversation = await session.get(Conversation, asked.conversation_id)
    if conversation is None or conversation.merged_into_id is not None:
        return None
    if asked.user_id is not None:
        return Newest(asked, conversation, datetime.fromisoformat(payload["at"]))
    standing = select(func.max(Handoff.created_at)).where(
        Handoff.conversation_id == conversation.id, Handoff.settled_at.is_(None)
    )
    of_customer = select(func.max(Message.stored_at)).where(
        Message.conversation_id == conversation.id, Message.position == conversation.last_inbound_position
    )
    which = standing if asked.why is Why.HANDED_OVER else of_customer
    came_at: datetime | None = (await session.execute(which)).scalar_one()
    return None if came_at is None else Newest(asked, conversation, came_at)


def subscribed() -> Select[PushSubscription, User]:
    """Those who may be called: signed in, in the sense in which a page is."""
    now = clock.now()
    return (
        select(PushSubscription, User)
        .join(SignIn, SignIn.id == PushSubscription.sign_in_id)
        .join(User, User.id == SignIn.user_id)
        .where(SignIn.expires_at > now, SignIn.seen_at > now - IDLE, User.is_active.is_(True))
    )


async def wanting(session: AsyncSession, newest: Newest, users: Sequence[User]) -> set[int]:
    """Those of them whom this concerns. A hand-over concerns everybody, as in an open tab."""
    asked, conversation = newest.asked, newest.conversation
    match asked.why:
        case Why.HANDED_OVER:
            return {user.id for user in users}
        case Why.ASSIGNED:
            return {user.id for user in users if user.id == asked.user_id == conversation.assignee_id}
        case Why.NAMED:
            called = [user for user in users if user.id == asked.user_id]
        case _:
            called = [user for user in users if user.alert_for_messages and concerns(user, conversation)]
    parts = await seen.seen_by_all(session, [user.id for user in called], conversation.id)
    theirs = {user.id: seen.seen_of(user, conversation, parts[user.id]) for user in called}
    if asked.why is Why.NAMED:
        return {user_id for user_id, part in theirs.items() if part.is_named}
    return {user_id for user_id, part in theirs.items() if part.calls()}


async def call(claim: Claim) -> None:
    """Works off `call` jobs: one call for each browser of those whom it concerns."""
    async with transaction() as session:
        newest = await newest_in(session, Asked.of_key(claim.key), claim.payload)
        if newest is not None:
            found = (await session.execute(subscribed())).all()
            users = {user.id: user for _, user in found}
            called = await wanting(session, newest, list(users.values()))
            keys_of = [f"{one.id}:{claim.key}" for one, user in found if user.id in called]
            await jobs.enqueue_all(session, CALL_ONE, [(key, clock.now(), claim.payload) for key in keys_of])
        await jobs.finish(session, claim)


@dataclass(frozen=True)
class Due:
    """A call that is still wanted. `heard_at`: when this attendant was last known to have a tab open."""

    browser: Browser
    user: User
    newest: Newest
    heard_at: datetime | None


async def look(session: AsyncSession, claim: Claim) -> Due | None:
    subscription_id, key = claim.key.split(":", 1)
    row = (await session.execute(subscribed().where(PushSubscription.id == int(subscription_id)))).first()
    newest = await newest_in(session, Asked.of_key(key), claim.payload)
    if row is None or newest is None or newest.came_at < clock.now() - CALLS_FOR:
        return None
    subscription, user = row
    if not await wanting(session, newest, [user]):
        return None
    heard = select(func.max(SignIn.listened_at)).where(SignIn.user_id == user.id)
    heard_at = (await session.execute(heard)).scalar_one()
    browser = Browser(subscription.endpoint, subscription.p256dh, subscription.auth)
    return Due(browser, user, newest, heard_at)


def calling_one(service: PushService, opened: Callable[[AsyncSession], Awaitable[Key]]) -> Handler:
    """Works off `call_one` jobs. `opened` gives this installation's key."""

    async def call_one(claim: Claim) -> None:
        async with reading() as session:
            due, key = await look(session, claim), await opened(session)
        if due is None or (due.heard_at is not None and due.heard_at >= due.newest.came_at):
            return  # not wanted any more, or a tab was open when it came, which tells by itself
        if due.heard_at is not None and (wait_until := due.heard_at + LISTENS_FOR) > clock.now():
            async with transaction() as session:  # perhaps a tab is open: by then it has said so
                await jobs.enqueue(session, CALL_ONE, claim.key, run_at=wait_until)
                return await jobs.finish(session, claim)
        current_locale.set(spoken(due.user.locale))
        why = due.newest.asked.why
        message = {"conversation": due.newest.conversation.id, "why": why, "words": _(WORDS[why])}
        topic = f"conv-{due.newest.conversation.id}"  # 32 characters at most
        left = due.newest.came_at + CALLS_FOR - clock.now()
        try:
            await service.send(due.browser, key, message, topic=topic, lasts=left)
        except Gone:
            async with transaction() as session:
                gone = PushSubscription.endpoint == due.browser.endpoint
                await session.execute(delete(PushSubscription).where(gone))
        except NotTaken as refusal:
            log.warning("a push service refused a call", extra={"reason": str(refusal)})

    return call_one


def handlers(service: PushService, opened: Callable[[AsyncSession], Awaitable[Key]]) -> dict[str, Handler]:
    return {CALL: call, CALL_ONE: calling_one(service, opened)}
