"""Each attendant's settings, and the installation's for admins."""

import re

import pytest
from sqlalchemy import select

from app.accounts.models import Role, User
from app.db import reading
from app.i18n import LOCALES
from app.installation import Installation
from app.live.events import EventKind, LiveEvent
from tests.accounts.house import HEADER, House

HTMX = {"HX-Request": "true"}


async def stored() -> User:
    async with reading() as session:
        user = (await session.execute(select(User))).scalar_one()
        return user


async def test_ticking_a_box_is_kept_and_told_to_this_attendant_s_tabs(house: House) -> None:
    person = await house.person()
    async with house.browser() as browser:
        csrf = await house.enter(browser)
        answer = await browser.post("/settings", data={"csrf_token": csrf, "blue_ticks": "on"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/settings")
        kept = await stored()
        assert (kept.blue_ticks, kept.silences_claude, kept.alert_shows_text) == (True, False, True)
        async with reading() as session:
            (event,) = (await session.execute(select(LiveEvent))).scalars().all()
            assert (event.kind, event.user_id) == (EventKind.ATTENDANT_CHANGED, person.id)
        await browser.post("/settings", data={"csrf_token": csrf})
    assert (await stored()).blue_ticks is False


async def test_the_whole_form_says_what_is_off_too(house: House) -> None:
    await house.person()
    async with house.browser() as browser:
        csrf = await house.enter(browser)
        form = {
            "name": "Marta S.",
            "locale": "pt_BR",
            "silences_claude": ["off", "on"],
            "alert_shows_text": "off",
        }
        answer = await browser.post("/settings", data=form, headers={HEADER: csrf, **HTMX})
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<form")
    assert 'role="status"' in answer.text
    kept = await stored()
    assert (kept.name, kept.silences_claude, kept.alert_shows_text) == ("Marta S.", True, False)


@pytest.mark.parametrize(
    ("locale", "tag", "name", "words"),
    [
        ("en", "en", "English", ("Settings", "Back to the conversations", "Your name", "Blue ticks")),
        (
            "es",
            "es-419",
            "Español",
            ("Configuración", "Volver a las conversaciones", "Tu nombre", "Marcas azules"),
        ),
    ],
)
async def test_another_language_shows_on_the_whole_page(
    house: House, locale: str, tag: str, name: str, words: tuple[str, ...]
) -> None:
    await house.person()
    async with house.browser() as browser:
        csrf = await house.enter(browser)
        answer = await browser.post("/settings", data={"locale": locale}, headers={HEADER: csrf, **HTMX})
        assert answer.headers["hx-refresh"] == "true"
        page = (await browser.get("/settings")).text
    assert f'<html lang="{tag}">' in page
    assert f'<option value="{locale}" lang="{tag}" selected>{name}</option>' in page
    assert [sentence for sentence in words if sentence not in page] == []
    assert "Voltar para as conversas" not in page


async def test_every_language_is_offered(house: House) -> None:
    await house.person()
    async with house.browser() as browser:
        await house.enter(browser)
        page = (await browser.get("/settings")).text
    offered = re.findall(r'<option value="(\w+)" lang="[\w-]+"(?: selected)?>[^<]+</option>', page)
    assert sorted(offered) == sorted(LOCALES)


async def test_a_form_changes_only_what_it_speaks_of(house: House) -> None:
    await house.person()
    async with house.browser() as browser:
        csrf = await house.enter(browser)
        await browser.post("/settings", data={"csrf_token": csrf, "blue_ticks": "on"})
        chosen = {"theme": "dark", "wallpaper": "sky", "text_size": "large", "undo_send_seconds": "5"}
        switched = {"enter_sends": "off", "link_previews": "off", "silences_claude": ["off", "on"]}
        await browser.post("/settings", data={"csrf_token": csrf, **chosen, **switched})
    kept = await stored()
    assert (kept.theme, kept.wallpaper, kept.text_size, kept.undo_send_seconds) == ("dark", "sky", "large", 5)
    assert (kept.enter_sends, kept.link_previews, kept.silences_claude) == (False, False, True)
    assert (kept.blue_ticks, kept.sound_out, kept.keeps_archived, kept.shortcuts) == (True, True, True, {})


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("locale", "xx"),
        ("theme", "pink"),
        ("wallpaper", ""),
        ("text_size", "13"),
        ("undo_send_seconds", "4"),
    ],
)
async def test_a_wrong_setting_is_shown_again_with_its_error(house: House, field: str, wrong: str) -> None:
    await house.person()
    async with house.browser() as browser:
        csrf = await house.enter(browser)
        for headers in ({HEADER: csrf}, {HEADER: csrf, **HTMX}):
            answer = await browser.post("/settings", data={field: wrong}, headers=headers)
            assert answer.status_code == 422
            assert f'id="{field}-error"' in answer.text
    assert (await stored()).name == "Marta"


@pytest.mark.parametrize("role", [Role.ATTENDANT, Role.SUPERVISOR])
async def test_only_an_admin_changes_the_installation(house: House, role: Role) -> None:
    await house.person(role=role)
    async with house.browser() as browser:
        csrf = await house.enter(browser)
        assert "/settings/installation" not in (await browser.get("/settings")).text
        answer = await browser.post(
            "/settings/installation", data={"business_name": "Mine"}, headers={HEADER: csrf}
        )
        assert answer.status_code == 403
    async with reading() as session:
        names = (await session.execute(select(Installation.business_name))).scalars().all()
        assert "Mine" not in names


async def test_an_admin_changes_the_installation_field_by_field(house: House) -> None:
    await house.person(role=Role.ADMIN)
    async with house.browser() as browser:
        csrf = await house.enter(browser)
        form = {
            "business_name": "Padaria",
            "instructions": "Seja breve.\r\nSem preços.\0",
            "csrf_token": csrf,
        }
        assert (await browser.post("/settings/installation", data=form)).status_code == 303
        saved = await browser.post(
            "/settings/installation", data={"handoff_text": "Já chamo."}, headers={HEADER: csrf, **HTMX}
        )
        assert saved.status_code == 200
        assert 'value="Padaria"' in saved.text
        too_long = {"business_name": "x" * 121, "csrf_token": csrf}
        refused = await browser.post("/settings/installation", data=too_long)
        assert refused.status_code == 422
        assert 'id="business_name-error"' in refused.text
    async with reading() as session:
        kept = (await session.execute(select(Installation))).scalar_one()
        assert (kept.business_name, kept.instructions) == ("Padaria", "Seja breve.\nSem preços.")
        assert kept.handoff_text == "Já chamo."
