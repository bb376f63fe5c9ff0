"""Who wrote: by the business-scoped id first, then by the number; a name or username identifies nobody."""

from typing import Any

from sqlalchemy import select

from app import clock
from app.contacts.models import Identity
from app.db import reading
from app.whatsapp.models import SetAside
from tests.actors import Browser, WhatsApp, within
from tests.clocks import count
from tests.contacts.merges import contact_of
from tests.people import ANA, BRUNO, CLARA, Customer
from tests.whatsapp.bodies import change, contact, text, webhook, written
from tests.whatsapp.journal_pages import all_items

ONLY_PHONE = Customer(ANA.name, wa_id=ANA.wa_id)
ONLY_ID = Customer(ANA.name, bsuid=ANA.bsuid)


async def threads(marta: Browser) -> dict[int, list[str]]:
    """What stands in each conversation, by its id."""
    return {row.id: [bubble.text for bubble in await marta.bubbles(row.id)] for row in await marta.rows()}


async def hears(whatsapp: WhatsApp, wamid: str, body: str, sender: Customer, **more: Any) -> None:
    assert await whatsapp.posts(written(wamid, body, sender, **more)) == 200


async def test_once_both_ids_came_together_either_alone_leads_to_the_same_thread(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await hears(whatsapp, "w1", "com os dois", ANA)
    await hears(whatsapp, "w2", "só o número", ONLY_PHONE)
    await hears(whatsapp, "w3", "só o id", ONLY_ID)
    assert list((await threads(marta)).values()) == [["com os dois", "só o número", "só o id"]]


async def test_a_customer_known_by_number_gets_their_id_later_and_then_hides_the_number(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await hears(whatsapp, "w1", "um", ONLY_PHONE)
    await hears(whatsapp, "w2", "dois", ANA)
    await hears(whatsapp, "w3", "três", ONLY_ID)
    assert list((await threads(marta)).values()) == [["um", "dois", "três"]]


async def test_a_customer_known_by_username_shares_the_number_later(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await hears(whatsapp, "w1", "um", ONLY_ID)
    await hears(whatsapp, "w2", "dois", ANA)
    await hears(whatsapp, "w3", "três", ONLY_PHONE)
    assert list((await threads(marta)).values()) == [["um", "dois", "três"]]


async def test_the_business_scoped_id_decides_when_the_number_belongs_to_somebody_with_another_one(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await hears(whatsapp, "w1", "de Clara", CLARA)
    await hears(
        whatsapp, "w2", "de Bruno", Customer(BRUNO.name, wa_id=BRUNO.wa_id, bsuid="BR.1000000000000102")
    )
    both = Customer(CLARA.name, wa_id=BRUNO.wa_id, bsuid=CLARA.bsuid)
    await hears(whatsapp, "w3", "de Clara ainda", both)
    assert sorted((await threads(marta)).values()) == [["de Bruno"], ["de Clara", "de Clara ainda"]]


async def test_a_business_scoped_id_where_a_number_should_stand_is_recognised_by_its_shape(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await hears(whatsapp, "w1", "um", ANA)
    message = text("w2", "dois", Customer("")) | {"from": ANA.bsuid}
    odd = change(message, contacts=[{"profile": {"name": ANA.name}, "wa_id": ANA.bsuid}])
    assert await whatsapp.posts(webhook(odd)) == 200
    assert list((await threads(marta)).values()) == [["um", "dois"]]


async def test_an_empty_wa_id_is_no_identity_two_people_share(marta: Browser, whatsapp: WhatsApp) -> None:
    for number, name in enumerate(("Dora", "Elis")):
        who = Customer(name, bsuid=f"BR.20000000000000{number}")
        blank = change(text(f"w{number}", name, who) | {"from": ""}, contacts=[contact(who) | {"wa_id": ""}])
        assert await whatsapp.posts(webhook(blank)) == 200
    assert sorted((await threads(marta)).values()) == [["Dora"], ["Elis"]]


async def test_two_people_of_one_name_and_username_stay_two(marta: Browser, whatsapp: WhatsApp) -> None:
    for number in (1, 2):
        who = Customer("Zé", bsuid=f"BR.30000000000000{number}")
        block = contact(who, username="ze")
        assert await whatsapp.posts(webhook(change(text(f"w{number}", "oi", who), contacts=[block]))) == 200
    assert len(await threads(marta)) == 2


async def test_a_customer_without_a_number_is_answered_by_id_and_shown_by_username(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.control(
        "POST", "/customers", name=CLARA.name, wa_id=None, user_id=CLARA.bsuid, username="clarinha"
    )
    await whatsapp.says(CLARA, "Oi")
    conversation = await marta.conversation_with(CLARA.name)
    assert "@clarinha" in (await marta.open(f"/c/{conversation}")).text

    await marta.reply(conversation, "Olá, Clara")
    [send] = await whatsapp.accepted(at_least=1)
    assert send["payload"]["recipient"] == CLARA.bsuid
    assert "to" not in send["payload"]


async def test_an_id_that_tells_people_nothing_does_not_stand_beside_a_name(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await hears(whatsapp, "w1", "Oi", Customer(CLARA.name, bsuid=CLARA.bsuid))
    conversation = await marta.conversation_with(CLARA.name)
    assert CLARA.bsuid
    assert CLARA.bsuid not in (await marta.open(f"/c/{conversation}")).text


async def test_a_message_from_nobody_is_set_aside(marta: Browser, whatsapp: WhatsApp) -> None:
    assert await whatsapp.posts(webhook(change(text("w1", "quem?", Customer(""))))) == 200
    assert await threads(marta) == {}
    assert [item.reason for item in await all_items(marta)] == ["nobody to file it under"]


async def test_after_a_change_of_number_the_thread_goes_on_and_answers_go_to_the_new_one(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await whatsapp.says(ANA, "do número velho")
    new = "5511900000999"
    told = await whatsapp.control("POST", "/number-changes", customer=ANA.name, wa_id=new)
    await whatsapp.control("GET", "/webhooks", id=told["id"], timeout=10)
    await whatsapp.says(ANA, "do número novo")

    [(conversation, said)] = (await threads(marta)).items()
    assert said == ["do número velho", "do número novo"]
    await marta.reply(conversation, "Anotado")
    [send] = await whatsapp.accepted(at_least=1)
    assert send["payload"]["to"] == f"+{new}"


async def test_a_change_that_comes_again_after_the_next_one_changes_nothing(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    for place, writes in enumerate(
        (True, False)
    ):  # one whose conversation we have, one who has not written yet
        first = Customer("Zoé", wa_id=f"551190000300{place}")
        second = Customer("Zoé", wa_id=f"551190000400{place}")
        if writes:
            await hears(whatsapp, "w1", "oi", first, at=1_790_000_000)
        there = moved(f"there-{place}", first, second, 1_790_000_010)
        for body in (there, moved(f"back-{place}", second, first, 1_790_000_020), there):
            assert await whatsapp.posts(webhook(change(body))) == 200
        current = (Identity.value.in_((first.wa_id, second.wa_id)), Identity.superseded_at.is_(None))
        async with reading() as session:
            assert (await session.scalars(select(Identity.value).where(*current))).all() == [first.wa_id]


def moved(wamid: str, old: Customer, new: Customer, at: int) -> dict[str, Any]:
    system = {"type": "user_changed_number", "wa_id": new.wa_id, "body": "x"}
    return {"from": old.wa_id, "id": wamid, "timestamp": str(at), "type": "system", "system": system}


NEW_OWNER = Customer("Dono novo", wa_id=ANA.wa_id, bsuid="BR.1000000000000999")


async def test_who_writes_from_a_number_that_changed_hands_is_somebody_else(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    now = clock.now().timestamp()
    await hears(whatsapp, "w1", "de Ana", ANA, at=now - 50)
    ana = await marta.conversation_with(ANA.name)
    for wamid, known_before in (("w2", False), ("w3", True)):  # met by that number, then known by another id
        if known_before:
            other = Customer("Rui", bsuid="BR.1000000000000777")
            await hears(whatsapp, "r1", "de Rui", other)
            await hears(
                whatsapp, "r2", "de Rui ainda", Customer("Rui", NEW_OWNER.wa_id, other.bsuid), at=now + 5
            )
        else:
            await hears(whatsapp, wamid, "do dono novo", NEW_OWNER)
        assert (await threads(marta))[ana] == ["de Ana"]
    await hears(whatsapp, "w4", "de Ana, atrasada", ANA, at=now - 40)  # it takes nothing back
    said = await threads(marta)
    assert sorted(said.values()) == [
        ["de Ana", "de Ana, atrasada"], ["de Rui", "de Rui ainda"], ["do dono novo"]
    ]  # fmt: skip
    await marta.reply(ana, "Oi, Ana")
    await marta.reply(next(one for one in said if said[one][0] == "de Rui"), "Oi, Rui")
    first, second = [sent["payload"] for sent in await whatsapp.accepted(at_least=2)]
    assert {first.get("recipient"), second.get("recipient")} == {ANA.bsuid, None}
    assert {first.get("to"), second.get("to")} == {f"+{ANA.wa_id}", None}
    assert "pode ter mudado de dono" in (await marta.open(f"/contacts/{await contact_of(ana)}")).text

    regenerated = {"type": "user_changed_user_id", "user_id": NEW_OWNER.bsuid, "previous_user_id": ANA.bsuid}
    told = {"id": "s1", "timestamp": str(int(now)), "type": "system", "system": regenerated | {"body": "x"}}
    assert await whatsapp.posts(webhook(change(told))) == 200  # it was Ana after all
    assert sorted((await threads(marta))[ana]) == ["Oi, Ana", "de Ana", "de Ana, atrasada", "do dono novo"]


async def test_after_a_change_of_user_id_the_thread_goes_on(marta: Browser, whatsapp: WhatsApp) -> None:
    new = Customer(ANA.name, bsuid="BR.40000000000000000002")
    sentence = f"User changed from {ANA.bsuid} to {new.bsuid}"
    for wamid, old, what in (("s1", {"previous_user_id": ANA.bsuid}, "x"), ("s2", {}, sentence)):
        await hears(whatsapp, f"{wamid}-before", "antes", ONLY_ID)
        system = {"type": "user_changed_user_id", "user_id": new.bsuid, "body": what} | old
        message = {"id": wamid, "timestamp": "1790000000", "type": "system", "system": system}
        assert await whatsapp.posts(webhook(change(message))) == 200
        await hears(whatsapp, f"{wamid}-after", "depois", new)
    assert list((await threads(marta)).values()) == [["antes", "depois", "antes", "depois"]]


async def test_an_old_id_in_the_sentence_counts_only_when_it_is_known(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    system = {"type": "user_changed_user_id", "user_id": ANA.bsuid, "body": "User changed from BR.777 to x"}
    message = {"id": "s1", "timestamp": "1790000000", "type": "system", "system": system}
    assert await whatsapp.posts(webhook(change(message))) == 200
    await hears(whatsapp, "w1", "oi", ONLY_ID)
    assert list((await threads(marta)).values()) == [["oi"]]


async def test_a_group_message_never_lands_in_the_thread_with_its_sender(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await hears(whatsapp, "w1", "só entre nós", ANA)
    await hears(whatsapp, "w2", "para o grupo", ANA, group_id="group-1")
    echo = text("w3", "ao grupo", Customer(""), to=ANA.wa_id, group_id="group-1")
    value = change()["value"] | {"message_echoes": [echo]}
    assert await whatsapp.posts(webhook({"field": "smb_message_echoes", "value": value})) == 200

    assert list((await threads(marta)).values()) == [["só entre nós"]]
    assert await count(SetAside) == 2


async def test_a_new_profile_name_is_shown_and_an_absent_one_changes_nothing(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await hears(whatsapp, "w1", "um", ANA)
    renamed = Customer("Ana S. 🌻", wa_id=ANA.wa_id, bsuid=ANA.bsuid)
    await hears(whatsapp, "w2", "dois", renamed)
    assert await whatsapp.posts(webhook(change(text("w3", "três", ANA)))) == 200

    async def names() -> bool:
        return [row.name for row in await marta.rows()] == ["Ana S. 🌻"]

    await within(5, names, what="the new name")
