"""How an attendant wants it to look is painted from the first byte on, on every page."""

import re

from tests.actors import Desk

COLORS = re.compile('<meta name="(color-scheme|theme-color)" content="([^"]+)"')


async def test_the_chosen_looks_stand_on_the_root_of_every_page_and_nowhere_before_signing_in(
    desk: Desk,
) -> None:
    marta = desk.marta
    await marta.post("/settings", {"theme": "dark", "wallpaper": "sky", "text_size": "large"})
    root = '<html lang="pt-BR" data-theme="dark" data-wallpaper="sky" data-text-size="large">'
    for path, status in (("/", 200), ("/settings", 200), ("/no/such/page", 404)):
        page = await marta.open(path)
        assert page.status_code == status
        assert root in page.text
        assert COLORS.findall(page.text) == [("color-scheme", "dark"), ("theme-color", "#161717")]
    await marta.post("/sign-out")
    page = await marta.open("/sign-in")
    assert '<html lang="pt-BR">' in page.text
    by_the_system = [("color-scheme", "light dark"), ("theme-color", "#ffffff"), ("theme-color", "#161717")]
    assert COLORS.findall(page.text) == by_the_system
