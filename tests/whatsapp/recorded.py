"""The recorded webhook bodies in tests/payloads, and small ones made here, as items."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.whatsapp import payloads as p
from app.whatsapp.payloads import parse, walk

FOLDER = Path(__file__).parent.parent / "payloads"
FILES = sorted(FOLDER.glob("*.json"))
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SENT_AT = datetime.fromtimestamp(1790000000, UTC)
BSUID, NEW_BSUID = "BR.10000000000000000001", "BR.10000000000000000002"


def items(name: str) -> list[p.Item]:
    return list(walk(parse((FOLDER / f"{name}.json").read_bytes()), NOW))


def only(name: str) -> Any:
    [item] = items(name)
    return item


def body_with(message: Any, **value: Any) -> bytes:
    value = {"metadata": {"phone_number_id": "1"}, "messages": [message], **value}
    return json.dumps({"entry": [{"id": "2", "changes": [{"field": "messages", "value": value}]}]}).encode()


def read(message: Any, **value: Any) -> Any:
    [item] = walk(parse(body_with(message, **value)), NOW)
    return item


def text(**more: Any) -> dict[str, Any]:
    return {"id": "w", "from": "5511900000001", "type": "text", "text": {"body": "oi"}, **more}
