"""Every page of the console with something on it, in a real browser: it fits, it has a name, and nothing on it is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.test_page import Scheme
from tests.support.chromium import chromium, needs_chromium
from tests.support.console_world import World, console_world

pytestmark = needs_chromium
OUTSIDE = ("/login", "/setup")
LANGUAGES = {"en-GB": "en", "zh-CN": "zh-Hans"}
LOOKS: list[tuple[int, Scheme, str]] = [
    (390, "light", "zh-CN"),
    (390, "dark", "en-GB"),
    (1280, "light", "en-GB"),
    (1280, "dark", "zh-CN"),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[World]:
    with console_world(tmp_path_factory.mktemp("world"), sqlite_template.read_bytes()) as world:
        yield world


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def known(context: BrowserContext, world: World) -> None:
    """Log the browser in."""
    name, _, value = world.site.always["Cookie"].partition("=")
    context.add_cookies([{"name": name, "value": value, "url": world.site.url}])


def grave(tab: Page) -> list[str]:
    """What a tool for accessibility finds that keeps people out."""
    faults = Axe().run(tab).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in faults if one["impact"] in ("serious", "critical")]


def faults_of(tab: Page, width: int, language: str) -> list[str]:
    found = grave(tab)
    wide = tab.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        found.append(f"{wide} px wide")
    if (count := tab.locator("h1").count()) != 1:
        found.append(f"{count} headings of the first level")
    if len(tab.title()) <= len(" · Tapewatch"):
        found.append("no title")
    if (said := tab.locator("html").get_attribute("lang")) != language:
        found.append(f"language {said}")
    return found


@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
def test_every_page_fits_is_named_and_keeps_nobody_out(
    browser: Browser, world: World, width: int, scheme: Scheme, locale: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, locale=locale)
    tab = context.new_page()
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    found = {}
    for path in (*OUTSIDE, *world.paths):
        if path == world.paths[0]:
            known(context, world)
        tab.goto(f"{world.site.url}{path}")
        if tab.locator("#editor").count():
            tab.locator("#check [data-checked]").wait_for()
        if faults := faults_of(tab, width, LANGUAGES[locale]) + noted(said, path):
            found[path] = faults
        said.clear()
    context.close()
    assert found == {}


def noted(said: list[str], path: str) -> list[str]:
    """What the browser complained about, but for the 404 that was asked for."""
    # Of its own accord a browser styles what is put between coloured words; the policy refuses that, and nobody sees it.
    return [one for one in said if "Applying inline style" not in one and not (path == "/nowhere" and "404" in one)]
