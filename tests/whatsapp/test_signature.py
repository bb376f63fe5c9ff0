"""Who may speak to the webhook."""

from hypothesis import given
from hypothesis import strategies as st

from app.whatsapp.signature import is_signed, sign

BODY = b'{"object":"whatsapp_business_account","text":"ol\\u00e1"}'


def test_a_body_signed_with_the_secret_is_accepted() -> None:
    assert is_signed(sign("secret", BODY), BODY, ["secret"])


def test_the_signature_is_the_published_hmac() -> None:
    # RFC 4231, test case 2
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert sign("Jefe", b"what do ya want for nothing?") == "sha256=" + expected


def test_both_secrets_count_while_one_replaces_the_other() -> None:
    assert is_signed(sign("old", BODY), BODY, ["new", "old"])
    assert is_signed(sign("new", BODY), BODY, ["new", "old"])


def test_another_secret_another_body_or_no_secret_is_refused() -> None:
    assert not is_signed(sign("other", BODY), BODY, ["secret"])
    assert not is_signed(sign("secret", BODY), BODY + b" ", ["secret"])
    assert not is_signed(sign("secret", BODY), BODY, [])


def test_a_blank_secret_signs_nothing() -> None:
    assert not is_signed(sign("", BODY), BODY, [""])


def test_only_the_exact_spelling_is_accepted() -> None:
    good = sign("secret", BODY)
    for bad in (
        good.removeprefix("sha256="),
        good.upper(),
        "SHA256=" + good[7:],
        good + " ",
        "sha1=" + good[7:],
        "",
    ):
        assert not is_signed(bad, BODY, ["secret"])
    assert not is_signed(None, BODY, ["secret"])


@given(st.text(st.characters(), max_size=80))
def test_no_header_makes_it_fail(header: str) -> None:
    assert not is_signed(header, BODY, ["secret"])
    assert not is_signed("sha256=" + header, BODY, ["secret"])


def test_a_header_of_lone_surrogates_is_only_wrong() -> None:
    assert not is_signed("sha256=\udcff\ud800", BODY, ["secret"])
