"""What an article's Markdown becomes: its own few elements, and nothing that anybody wrote as HTML."""

import pytest

from app.knowledge.markup import to_html
from tests.hostile.pages import HARMLESS, anatomy_of
from tests.hostile.strings import ALL

MARKDOWN = {
    *("a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong"),
    *("table", "tbody", "td", "th", "thead", "tr", "ul"),
}  # fmt: skip
ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//elsewhere.example/x",
    "\x01javascript:alert(1)",
    "java\nscript:alert(1)",
    "&#106;avascript:alert(1)",
)


@pytest.mark.parametrize(
    "around", ["{}", "# {}", "- {}", "[{}](https://example.com)", "[oi]({})", "![{}]({})", "`{}`"]
)
def test_no_hostile_string_becomes_an_element_that_markdown_has_not(around: str) -> None:
    for hostile in ALL:
        html = to_html(around.replace("{}", hostile))
        found = anatomy_of(html)
        assert found.tags <= MARKDOWN, html[:300]
        assert found.attributes <= {"href", "target", "rel", "start", "title", "class", "style"}, html[:300]
        assert all(HARMLESS.match(one) for one in found.addresses), html[:300]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_link_leads_to_the_web_by_mail_or_telephone_and_nowhere_else(address: str) -> None:
    assert "<a " not in to_html(f"[aqui]({address})")
    assert "<a " not in to_html(f"[aqui](<{address}>)")
    assert "<a " not in to_html(f"<{address}>")


def test_a_link_opens_beside_the_desk_and_tells_its_target_nothing() -> None:
    html = to_html("[preços](https://example.com/precos)")
    assert (
        '<a href="https://example.com/precos" target="_blank" rel="noopener noreferrer nofollow">preços</a>'
        in html
    )


def test_headings_stand_below_the_pages_own_and_pictures_stay_words() -> None:
    html = to_html("# Frete\n\n![foto](https://example.com/a.png)\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    assert "<h2>Frete</h2>" in html
    assert "<table>" in html
    assert "<img" not in html


def test_ten_thousand_brackets_and_stars_end() -> None:
    for sign in ("[", "*", "_", "`", ">", "![", "<", "- "):
        assert to_html(sign * 10_000)
