"""Meta's bodies, read leniently: nothing lost, nothing that spoils its neighbours."""

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_a_text_says_who_when_where_and_what() -> None:
    assert only("text") == p.InboundMessage(
        path="entry[0].changes[0].value.messages[0]",
        number=p.NumberRef("100000000000001", "551140000001", "200000000000001"),
        wamid="wamid.TEST0001",
        sent_at=SENT_AT,
        sender=p.Sender(bsuid=BSUID, wa_id="5511900000001", profile_name="Ana Souza"),
        type="text",
        body="Olá, ainda está aberto?",
        content={"body": "Olá, ainda está aberto?"},
    )


@pytest.mark.parametrize(
    ("name", "type_", "body"),
    [
        ("image", "image", "Chegou assim"),
        ("video", "video", ""),
        ("document", "document", "O pedido"),
        ("audio_voice", "audio", ""),
        ("sticker", "sticker", ""),
        ("location", "location", "Praça\nRua das Flores, 1"),
        ("contacts", "contacts", "Beto Lima, Caio Reis, +55 11 90000-0008"),
        ("button", "button", "Sim"),
        ("interactive_button", "interactive", "Confirmar"),
        ("interactive_list", "interactive", "Às 10 h"),
        ("nfm_reply", "interactive", "Sent"),
        ("order", "order", "Entrega amanhã\n2 × CAFE-500\n1 × XICARA"),
        ("unsupported", "unsupported", ""),
        ("unknown_type", "hologram", "?"),
        ("system_identity", "system", "Ana's security code changed"),
    ],
)
def test_each_type_shows_its_words(name: str, type_: str, body: str) -> None:
    message = only(name)
    assert (message.type, message.body) == (type_, body)


def test_the_types_own_json_is_kept() -> None:
    assert only("audio_voice").content["voice"] is True
    assert only("document").content["filename"] == "pedido.pdf"
    assert only("nfm_reply").content["nfm_reply"]["response_json"] == '{"dia": "sexta"}'
    assert len(only("contacts").content["contacts"]) == 3
    assert only("unknown_type").content == {"body": "?", "depth": 3}


def test_a_reply_names_what_it_answers_and_whether_it_was_passed_on() -> None:
    message = only("text_reply_forwarded")
    assert message.reply_to_wamid == "wamid.OURS0001"
    assert (message.forwarded, message.often_forwarded) == (True, True)
    assert only("text").forwarded is False


def test_the_advertisement_somebody_came_from_is_kept() -> None:
    assert only("text_from_advertisement").referral["headline"] == "Promoção"


def test_a_groups_message_says_so() -> None:
    assert only("group").group_id == "group-1"


def test_the_reason_of_an_unsupported_message_is_told() -> None:
    message = only("unsupported")
    assert message.content == {"type": "poll"}
    assert message.errors[0] == p.ErrorReport(
        131051, "Message type unknown", "", "Message type is currently not supported."
    )


def test_an_error_beside_a_message_without_content_belongs_to_that_message() -> None:
    message = only("interactive_missing")
    assert (message.type, message.content, message.errors[0].code) == ("interactive", {}, 131000)


def test_an_error_without_any_message_belongs_to_the_account() -> None:
    item = only("account_error")
    assert isinstance(item, p.AccountError)
    assert item.error.code == 130429
    assert item.path == "entry[0].changes[0].value.errors[0]"


def test_an_error_beside_a_whole_message_is_not_swallowed() -> None:
    found = list(walk(parse(body_with(text(), errors=[{"code": "130429"}])), NOW))
    assert [type(item) for item in found] == [p.InboundMessage, p.AccountError]


class TestWhoWrote:
    def test_a_user_without_phone_has_only_a_bsuid(self) -> None:
        assert only("bsuid_only").sender == p.Sender(bsuid=BSUID, username="ana.souza", profile_name="Ana")

    def test_phone_bsuid_and_parent_come_together(self) -> None:
        sender = only("bsuid_and_phone").sender
        assert (sender.wa_id, sender.bsuid) == ("5511900000001", BSUID)
        assert sender.parent_bsuid == "BR.ENT.30000000000000000001"

    def test_a_bsuid_in_the_phones_field_is_still_a_bsuid(self) -> None:
        assert only("bsuid_in_from").sender == p.Sender(bsuid=BSUID, profile_name="Ana")

    def test_of_several_contacts_the_one_with_the_same_id_is_taken(self) -> None:
        contacts = [
            {"wa_id": "5511900000002", "profile": {"name": "Beto"}, "user_id": "BR.2"},
            {"wa_id": "5511900000001", "profile": {"name": "Ana"}, "user_id": "BR.1"},
        ]
        assert read(text(), contacts=contacts).sender == p.Sender(
            bsuid="BR.1", wa_id="5511900000001", profile_name="Ana"
        )

    def test_a_contact_that_another_id_contradicts_is_never_joined(self) -> None:
        contacts = [{"wa_id": "5511900000002", "user_id": "BR.2", "profile": {"name": "Beto"}}]
        assert read(text(), contacts=contacts).sender == p.Sender(wa_id="5511900000001")

    def test_a_lone_contact_is_not_guessed_for_one_of_two_messages(self) -> None:
        contacts, messages = [{"user_id": "BR.9"}], [text(), text(id="v", **{"from": "5511900000002"})]
        found = list(walk(parse(body_with(None, contacts=contacts, messages=messages)), NOW))
        assert [item.sender.bsuid for item in found if isinstance(item, p.InboundMessage)] == [None, None]

    def test_contacts_and_profile_may_be_missing(self) -> None:
        assert read(text()).sender == p.Sender(wa_id="5511900000001")
        assert read(text(), contacts=[{"wa_id": "5511900000001"}]).sender.profile_name == ""

    def test_a_message_of_nobody_is_set_aside(self) -> None:
        item = read(text(**{"from": None}))
        assert isinstance(item, p.Unreadable)
        assert item.reason == "nobody to file it under"


class TestWhatChangesAnEarlierMessage:
    def test_a_reaction_names_its_target(self) -> None:
        reaction = only("reaction")
        assert (reaction.target_wamid, reaction.emoji, reaction.by_us) == ("wamid.OURS0001", "👍", False)

    @pytest.mark.parametrize("name", ["reaction_removed_absent", "reaction_removed_empty"])
    def test_a_reaction_is_taken_away_in_both_shapes(self, name: str) -> None:
        assert only(name).emoji is None

    def test_an_edit_brings_the_new_text(self) -> None:
        edit = only("edit")
        assert (edit.original_wamid, edit.type, edit.body) == (
            "wamid.TEST0001",
            "text",
            "Olá, está aberto hoje?",
        )

    def test_a_revoke_names_what_is_gone(self) -> None:
        revoke = only("revoke")
        assert isinstance(revoke, p.Revoke)
        assert revoke.original_wamid == "wamid.TEST0001"

    def test_one_without_target_is_set_aside(self) -> None:
        assert isinstance(read(text(type="revoke", revoke={})), p.Unreadable)

    def test_the_phone_app_writes_edits_revokes_and_reacts_too(self) -> None:
        echo, edit, revoke, reaction = items("echo")
        assert isinstance(echo, p.Echo)
        assert (echo.body, echo.recipient.wa_id) == ("Já respondo", "5511900000001")
        assert isinstance(edit, p.Edit)
        assert isinstance(revoke, p.Revoke)
        assert isinstance(reaction, p.Reaction)
        assert [edit.by_us, revoke.by_us, reaction.by_us] == [True] * 3
        assert reaction.sender.wa_id == "5511900000001"


class TestWhoSomebodyIsNow:
    def test_a_new_number_is_tied_to_the_old_one(self) -> None:
        change = only("system_number_changed")
        assert change.kind == "user_changed_number"
        assert change.old == p.Sender(bsuid=BSUID, wa_id="5511900000001")
        assert change.new == p.Sender(bsuid=NEW_BSUID, wa_id="5511900000002")
        assert not change.old_is_from_body

    def test_the_older_spelling_says_the_same(self) -> None:
        change = only("system_number_changed_old")
        assert change.kind == "user_changed_number"
        assert (change.old.wa_id, change.new.wa_id) == ("5511900000001", "5511900000002")

    def test_an_old_bsuid_may_stand_only_in_the_sentence(self) -> None:
        change = only("system_user_id_changed")
        assert (change.old.bsuid, change.new.bsuid) == (BSUID, NEW_BSUID)
        assert change.old_is_from_body

    def test_a_number_in_the_sentence_is_not_believed(self) -> None:
        system = {
            "type": "user_changed_number",
            "wa_id": "5511900000002",
            "body": "X changed from 5511900000009 to 1",
        }
        change = read({"id": "w", "type": "system", "system": system})
        assert isinstance(change, p.IdentityChange)
        assert change.old.is_nobody


class TestStatuses:
    def test_a_report_carries_what_the_tick_and_the_bill_need(self) -> None:
        report = only("status_sent")
        assert (report.wamid, report.status) == ("wamid.OURS0001", "sent")
        assert report.opaque == "6a0c1f5e-0000-4000-8000-000000000001"
        assert report.recipient == p.Sender(bsuid=BSUID, wa_id="5511900000001", profile_name="Ana Souza")
        assert report.pricing["type"] == "free_customer_service"
        assert report.conversation["expiration_timestamp"] == "1790086400"

    @pytest.mark.parametrize("status", ["delivered", "read"])
    def test_later_ticks_are_reported(self, status: str) -> None:
        assert only(f"status_{status}").status == status

    def test_a_failure_without_contacts_is_read(self) -> None:
        report = only("status_failed")
        assert (report.status, report.errors[0].code) == ("failed", 131047)
        assert report.errors[0].details == "More than 24 hours have passed"

    def test_each_member_of_a_group_reports_apart(self) -> None:
        first, second = items("status_group")
        assert isinstance(first, p.StatusReport)
        assert isinstance(second, p.StatusReport)
        assert (first.group_id, first.recipient) == ("group-1", p.Sender())
        assert (first.participant, second.participant) == ("5511900000001", "5511900000002")
        assert only("status_read").participant == ""

    def test_an_unknown_status_is_kept_as_it_is(self) -> None:
        statuses = [{"id": "w", "status": "teleported", "errors": "none"}]
        [report] = walk(parse(body_with(None, messages=[], statuses=statuses)), NOW)
        assert isinstance(report, p.StatusReport)
        assert (report.status, report.errors) == ("teleported", ())


def test_history_is_only_noted() -> None:
    assert isinstance(only("history"), p.History)


def test_a_field_we_do_not_read_is_kept_whole() -> None:
    item = only("unknown_field")
    assert (item.field, item.raw) == ("account_update", {"event": "VERIFIED_ACCOUNT"})


def test_a_bad_item_spoils_no_other() -> None:
    found = items("batch_with_poison")
    good = [item.wamid for item in found if isinstance(item, (p.InboundMessage, p.StatusReport))]
    bad = [(item.path, item.reason) for item in found if isinstance(item, p.Unreadable)]
    assert good == ["wamid.TEST0011", "wamid.TEST0012", "wamid.TEST0013"] + ["wamid.OURS0001"] * 2 + [
        "wamid.TEST0014"
    ]
    assert bad == [
        ("entry[0].changes[0].value.messages[1]", "no id"),
        ("entry[0].changes[0].value.messages[2]", "not an object"),
        ("entry[0].changes[1].value.statuses[2]", "no status"),
        ("entry[1].changes[1]", "a change that is no object"),
        ("entry[2]", "no list of changes"),
    ]


def test_in_a_batch_each_message_has_its_own_sender_and_account() -> None:
    found = [item for item in items("batch_with_poison") if isinstance(item, p.InboundMessage)]
    assert [item.sender.profile_name for item in found] == [
        "Ana Souza",
        "Beto Lima",
        "Ana Souza",
        "Caio Reis",
    ]
    assert found[-1].number.business_account_id == "200000000000002"


@pytest.mark.parametrize(
    ("timestamp", "is_kept"),
    [
        ("1790000000", True), (1790000000, True), ("17 ", False), ("1_790_000_000", False),
        ("１７９０００００００", False),
        ("10" * 10, False), ("9" * 11, False), ("1", False), (True, False), (1.5e9, False), (None, False),
        (str(int(NOW.timestamp()) + 86_000), True), (str(int(NOW.timestamp()) + 87_000), False),
    ],
)  # fmt: skip
def test_only_a_sensible_time_is_believed(timestamp: Any, is_kept: bool) -> None:
    assert (read(text(timestamp=timestamp)).sent_at is not None) is is_kept


def test_what_a_database_refuses_is_replaced() -> None:
    message = read(text(text={"body": "a\ud800b\0c", "k\0": ["\udfff", 2**63, -(2**63), 2**63 - 1]}))
    assert message.body == "a\ufffdb\u2400c"
    assert message.content["k\u2400"] == ["\ufffd", str(2**63), str(-(2**63)), 2**63 - 1]
    assert read(text(text={"body": "👨‍👩‍👧"})).body == "👨‍👩‍👧"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b"<html>", "not JSON"),
        (b"[]", "not an object"),
        (b"{}", "no entry list"),
        (b'{"entry":{}}', "no entry list"),
        (b'{"entry":["\xff"]}', "not UTF-8"),
        (b"\xef\xbb\xbf" + b'{"entry":[]}', "not JSON"),
        ('{"entry":[]}'.encode("utf-16"), "not UTF-8"),
        ('{"entry":[]}'.encode("utf-16-le"), "not JSON"),
        (b'{"entry":[NaN]}', "a number that is not finite"),
        (b'{"entry":[-Infinity]}', "a number that is not finite"),
        (b'{"entry":[1e999]}', "a number that is not finite"),
        (b'{"entry":[' + b"9" * 5000 + b"]}", "a number too large"),
        (b"[" * 100_000, "nested too deep"),
        (b"[" * 65 + b"]" * 65, "nested too deep"),
        (b'{"entry":' + b'{"a":[' * 40 + b"]}" * 40 + b"}", "nested too deep"),
        (b'"' + b'\\"' * 100_000, "not JSON"),
    ],
)
def test_a_body_that_cannot_be_walked_says_why(body: bytes, reason: str) -> None:
    with pytest.raises(p.Unusable) as problem:
        parse(body)
    assert problem.value.reason == reason


def test_brackets_within_strings_are_no_depth() -> None:
    assert read(text(text={"body": "[{" * 100 + '\\"' + "[" * 100})).body.startswith("[{[{")


def test_sixty_four_levels_are_not_too_deep() -> None:
    assert parse(b'{"entry":' + b"[" * 63 + b"]" * 63 + b"}").entries


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_recorded_shape_is_read_without_setting_aside(file: Path) -> None:
    found = items(file.stem)
    assert found
    assert file.stem == "batch_with_poison" or not any(isinstance(item, p.Unreadable) for item in found)


ODD_TEXT = st.text('ab1["\\\0\ud800é🙂', max_size=8)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | ODD_TEXT | st.sampled_from(["", "5511900000001", BSUID, "text", "reaction", "system", "0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ODD_TEXT, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (holder, key) in this JSON."""
    keys = (
        list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    )
    return [(value, key) for key in keys] + [place for key in keys for place in places(value[key])]


@given(st.data())
def test_no_change_to_a_recorded_shape_makes_reading_fail(data: st.DataObject) -> None:
    document = json.loads(data.draw(st.sampled_from(FILES)).read_text())
    for _ in range(data.draw(st.integers(1, 4))):
        holder, key = data.draw(st.sampled_from(places(document) or [({"": 0}, "")]))
        if data.draw(st.booleans()):
            holder[key] = data.draw(JUNK)
        elif isinstance(holder, dict):
            del holder[key]
    try:
        envelope = parse(json.dumps(document).encode())
    except p.Unusable:
        return
    for item in walk(envelope, NOW):
        assert item.path.startswith("entry[")
        json.dumps(getattr(item, "content", {}), ensure_ascii=False).encode()


@given(st.binary(max_size=200))
def test_bytes_are_read_or_refused_and_nothing_else(body: bytes) -> None:
    with contextlib.suppress(p.Unusable):
        parse(body)
