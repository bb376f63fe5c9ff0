"""Who a message is from, and who somebody has become."""

from app.whatsapp import payloads as p
from app.whatsapp.payloads import parse, walk
from tests.whatsapp.recorded import BSUID, NEW_BSUID, NOW, body_with, only, read, text


def test_a_user_without_phone_has_only_a_bsuid() -> None:
    assert only("bsuid_only").sender == p.Sender(bsuid=BSUID, username="ana.souza", profile_name="Ana")


def test_phone_bsuid_and_parent_come_together() -> None:
    sender = only("bsuid_and_phone").sender
    assert (sender.wa_id, sender.bsuid) == ("5511900000001", BSUID)
    assert sender.parent_bsuid == "BR.ENT.30000000000000000001"


def test_a_bsuid_in_the_phones_field_is_still_a_bsuid() -> None:
    assert only("bsuid_in_from").sender == p.Sender(bsuid=BSUID, profile_name="Ana")


def test_of_several_contacts_the_one_with_the_same_id_is_taken() -> None:
    contacts = [
        {"wa_id": "5511900000002", "profile": {"name": "Beto"}, "user_id": "BR.2"},
        {"wa_id": "5511900000001", "profile": {"name": "Ana"}, "user_id": "BR.1"},
    ]
    assert read(text(), contacts=contacts).sender == p.Sender(
        bsuid="BR.1", wa_id="5511900000001", profile_name="Ana"
    )


def test_a_contact_that_another_id_contradicts_is_never_joined() -> None:
    contacts = [{"wa_id": "5511900000002", "user_id": "BR.2", "profile": {"name": "Beto"}}]
    assert read(text(), contacts=contacts).sender == p.Sender(wa_id="5511900000001")


def test_a_lone_contact_is_not_guessed_for_one_of_two_messages() -> None:
    contacts, messages = [{"user_id": "BR.9"}], [text(), text(id="v", **{"from": "5511900000002"})]
    found = list(walk(parse(body_with(None, contacts=contacts, messages=messages)), NOW))
    assert [item.sender.bsuid for item in found if isinstance(item, p.InboundMessage)] == [None, None]


def test_contacts_and_profile_may_be_missing() -> None:
    assert read(text()).sender == p.Sender(wa_id="5511900000001")
    assert read(text(), contacts=[{"wa_id": "5511900000001"}]).sender.profile_name == ""


def test_a_message_of_nobody_is_set_aside() -> None:
    item = read(text(**{"from": None}))
    assert isinstance(item, p.Unreadable)
    assert item.reason == "nobody to file it under"


def test_a_new_number_is_tied_to_the_old_one() -> None:
    change = only("system_number_changed")
    assert change.kind == "user_changed_number"
    assert change.old == p.Sender(bsuid=BSUID, wa_id="5511900000001")
    assert change.new == p.Sender(bsuid=NEW_BSUID, wa_id="5511900000002")
    assert not change.old_is_from_body


def test_the_older_spelling_says_the_same() -> None:
    change = only("system_number_changed_old")
    assert change.kind == "user_changed_number"
    assert (change.old.wa_id, change.new.wa_id) == ("5511900000001", "5511900000002")


def test_an_old_bsuid_may_stand_only_in_the_sentence() -> None:
    change = only("system_user_id_changed")
    assert (change.old.bsuid, change.new.bsuid) == (BSUID, NEW_BSUID)
    assert change.old_is_from_body


def test_a_number_in_the_sentence_is_not_believed() -> None:
    system = {
        "type": "user_changed_number",
        "wa_id": "5511900000002",
        "body": "X changed from 5511900000009 to 1",
    }
    change = read({"id": "w", "type": "system", "system": system})
    assert isinstance(change, p.IdentityChange)
    assert change.old.is_nobody
