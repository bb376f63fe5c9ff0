"""Connectors as an admin makes them."""

from typing import Any

from app.accounts.models import User
from app.connectors import keeping
from app.connectors.arguments import Argument, Kind
from app.connectors.asking import Outside
from app.connectors.headers import Secrets
from app.connectors.keeping import Wanted
from app.connectors.models import Connector
from app.db import transaction

ORDER = Argument("order", Kind.TEXT, "O número do pedido.", required=True, limits="20")
KEY = "Segredo-9f3a"


def wanted(url: str, **given: Any) -> Wanted:
    """A question about an order, but for what is given."""
    usual: dict[str, Any] = {
        "name": "order_status",
        "description": "Diz onde está um pedido.",
        "method": "GET",
        "url": url,
        "body": "",
        "new_headers": f"X-Api-Key: {KEY}",
        "without": (),
        "arguments": [ORDER],
        "picks": "",
        "timeout_seconds": 5,
        "changes": False,
    }
    return Wanted(**usual | given)


def exchange(address: str, **given: Any) -> Wanted:
    """An exchange is asked for: it changes something."""
    usual = {
        "name": "ask_exchange",
        "method": "POST",
        "body": '{"pedido": "{{order}}", "telefone": "{{phone}}"}',
        "changes": True,
    }
    return wanted(f"{address}/shop/exchanges", **usual | given)


async def connected(
    wanted: Wanted, outside: Outside, secrets: Secrets, by: User, *, is_on: bool = True
) -> Connector:
    async with transaction() as session:
        made = await keeping.create(session, wanted, by, outside, secrets)
        if is_on:
            await keeping.switch(session, made.id, is_on=True, by=by)
    return made
