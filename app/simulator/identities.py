"""One person whom WhatsApp names now by the number, now by the id, until a message proves that both are one."""

from app.simulator import inbound, payloads
from app.simulator.people import Customer, bsuid
from app.simulator.world import World

ONLY_NUMBER, ONLY_ID = ("user_id",), ("wa_id", "from")


def appears_twice(world: World, customer: Customer) -> None:
    """Writes as somebody with a number alone, then as somebody with an id alone: two threads at the desk."""
    before = world.now() - 2  # nobody changes in the same second
    inbound.write(world, customer, "Oi, escrevo do meu número", omit=ONLY_NUMBER, at=before)
    inbound.write(world, customer, "E agora com nome de usuário", omit=ONLY_ID)


def shows_who_it_is(world: World, customer: Customer) -> None:
    """Writes with both, which proves it."""
    inbound.write(world, customer, "Sou eu, com os dois")


def change_user_id(world: World, customer: Customer, *, only_in_sentence: bool = False) -> str:
    """WhatsApp gives the customer another id; the old one may stand in the sentence alone. Returns the wamid."""
    old, customer.user_id = customer.user_id, bsuid(6000 + len(world.messages))
    world.customers = {one.key: one for one in world.customers.values()}
    wamid = world.new_wamid()
    system = {
        "type": "user_changed_user_id",
        "body": f"User changed from {old} to {customer.user_id}",
        "user_id": customer.user_id,
    } | ({} if only_in_sentence else {"previous_user_id": old})
    told = {"id": wamid, "timestamp": str(int(world.now())), "type": "system", "system": system}
    value = {**payloads.base_value(world.config), "messages": [told]}
    world.courier.carry(payloads.Update(wamid, "messages", value))
    return wamid


def enter_into_phone_book(world: World, customer: Customer, name: str, action: str) -> None:
    """The business saves or deletes (`action` add, remove) the customer in its phone."""
    person = {"full_name": name, "phone_number": customer.wa_id, "user_id": customer.user_id}
    told = {name: value for name, value in person.items() if value}
    stamp = {"timestamp": str(int(world.now()))}
    entry = {"type": "contact", "action": action, "contact": told, "metadata": stamp}
    value = {**payloads.base_value(world.config), "state_sync": [entry]}
    world.courier.carry(payloads.Update(world.new_wamid(), "smb_app_state_sync", value))
