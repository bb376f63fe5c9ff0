"""Contacts that are one person: proven by a signed webhook they become one, else people decide, who can undo it."""

import random
from typing import Any

from sqlalchemy import select, update

from app import clock
from app.contacts.models import Contact, Identity
from app.conversations.models import Conversation, Message
from app.db import reading, transaction
from app.notes.models import Mention
from app.outbox.models import Delivery
from app.whatsapp.models import SetAside
from tests.actors import Browser, Desk, WhatsApp
from tests.clocks import count
from tests.contacts.merges import contact_of, contacts, hears, newest_merge, only_merge, threads
from tests.people import ANA, BRUNO, CLARA, PAULO, Customer
from tests.whatsapp.bodies import change, contact, text, webhook, written

ONLY_PHONE = Customer(ANA.name, wa_id=ANA.wa_id)
ONLY_ID = Customer(ANA.name, bsuid=ANA.bsuid)


async def two_threads(marta: Browser, whatsapp: WhatsApp) -> tuple[int, int]:
    """Ana wrote under her number, answered, and then, unrecognised, under her id; gives both conversations."""
    now = clock.now().timestamp()
    await hears(whatsapp, "w1", "do número", ONLY_PHONE, at=now - 300)
    await hears(whatsapp, "w2", "do id", ONLY_ID, at=now - 200)
    await hears(whatsapp, "w3", "do número outra vez", ONLY_PHONE, at=now - 100)
    first, second = sorted(await threads(marta))
    return first, second


async def proves(whatsapp: WhatsApp) -> None:
    await hears(whatsapp, "w9", "sou eu", ANA)


async def test_a_webhook_with_both_ids_makes_one_thread_of_two_in_the_order_of_time(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    first, second = await two_threads(marta, whatsapp)
    await proves(whatsapp)
    assert await threads(marta) == {first: ["do número", "do id", "do número outra vez", "sou eu"]}
    assert len(await contacts()) == 1
    moved = await marta.http.get(f"/c/{second}/messages?before=1")
    assert (moved.status_code, moved.headers["location"]) == (303, f"/c/{first}/messages?before=1")


async def test_what_is_sent_to_the_vanished_thread_goes_out_in_the_one_that_stays(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    first, second = await two_threads(marta, whatsapp)
    await proves(whatsapp)
    marta.http.follow_redirects = True
    assert (await marta.reply(second, "Oi, Ana!")).status_code == 200
    assert [bubble.text for bubble in await marta.bubbles(first)][-1] == "Oi, Ana!"
    assert len(await whatsapp.accepted(at_least=1)) == 1


async def test_an_open_tab_loses_the_vanished_row_and_fetches_its_thread_anew(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    first, second = await two_threads(marta, whatsapp)
    page = (await marta.open(f"/c/{second}")).text
    await proves(whatsapp)
    asked = {"c": page.split('data-cursor="')[1].split('"')[0], "t": "inbox", "w": "0"}
    news = await marta.http.get("/live/poll", params=asked)
    assert f'#row-{second}" hx-swap="delete"' in news.text
    assert f'data-conversation="{first}"' in news.text
    thread = await marta.http.get("/live/poll", params=asked | {"t": f"conv:{second}"})
    assert thread.headers["x-live"] == "resync"


async def test_all_that_hangs_on_a_thread_comes_along_and_goes_back(desk: Desk, whatsapp: WhatsApp) -> None:
    marta, paulo = desk.marta, await desk.attendant(PAULO)
    first, second = await two_threads(marta, whatsapp)
    note = f"@{PAULO.name} olha isto"
    await marta.post(f"/c/{first}/reading", {"up_to": "9"})
    await paulo.post(f"/c/{second}/reading", {"up_to": "9"})
    await marta.reply(second, "resposta de Marta")
    await paulo.post(f"/c/{second}/draft", {"text": "rascunho", "compose_id": ""})
    await marta.post(f"/c/{second}/notes", {"text": note})
    await whatsapp.accepted(at_least=1)
    before = await kept()
    await proves(whatsapp)

    assert {row.id: row.unread for row in await marta.rows()} == {first: 1}
    assert {row.id: row.unread for row in await paulo.rows()} == {first: 4}
    page = (await paulo.open(f"/c/{first}")).text
    assert ">rascunho</textarea>" in page
    assert 'data-mode="person"' in page
    assert {one[1] for one in (await kept())["delivery"]} == {first}
    assert await mentioned_in() == [first]

    merge = await only_merge()
    undone = await marta.post(f"/contacts/{merge.survivor_id}/merges/{merge.id}/undo", htmx=False)
    assert undone.status_code == 303
    after = await kept()
    assert {one: after[one] for one in ("delivery", "identity")} == {
        one: before[one] for one in ("delivery", "identity")
    }
    assert set(before["message"]) < set(after["message"])
    assert (await threads(marta))[second] == ["do id", "resposta de Marta", note]
    assert await mentioned_in() == [second]
    assert {row.id: row.unread for row in await marta.rows()} == {first: 1, second: 0}
    await hears(whatsapp, "w10", "eu de novo", ANA)  # a person has said that they are two
    assert len(await contacts()) == 2


async def test_a_vanished_thread_takes_none_of_the_three_pins_and_no_label_counts_it(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    first, second = await two_threads(marta, whatsapp)
    await marta.post("/labels", {"name": "VIP", "colour": "red"}, htmx=False)
    for one in (first, second):
        await marta.post(f"/c/{one}/marks", {"mark": "pin"})
        await marta.post(f"/c/{one}/labels", {"put": "1"})
    await proves(whatsapp)
    assert "em 1 conversa" in (await marta.open("/labels")).text
    for customer in (BRUNO, CLARA):
        await hears(whatsapp, f"of {customer.name}", "oi", customer)
        third = await marta.conversation_with(customer.name)
        assert (await marta.post(f"/c/{third}/marks", {"mark": "pin"})).status_code == 200


async def test_who_was_blocked_under_one_name_is_blocked_once_both_are_one(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    first, second = await two_threads(marta, whatsapp)
    async with transaction() as session:  # the simulator has not heard of this person
        blocked = update(Conversation).where(Conversation.id == second)
        await session.execute(blocked.values(blocked_at=clock.now()))
    assert (await marta.reply(first, "Oi")).status_code == 200
    await proves(whatsapp)
    assert (await marta.reply(first, "Oi de novo")).status_code == 422
    assert "Você bloqueou este contato" in (await marta.open(f"/c/{first}")).text


async def test_merges_are_undone_the_newest_first_and_what_came_since_stays_with_the_survivor(
    desk: Desk, marta: Browser, whatsapp: WhatsApp
) -> None:
    at = clock.now().timestamp() - 600
    said = (("a", Customer("", wa_id="5511911110001")), ("b", BRUNO), ("c", CLARA))
    elsewhere = change(
        text("w-a", "oi", said[0][1], at=at), number="100000000000009"
    )  # another number of ours
    assert await whatsapp.posts(webhook(elsewhere)) == 200
    for place, (wamid, who) in enumerate(said[1:]):
        await hears(whatsapp, f"w-{wamid}", f"de {who.name}", who, at=at + place)
    a, b, c = await contacts()
    [handed, joined] = [row for row in sorted(await threads(marta)) if await contact_of(row) != a]
    reaction = f"/c/{handed}/messages/{(await marta.bubbles(handed))[0].id}/reaction"
    merges = []
    for other in (b, c):
        await marta.post(f"/contacts/{a}/merges", {"other_id": str(other)})
        merges.append(await newest_merge())
    assert (await marta.post(reaction, {"emoji": "👍"})).status_code == 200
    await desk.attendant(PAULO)
    await marta.post(f"/c/{handed}/notes", {"text": f"@{PAULO.name} depois"})
    assert [one.taken.get("name") for one in merges] == [BRUNO.name, None]
    page = (await marta.open(f"/contacts/{a}")).text
    assert (page.count("/undo"), page.count("Pode ser desfeito depois")) == (1, 1)
    await hears(whatsapp, "w-since", "de Ana, depois", Customer("", wa_id="5511911110001"), at=at + 9)

    async def undo(merge: int) -> int:
        return (await marta.post(f"/contacts/{a}/merges/{merges[merge].id}/undo", htmx=False)).status_code

    assert [await undo(0), await undo(1), await undo(0)] == [409, 303, 303]
    parted = await threads(marta)
    assert (parted.pop(handed), parted.pop(joined)) == (["de Bruno Dias"], ["de Clara"])
    assert sorted(parted.values()) == [["de Ana, depois", f"@{PAULO.name} depois"], ["oi"]]
    assert {await contact_of(row) for row in parted} == {a}
    assert [await contact_of(row) for row in await mentioned_in()] == [a]
    assert (await contact_of(handed), await contact_of(joined)) == (b, c)
    async with reading() as session:
        assert (await session.get_one(Contact, a)).name == ""
    for wamid, who in said[1:]:
        await hears(whatsapp, f"w2-{wamid}", "outra vez", who)
    assert [(await threads(marta))[row][-1] for row in (handed, joined)] == ["outra vez"] * 2

    assert (
        await marta.post(reaction, {"emoji": "❤️"})
    ).status_code == 200  # a second one of ours, of another contact
    menu = await marta.get(reaction.replace("reaction", "menu"))
    assert (menu.status_code, "❤️" in menu.text) == (200, True)


async def test_one_contact_whose_thread_is_lost_stops_nobody_elses_messages(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await hears(whatsapp, "w1", "oi", BRUNO)
    [lost] = await threads(marta)
    async with transaction() as session:  # as an older program left it
        (await session.get_one(Conversation, lost)).merged_into_id = lost
    both = change(
        text("w2", "e agora?", BRUNO), text("w3", "oi", ANA), contacts=[contact(BRUNO), contact(ANA)]
    )
    assert await whatsapp.posts(webhook(both)) == 200
    assert list((await threads(marta)).values()) == [["oi"]]
    assert await count(SetAside) == 1


async def mentioned_in() -> list[int]:
    """The conversations in which notes name somebody."""
    async with reading() as session:
        asked = select(Mention.conversation_id).order_by(Mention.message_id)
        return list((await session.scalars(asked)).all())


async def kept() -> dict[str, Any]:
    """To whom everything belongs."""
    asked = {
        "message": select(Message.id, Message.conversation_id, Message.position),
        "delivery": select(Delivery.id, Delivery.conversation_id),
        "identity": select(Identity.id, Identity.contact_id),
    }
    async with reading() as session:
        return {one: sorted(map(tuple, await session.execute(wanted))) for one, wanted in asked.items()}


def changes(wamid: str, kind: str, old: Customer, new: Customer, **more: str) -> dict[str, Any]:
    """A system message: this person has other ids now."""
    system = {"type": kind, "body": "x", "wa_id": new.wa_id, "user_id": new.bsuid} | more
    named = {"from": old.wa_id, "id": wamid, "timestamp": str(int(clock.now().timestamp())), "type": "system"}
    message = {name: value for name, value in named.items() if value}
    return webhook(change(message | {"system": {name: value for name, value in system.items() if value}}))


def life(number: int) -> list[dict[str, Any]]:
    """Everything that one person's webhooks say: each id alone where it identifies, pairs that prove, a change of both."""
    old = Customer("Zoé", wa_id=f"551190000{number:04d}", bsuid=f"BR.60000{number}")
    new = Customer("Zoé", wa_id=f"551198888{number:04d}", bsuid=f"BR.70000{number}")
    ids = {"from_parent_user_id": f"BR.ENT.{number}"}
    said = [
        Customer("Zoé", bsuid=old.bsuid),
        old,
        Customer("Zoé", bsuid=new.bsuid),
        new,
        Customer("Zoé", wa_id=new.wa_id),
    ]
    bodies = [written(f"{number}-{place}", f"fala {place}", who) for place, who in enumerate(said)]
    bodies.append(written(f"{number}-p", "pelo grupo", Customer("Zoé", bsuid=new.bsuid), **ids))
    bodies.append(written(f"{number}-q", "só pelo grupo", Customer(""), **ids))
    moved = changes(f"{number}-c", "user_changed_number", old, new, previous_user_id=old.bsuid)
    return [*bodies, moved]


async def test_in_whatever_order_webhooks_come_one_person_ends_as_one_contact(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    order = random.Random(7)
    for number in range(12):
        bodies = life(number)
        order.shuffle(bodies)
        for body in bodies + order.sample(bodies, 2):  # some come twice
            assert await whatsapp.posts(body) == 200
    assert len(await contacts()) == 12
    said = (await threads(marta)).values()
    assert sorted(len(bubbles) for bubbles in said) == [7] * 12
