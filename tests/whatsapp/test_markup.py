"""How WhatsApp's markup looks, how Markdown becomes it, and where a long text is parted."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import Markup

from app.whatsapp.graphemes import graphemes
from app.whatsapp.markup import emoji_count, markdown_to_whatsapp, plain, split_for_whatsapp, to_html
from app.whatsapp.spans import ADDRESS, INLINE_CODE, fenced

LINK = '<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>'

# Pieces that meet in unexpected ways, far more often than random characters would.
PIECES = st.sampled_from(
    ["*", "**", "***", "****", "_", "__", "~", "~~", "`", "```", "#", "# ", "\n", "\n\n", " ", "- ", "* ",
     "+ ", "1. ", "> ", "|", "|-|-|", "---", "[", "](", ")", "(", "!", "a", "b c", "2", "é", "👨‍👩‍👧", "🇧🇷",
     "e\u0301", "\u200d", ".", "? ", "https://x.com/a_b*c", "www.x.com", "ana@x.com", "+55 11 90000-0001",
     "<b>", "&", "&lt;", '"', "'", "\\", "\t", "\r\n"]
)  # fmt: skip
MARKED_UP = st.lists(PIECES, max_size=30).map("".join)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*b* _i_ ~s~", "<strong>b</strong> <em>i</em> <s>s</s>"),
        ("*_~x~_*", "<strong><em><s>x</s></em></strong>"),
        ("(*b*), *c*!", "(<strong>b</strong>), <strong>c</strong>!"),
        ("2*3*4 a_b_c *a*b", "2*3*4 a_b_c *a*b"),
        ("x * a* *a * ** *** ~~", "x * a* *a * ** *** ~~"),
        ("*a\nb*", "*a<br>b*"),
        ("*a _b* c_", "<strong>a _b</strong> c_"),
        ("`*a* <b>` *b*", "<code>*a* &lt;b&gt;</code> <strong>b</strong>"),
        ("antes\n```\n*a*\n <i>\n```\ndepois", "antes<pre><code>*a*\n &lt;i&gt;</code></pre>depois"),
        ("``` ``` e", "``` ``` e"),
        ("- a\n* *b*\nfim", "<ul><li>a</li><li><strong>b</strong></li></ul>fim"),
        ("3. c\n4. d", '<ol><li value="3">c</li><li value="4">d</li></ol>'),
        ("-a\n1.b", "-a<br>1.b"),
        ("> a\n> *b*\nc", "<blockquote>a<br><strong>b</strong></blockquote>c"),
        ("a\n\nb\r\nc", "a<br><br>b<br>c"),
        ('*"oi"*', "<strong>&#34;oi&#34;</strong>"),
        ("", ""),
    ],
)
def test_the_bubble_shows_whatsapps_grammar(text: str, html: str) -> None:
    assert to_html(text) == Markup(html)  # noqa: S704 - the expectation itself


@pytest.mark.parametrize(
    ("text", "address", "words"),
    [
        ("https://x.com/a_b_c?d=1&e=*", "https://x.com/a_b_c?d=1&amp;e=", "https://x.com/a_b_c?d=1&amp;e="),
        ("HTTP://X.com/(a).", "HTTP://X.com/(a)", "HTTP://X.com/(a)"),
        ("www.x.com,", "https://www.x.com", "www.x.com"),
        ("ana.b@x.com.br.", "mailto:ana.b@x.com.br", "ana.b@x.com.br"),
        ("+55 (11) 90000-0001", "tel:+5511900000001", "+55 (11) 90000-0001"),
    ],
)
def test_addresses_open_in_a_new_tab_that_learns_nothing(text: str, address: str, words: str) -> None:
    assert str(to_html(text)).startswith(LINK.format(address, words))


def test_markers_around_an_address_are_not_part_of_it() -> None:
    link = LINK.format("https://x.com/a_b", "https://x.com/a_b")
    assert to_html("*https://x.com/a_b* (https://x.com/a_b)") == f"<strong>{link}</strong> ({link})"


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "*<img src=x onerror=alert(1)>*",
        "```<svg onload=alert(1)>```",
        "`<svg onload=alert(1)>`",
        'https://x.com/"onmouseover="alert(1)',
        "https://x.com/'onmouseover='alert(1)",
        "https://x.com/<script>",
        "> <b>\n- <b>\n1. <b>",
        "&lt;script&gt;",
        "[x](javascript:alert(1))",
    ],
)
def test_an_attack_is_shown_as_the_text_it_is(attack: str) -> None:
    assert_only_our_tags(str(to_html(attack)))
    assert "javascript:" not in re.sub(r">[^<]*<", "><", f">{to_html(attack)}<")


def assert_only_our_tags(html: str) -> None:
    allowed = (
        r"</?(?:strong|em|s|code|pre|ul|ol|li|blockquote)>|<br>|</a>|<li value=\"[0-9]+\">"
        r"|<a href=\"(?:https?://|mailto:|tel:\+)[^\"<>\s]*\""
        r" rel=\"noopener noreferrer nofollow\" target=\"_blank\">"
    )
    assert not re.search("[<>\"']", re.sub(allowed, "", html, flags=re.IGNORECASE))


@given(MARKED_UP)
def test_only_our_own_tags_ever_come_out_and_they_are_closed(text: str) -> None:
    html = str(to_html(text))
    assert_only_our_tags(html)
    open_tags: list[str] = []
    for closing, name in re.findall(r"<(/?)([a-z]+)[^>]*>", html):
        if name == "br":
            continue
        if closing:
            assert open_tags.pop() == name
        else:
            open_tags.append(name)
    assert open_tags == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("*Oi* _Ana_\n\n- um\n* dois\n> três", "Oi Ana • um • dois três"),
        ("`a` ```b\nc``` ~d~", "a b c d"),
        ("<b> & 2*3*4", "<b> & 2*3*4"),
        ("https://x.com/a_b_c", "https://x.com/a_b_c"),
        (" \n ", ""),
    ],
)
def test_a_preview_is_one_line_without_markers(text: str, words: str) -> None:
    assert plain(text) == words


@pytest.mark.parametrize(
    ("markdown", "whatsapp"),
    [
        ("**b** e *i* e __b__ e ~~s~~", "*b* e _i_ e *b* e ~s~"),
        ("***bi***", "*_bi_*"),
        ("**a _b_ c**", "*a _b_ c*"),
        ("# Título\n### **Outro** ##", "*Título*\n*Outro*"),
        ("#hashtag", "#hashtag"),
        ("[site](https://x.com/a_b)", "site: https://x.com/a_b"),
        ("[https://x.com](https://x.com/) [x.com](https://x.com)", "https://x.com/ https://x.com"),
        ("[escreva](mailto:a@x.com) <https://x.com>", "escreva: a@x.com https://x.com"),
        ("![foto](https://x.com/(1).png)", "foto: https://x.com/(1).png"),
        ("**[site](https://x.com)**", "*site: https://x.com*"),
        ("| Plano | Preço | Prazo |\n|---|:-:|--:|\n| **A** | R$ 10 | 2 dias |\nfim",
         "*Plano: Preço, Prazo*\n- *A*: R$ 10, 2 dias\nfim"),
        ("* a\n+ b\n  * c", "- a\n- b\n  - c"),
        ("a\n\n---\n\nb\n* * *", "a\n\nb\n"),
        ("1. a\n2. b\n> c", "1. a\n2. b\n> c"),
        ("`**a**` e ```\n**b**\n# c\n``` e **d**", "`**a**` e ```\n**b**\n# c\n``` e *d*"),
        ("snake_case__x y_z https://x.com/a__b__c", "snake_case__x y_z https://x.com/a__b__c"),
        ("**https://x.com/p_q**", "*https://x.com/p_q*"),
        ("*já é do WhatsApp* _sim_", "*já é do WhatsApp* _sim_"),
        ("5 * 3 * 2 = 30 **x**", "5 * 3 * 2 = 30 *x*"),
        ("2**10 = 1024", "2^10 = 1024"),
        ("CPF ***.123.456-** cartão ****1234", "CPF •••.123.456-•• cartão ••••1234"),
        ("**sem fim", "sem fim"),
        ("**Nota:**texto", "Nota:texto"),
        ("", ""),
    ],
)  # fmt: skip
def test_markdown_becomes_what_whatsapp_shows(markdown: str, whatsapp: str) -> None:
    assert markdown_to_whatsapp(markdown) == whatsapp


@given(MARKED_UP)
@example("# *")
@example("**~~**~~*")
@example("[[a](b)](c)")
@example("*a* **b**")
def test_converting_again_changes_nothing(text: str) -> None:
    once = markdown_to_whatsapp(text)
    assert markdown_to_whatsapp(once) == once


@given(MARKED_UP)
def test_no_double_star_stays_outside_code_and_addresses(text: str) -> None:
    outside = " ".join(piece for is_code, piece in fenced(markdown_to_whatsapp(text)) if not is_code)
    assert "**" not in re.sub(f"{INLINE_CODE}|{ADDRESS}", " ", outside)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def bare(text: str) -> str:
    return re.sub(r"\s|```", "", text)


@pytest.mark.parametrize("blank", ["", " ", "\n\n \t"])
def test_nothing_is_no_message(blank: str) -> None:
    assert split_for_whatsapp(blank) == []


def test_what_fits_is_one_message() -> None:
    assert split_for_whatsapp("  Oi.\n\nTudo bem?  ") == ["Oi.\n\nTudo bem?"]


def test_asked_for_bubbles_the_text_parts_at_its_empty_lines() -> None:
    text = "Olá!\n\nTemos dois planos.\n\nQual prefere?\n\nPosso ajudar."
    assert split_for_whatsapp(text, pieces=9) == text.split("\n\n")
    three = split_for_whatsapp(text, pieces=3)
    assert len(three) == 3
    assert "\n\n".join(three) == text


@pytest.mark.parametrize(
    ("text", "limit", "messages"),
    [
        ("Um dois três.\n\nQuatro cinco. Seis.", 30, ["Um dois três.", "Quatro cinco. Seis."]),
        ("Um dois três.\nQuatro cinco. Seis.", 30, ["Um dois três.", "Quatro cinco. Seis."]),
        ("Um dois três. Quatro cinco seis", 25, ["Um dois três.", "Quatro cinco seis"]),
        ("Um dois três quatro cinco", 16, ["Um dois três", "quatro cinco"]),
        ("a" * 40, 16, ["a" * 16, "a" * 16, "a" * 8]),
        ("Veja aqui: https://example.com/um/caminho", 32, ["Veja aqui:", "https://example.com/um/caminho"]),
        ("Temos:\n- um item com muitas palavras. E mais\n- outro", 48,
         ["Temos:\n- um item com muitas palavras. E mais", "- outro"]),
        ("Texto.\n```\numa linha\noutra linha\n```\nfim", 34,
         ["Texto.", "```\numa linha\noutra linha\n```\nfim"]),
        ("```\num dois\ntrês quatro\ncinco\n```", 24,
         ["```\num dois\n```", "```\ntrês quatro\n```", "```\ncinco\n```"]),
    ],
)  # fmt: skip
def test_a_long_text_is_parted_by_meaning(text: str, limit: int, messages: list[str]) -> None:
    assert split_for_whatsapp(text, limit) == messages


def test_a_length_counts_as_phones_count() -> None:
    assert split_for_whatsapp("🙂" * 20, 16) == ["🙂" * 8, "🙂" * 8, "🙂" * 4]


def test_a_limit_too_small_for_a_code_block_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        split_for_whatsapp("a", 15)


@given(MARKED_UP, st.integers(16, 60), st.integers(1, 4))
def test_every_message_fits_and_only_white_space_is_lost(text: str, limit: int, pieces: int) -> None:
    messages = split_for_whatsapp(text, limit, pieces)
    assert all(message.strip() == message and message and units(message) <= limit for message in messages)
    assert bare("".join(messages)) == bare(text)


@given(
    st.lists(st.sampled_from(["👨‍👩‍👧", "🇧🇷", "e\u0301", "👍🏽", "a", " ", "\n"]), max_size=40).map("".join)
)
def test_what_is_read_as_one_character_is_never_parted(text: str) -> None:
    seen = [char for char in graphemes(text) if not char.isspace()]
    parted = [
        char for message in split_for_whatsapp(text, 16) for char in graphemes(message) if not char.isspace()
    ]
    assert parted == seen


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("👍", 1), ("👨‍👩‍👧‍👦🇧🇷❤️", 3), (" 🙂 🙂 ", 2), ("1️⃣", 1), ("👍🏽", 1), ("❤", 1),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 1),
        ("👍👍👍👍", None), ("👍 ok", None), ("1", None), ("", None), (" ", None), ("©", None),
        ("a\ufe0f", None), ("👍" * 1000, None),
    ],
)  # fmt: skip
def test_a_message_of_one_to_three_emoji_is_recognised(text: str, count: int | None) -> None:
    assert emoji_count(text) == count


SIZE = 65_000


@pytest.mark.parametrize(
    "unit",
    ["*", "**", "_*~", "`", "```", "``` ", "```a```\n\n", "[", "[a](", "(", "a@", "a.", "http://", "https://;",
     "> ", "**a ", "*a ", "| |\n|-|\n", "\n", " ", "x", "+1 ", "# ", "🇧🇷", "e\u0301", "\u0301", "[[a](b)](b)",
     "- \n", "- x\n ", "&", "<", '"'],
)  # fmt: skip
def test_time_grows_only_with_length(unit: str) -> None:
    text = (unit * SIZE)[:SIZE]
    began = time.process_time()
    for work in (to_html, plain, markdown_to_whatsapp, split_for_whatsapp, emoji_count):
        work(text + "x")
    assert time.process_time() - began < 3
