"""Meta's bodies, read leniently: nothing lost, nothing that spoils its neighbours."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.whatsapp import payloads as p
from app.whatsapp.payloads import parse, walk
from tests.whatsapp.recorded import BSUID, FILES, NOW, SENT_AT, body_with, items, only, read, text


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
