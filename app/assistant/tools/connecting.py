"""Connectors as tools: what Claude tells is checked to the letter, who the customer is comes from the channel alone, and
what comes back is data."""

from collections.abc import Mapping
from typing import Any

from pydantic import create_model
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant.desk import Desk
from app.assistant.hidden import seen
from app.assistant.history import tagged
from app.assistant.replies import sound
from app.assistant.run import Run
from app.assistant.tools.desk import ours
from app.assistant.tools.toolbox import Input, Result, Tool, Unusable
from app.connectors import keeping, once
from app.connectors.arguments import fields_of, from_kept
from app.connectors.asking import Failure, Outcome
from app.connectors.customer import customer_of
from app.connectors.models import Connector
from app.conversations.models import Conversation
from app.db import transaction

WITHOUT = " Responda sem ele ou passe a conversa para uma pessoa."
SENTENCES = {
    Failure.NOT_KNOWN: "O canal não informa esse dado deste cliente." + WITHOUT,
    Failure.NO_PART: "Os dados da chamada não servem.",
    Failure.SEALED: "O sistema não está configurado." + WITHOUT,
    Failure.FORBIDDEN: "O sistema não está configurado." + WITHOUT,
    Failure.UNREACHABLE: "O sistema não respondeu." + WITHOUT,
    Failure.TOO_SLOW: "O sistema não respondeu a tempo." + WITHOUT,
    Failure.REDIRECTED: "O sistema não está configurado." + WITHOUT,
    Failure.NOT_FOUND: "O sistema não encontrou nada com esses dados.",
    Failure.REFUSED: "O sistema recusou o pedido." + WITHOUT,
    Failure.TOO_LARGE: "A resposta do sistema é grande demais." + WITHOUT,
    Failure.UNREADABLE: "A resposta do sistema não pode ser lida." + WITHOUT,
}
UNSURE = (
    "Não se sabe se foi feito. Não tente de novo nem diga que foi feito: passe a conversa para uma pessoa."
)
MAY_BE_DONE = {
    Failure.UNREACHABLE,
    Failure.TOO_SLOW,
    Failure.REDIRECTED,
    Failure.REFUSED,
    Failure.TOO_LARGE,
    Failure.UNREADABLE,
}
GONE = "Esta ferramenta não pode mais ser usada." + WITHOUT


async def connectors(session: AsyncSession, run: Run, desk: Desk) -> list[Tool]:
    """Those that an admin has made and allowed."""
    found = await keeping.in_use(session)
    if not found:
        return []
    whose = select(Conversation.contact_id).where(Conversation.id == run.conversation_id)
    contact_id = await session.scalar(whose)
    customer = await customer_of(session, contact_id) if contact_id is not None else {}
    return [tool_of(connector, customer, run, desk) for connector in found]


def tool_of(connector: Connector, customer: Mapping[str, str], run: Run, desk: Desk) -> Tool:
    secrets = desk.settings.secret_key

    async def read(given: Input) -> Result:
        return told(await desk.outside.ask(connector, values(given, customer), secrets))

    async def change(given: Input) -> Result:
        key = once.key_of(
            run.conversation_id,
            run.waiting.answered_up_to,
            connector.id,
            given.model_dump(exclude_unset=True),
        )
        async with transaction() as session:
            conversation = await ours(session, run)
            now = await session.get(Connector, connector.id)
            if now is None or not now.is_on or now.changed_at != connector.changed_at:
                raise Unusable(GONE)
            is_first = await once.begin(session, key, connector, conversation.id)
            before = None if is_first else await once.known(session, key)
        if not is_first:
            return told(before, changes=True)
        outcome = await desk.outside.ask(connector, values(given, customer), secrets, key)
        async with transaction() as session:
            await once.note(session, key, outcome)
        return told(outcome, changes=True)

    use = change if connector.changes else read
    return Tool(connector.name, connector.description, takes(connector), use, changes=connector.changes)


def takes(connector: Connector) -> type[Input]:
    return create_model("Given", __base__=Input, **fields_of(from_kept(connector.arguments)))


def values(given: Input, customer: Mapping[str, str]) -> Mapping[str, Any]:
    """The customer's last: nothing of Claude's can stand in their place."""
    return {**given.model_dump(exclude_unset=True), **customer}


def told(outcome: Outcome | None, *, changes: bool = False) -> Result:
    """Data between tags of ours that it cannot close. Raises Unusable with a sentence, never with what was answered."""
    if outcome is None:
        raise Unusable(UNSURE)
    if outcome.failure is not None:
        is_unsure = changes and outcome.failure in MAY_BE_DONE
        raise Unusable(UNSURE if is_unsure else SENTENCES[outcome.failure], outcome.status)
    said = seen(sound(outcome.said)).strip() or ("Feito." if changes else "Nada.")
    return Result(tagged("resposta_do_sistema", said), status=outcome.status)
