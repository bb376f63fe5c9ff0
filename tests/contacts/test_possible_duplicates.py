"""What only looks like one person is asked about, and never decided by us."""

import re

from tests.actors import Browser, WhatsApp
from tests.contacts.merges import contact_of, contacts, hears, only_merge, threads
from tests.people import BRUNO, Customer
from tests.whatsapp.bodies import change, contact, webhook, written

LONG = Customer("Bruno Dias", wa_id="5511990000102")
SHORT = Customer("Bruno D.", wa_id="551190000102")


async def asked_in(marta: Browser, conversation: int) -> str | None:
    """The other contact that the strip of a conversation asks about."""
    page = (await marta.open(f"/c/{conversation}")).text
    found = re.search(r'class="maybe-same".*?name="other_id" value="(\d+)"', page, re.S)
    return found.group(1) if found else None


async def two_spellings(marta: Browser, whatsapp: WhatsApp) -> tuple[int, int]:
    """One number with and without Brazil's ninth digit; gives both conversations."""
    await hears(whatsapp, "w1", "com nove", LONG)
    await hears(whatsapp, "w2", "sem nove", SHORT)
    first, second = sorted(await threads(marta))
    return first, second


async def test_a_number_without_the_ninth_digit_is_asked_about_and_joined_by_a_person_alone(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    first, second = await two_spellings(marta, whatsapp)
    one, other = await contact_of(first), await contact_of(second)
    assert (await asked_in(marta, first), await asked_in(marta, second)) == (str(other), str(one))

    joined = await marta.post(f"/contacts/{other}/merges", {"other_id": str(one)}, htmx=False)
    assert joined.headers["location"] == f"/contacts/{one}"
    assert await threads(marta) == {first: ["com nove", "sem nove"]}
    assert await asked_in(marta, first) is None
    page = (await marta.open(f"/contacts/{one}")).text
    assert "Juntado por" in page
    assert (await marta.http.get(f"/contacts/{other}")).headers["location"] == f"/contacts/{one}"

    merge = await only_merge()
    for status in (303, 409):  # a second time there is nothing to undo
        undone = await marta.post(f"/contacts/{one}/merges/{merge.id}/undo", htmx=False)
        assert undone.status_code == status
    assert sorted((await threads(marta)).values()) == [["com nove"], ["sem nove"]]
    assert await asked_in(marta, first) is None


async def test_two_people_are_never_asked_about_again(marta: Browser, whatsapp: WhatsApp) -> None:
    first, second = await two_spellings(marta, whatsapp)
    one, other = await contact_of(first), await contact_of(second)
    assert (await marta.post(f"/contacts/{one}/distinctions", {"other_id": str(other)})).status_code == 204
    await hears(whatsapp, "w3", "oi", SHORT)
    assert await asked_in(marta, first) is None
    assert len(await contacts()) == 2


async def test_a_number_given_by_the_button_is_learnt_or_when_another_has_it_asked_about(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    clara = Customer("Clara", bsuid="BR.1000000000000103")
    card = {"name": {"formatted_name": "x"}, "phones": [{"phone": "+55", "wa_id": BRUNO.wa_id}]}

    async def gives(wamid: str, origin: str) -> None:
        message = {"id": wamid, "from_user_id": clara.bsuid, "timestamp": "1790000000", "type": "contacts"}
        told = message | {"contacts": [card | {"origin": origin}]}
        assert await whatsapp.posts(webhook(change(told, contacts=[contact(clara)]))) == 200

    await hears(whatsapp, "w1", "de Bruno", BRUNO)
    await gives("w2", "other")  # anybody's card proves nothing
    first, second = sorted(await threads(marta))
    assert await asked_in(marta, second) is None
    await gives("w3", "contact_request")
    assert await asked_in(marta, second) == str(await contact_of(first))
    assert len(await contacts()) == 2


async def test_a_change_of_number_that_only_its_sentence_tells_is_asked_about(
    marta: Browser, whatsapp: WhatsApp
) -> None:
    await hears(whatsapp, "w1", "do velho", BRUNO)
    system = {
        "type": "user_changed_number",
        "wa_id": "5511900000777",
        "body": f"B changed from {BRUNO.wa_id} to 5511900000777",
    }
    told = {"id": "s1", "timestamp": "1790000000", "type": "system", "system": system}
    assert await whatsapp.posts(webhook(change(told))) == 200
    assert await whatsapp.posts(written("w2", "do novo", Customer("B", wa_id="5511900000777"))) == 200
    first, second = sorted(await threads(marta))
    assert await asked_in(marta, second) == str(await contact_of(first))
