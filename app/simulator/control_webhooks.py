"""Control doors about webhooks: raw ones, held ones, and what became of each."""

from json import dumps

from app.simulator import payloads
from app.simulator.control_words import Answer, Wish
from app.simulator.courier import Delivery, as_meta_writes
from app.simulator.graph_errors import title_of
from app.simulator.world import World


def _about(delivery: Delivery) -> Answer:
    return {
        "number": delivery.number,
        "ids": delivery.ids,
        "fields": delivery.fields,
        "state": delivery.state,
        "answers": delivery.answers,
    }


async def deliveries(world: World, wish: Wish) -> Answer:
    """All, or those about wamid `id`; `timeout` waits until none of them is pending."""

    def meant() -> list[Delivery]:
        return [one for one in world.courier.deliveries if wish.get("id") in (None, *one.ids)]

    timeout = float(wish.get("timeout", 0))
    await world.background.until(lambda: all(one.state != "pending" for one in meant()), timeout)
    return {"deliveries": [_about(one) for one in meant()]}


async def send_raw(world: World, wish: Wish) -> Answer:
    """`body` (JSON, or `text` as it is), signed rightly; `signature` instead, "" for none.

    Goes once, unless `retry` is true. Answers with the HTTP status that came back.
    """
    body = wish["text"].encode() if "text" in wish else _encoded(wish)
    if wish.get("retry"):
        return _about(world.courier.carry_bytes(body, signature=wish.get("signature")))
    return {"status": await world.courier.post_once(body, wish.get("signature"))}


def _encoded(wish: Wish) -> bytes:
    return (
        dumps(wish["body"], ensure_ascii=False).encode()
        if wish.get("plain")
        else as_meta_writes(wish["body"])
    )


async def account_error(world: World, wish: Wish) -> Answer:
    code = int(wish.get("code", 130429))
    title = title_of(code)
    world.courier.carry(payloads.account_error(world.config, code, title, wish.get("details", title)))
    return {"code": code}


async def decide_template(world: World, wish: Wish) -> Answer:
    """Template `name` gets this `status`, with a `reason`; the account hears of it."""
    changed = world.templates.change(wish["name"], wish["status"], wish.get("reason", "NONE"))
    world.courier.carry(payloads.template_status(changed))
    return {"name": changed["name"], "status": changed["status"]}


async def hold(world: World, wish: Wish) -> Answer:
    world.courier.hold()
    return {"holding": True}


async def release(world: World, wish: Wish) -> Answer:
    """Send what was held: `shape` merged, changes, entries (one POST up to 1000) or single (one POST each).

    `order` may be "backwards".
    """
    kept = world.courier.release()
    if wish.get("order") == "backwards":
        kept.reverse()
    shape = wish.get("shape", "merged")
    if shape == "single":
        sent = [one for update in kept for one in world.courier.carry(update)]
    else:
        sent = world.courier.carry_batch(kept, shape)
    return {"updates": len(kept), "deliveries": [one.number for one in sent]}


async def verify(world: World, wish: Wish) -> Answer:
    """Meta's GET handshake, with the right token or `verify_token`."""
    status, matches = await world.courier.shake_hands(wish.get("verify_token"))
    return {"status": status, "challenge_returned": matches}


VERBS = {
    "GET /webhooks": deliveries,
    "POST /webhooks": send_raw,
    "POST /account-errors": account_error,
    "POST /templates": decide_template,
    "POST /webhooks/hold": hold,
    "POST /webhooks/release": release,
    "POST /webhooks/verification": verify,
}
