"""The page in a real browser: it fits a phone, its own policy lets everything it needs through, and the marks can be seen."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Route, expect
from playwright.sync_api import Page as Tab

from service.clock import utc_now
from service.model.delivery import DeliveryState
from service.model.user import Role
from service.rulebook import load_folder
from service.storage.database import Database
from service.web import InForce
from service.web.navigation import SECTIONS
from tests.support.chromium import chromium, needs_chromium
from tests.support.news import ARTICLE, STORY, store, tell
from tests.support.web import Site, session_cookie, site

WIDTHS = (320, 390, 768, 1280, 2560)
HEIGHT = 844
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def full(sqlite_database: Database) -> Iterator[Site]:
    """The article, and an alert whose every word is too long."""
    now = utc_now()
    endless = "Supercalifragilistic" * 30
    odd = replace(ARTICLE, guid="odd", title=endless, text=f"{endless} hit its limit-up", publisher=endless)
    monster = replace(STORY[0], subject=endless, title=f"{endless} hits limit-up", rule=f"rule-{endless}", alias="港湾光纤" * 40)
    store(sqlite_database, odd, [monster], now - timedelta(hours=2))
    made = store(sqlite_database, ARTICLE, STORY, now)
    tell(sqlite_database, made, {"inbox": DeliveryState.SENT, f"chat-{endless}": DeliveryState.RETRYABLE}, now)
    book = load_folder(None)
    with site(sqlite_database, rulebook=InForce(book.rules.rules, (), book.version, book.rules, book.catalog)) as running:
        yield running


Opens = Callable[..., Tab]


@pytest.fixture
def opens(browser: Browser) -> Iterator[Opens]:
    """Opens an address; at the end nothing may have been written to any tab's console, and nothing asked of another host."""
    said: list[str] = []
    contexts: list[BrowserContext] = []

    def look(
        address: str,
        *,
        width: int = 390,
        scheme: Scheme = "light",
        scripts: bool = True,
        locale: str = "en-GB",
        zone: str = "UTC",
    ) -> Tab:
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHT},
            color_scheme=scheme,
            java_script_enabled=scripts,
            locale=locale,
            timezone_id=zone,
        )
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: said.append(request.url) if "://127.0.0.1:" not in request.url else None)
        tab.goto(address)
        tab.wait_for_load_state("load")
        return tab

    yield look
    for context in contexts:
        context.close()
    assert said == []


def addresses(running: Site, tab: Tab) -> list[str]:
    alert = tab.locator(".card-title a").first.get_attribute("href")
    monster = tab.locator(".card-title a").last.get_attribute("href")
    listed = [place.path for section in SECTIONS for place in section.places if place.path not in ("/users", "/audit")]
    return [f"{running.url}{path}" for path in (*listed, alert, monster, "/items/1?all=true", "/items/2", "/entities/600999.SH")]


def test_no_page_scrolls_sideways_from_a_small_phone_to_a_wall(full: Site, opens: Opens) -> None:
    tab = opens(full.url)
    for address in addresses(full, tab):
        tab.goto(address)
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": HEIGHT})
            assert tab.evaluate("document.documentElement.scrollWidth") == width, (address, width)


def colours(place: Locator) -> tuple[str, str]:
    found: list[str] = place.evaluate("e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]")
    return found[0], found[1]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_marked_words_can_be_told_from_the_rest(full: Site, opens: Opens, scheme: Scheme) -> None:
    tab = opens(full.url, scheme=scheme)
    mark = tab.locator("mark.fired").first
    mark.scroll_into_view_if_needed()
    assert mark.is_visible()
    assert colours(mark)[1] != colours(tab.locator("blockquote").first)[1]
    assert colours(mark)[1] not in ("rgba(0, 0, 0, 0)", colours(tab.locator(".cards").first)[1])


def test_light_and_dark_are_what_the_reader_asked_for(full: Site, opens: Opens) -> None:
    light, dark = (colours(opens(full.url, scheme=scheme).locator("body"))[1] for scheme in SCHEMES)
    assert brightness(light) > 200
    assert brightness(dark) < 40


def brightness(colour: str) -> float:
    return sum(map(int, re.findall(r"\d+", colour)[:3])) / 3


def test_the_chart_shows_a_block_for_each_alert(full: Site, opens: Opens) -> None:
    tab = opens(full.url, width=1280)
    blocks = tab.locator(".chart rect[class^=fill-]")
    assert blocks.count() == len(STORY) + 1
    chart = tab.locator(".chart").bounding_box()
    assert chart is not None
    for index in range(blocks.count()):
        box = blocks.nth(index).bounding_box()
        assert box is not None
        assert box["width"] > 3
        assert box["height"] > 3
        assert chart["x"] <= box["x"]
        assert box["x"] + box["width"] <= chart["x"] + chart["width"] + 1


def test_an_event_leads_to_its_words(full: Site, opens: Opens) -> None:
    tab = opens(full.url, width=1280)
    tab.locator(".card-title a").first.click()
    tab.locator(".events a").nth(2).click()
    tab.wait_for_url("**#event-3")
    assert tab.url.endswith("#event-3")
    assert tab.locator("#event-3 + mark").inner_text() == "climbed 12%"


def test_the_keyboard_reaches_the_content_first_and_sees_where_it_is(full: Site, opens: Opens) -> None:
    tab = opens(full.url, width=1280)
    tab.keyboard.press("Tab")
    skip = tab.locator(".skip")
    box = skip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    for _ in range(3):
        tab.keyboard.press("Tab")
        assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_what_can_be_touched_is_large_enough_for_a_finger(full: Site, opens: Opens) -> None:
    tab = opens(full.url)
    tab.locator(".menu-button").click()
    for place in tab.locator(".menu nav a, .switch a, select, button").all():
        if not place.is_visible():
            continue
        box = place.bounding_box()
        assert box is not None
        assert box["height"] >= 36


def test_choosing_works_without_scripts(full: Site, opens: Opens) -> None:
    tab = opens(full.url, width=1280, scripts=False)
    tab.get_by_text("More filters").click()
    tab.get_by_label("Rule", exact=True).select_option("big-move")
    tab.get_by_role("button", name="Show").click()
    expect(tab).to_have_url(re.compile(r"[?&]rule=big-move"))
    expect(tab.locator(".card")).to_have_count(1)
    tab.locator(".clear").click()
    expect(tab.locator(".card")).to_have_count(len(STORY) + 1)


def test_choosing_with_scripts_loads_the_list_alone(full: Site, opens: Opens) -> None:
    tab = opens(full.url, width=1280)
    tab.evaluate("document.querySelector('.brand').dataset.kept = 'yes'")
    tab.locator(".switch-severity a", has_text="medium").click()
    expect(tab).to_have_url(re.compile(r"severity=medium"))
    expect(tab.locator(".card")).to_have_count(1)
    tab.get_by_label("State").select_option("acknowledged")
    expect(tab).to_have_url(re.compile(r"severity=medium.*state=ack|state=ack.*severity=medium"))
    expect(tab.locator(".card")).to_have_count(0)
    assert tab.locator(".brand").get_attribute("data-kept") == "yes"
    tab.go_back()
    expect(tab.locator(".card")).to_have_count(1)


def test_a_newer_alert_is_announced_and_an_empty_page_fills_itself(sqlite_database: Database, opens: Opens) -> None:
    with site(sqlite_database) as running:
        tab = opens(running.url)
        assert tab.get_by_text("Nothing has fired yet").is_visible()
        store(sqlite_database, ARTICLE, STORY[:1], utc_now())
        tab.evaluate("look()")
        tab.locator(".card").first.wait_for()
        assert not tab.locator("#fresh").is_visible()
        tab.wait_for_load_state("load")
        store(sqlite_database, replace(ARTICLE, guid="later"), STORY[1:2], utc_now() + timedelta(seconds=1))
        tab.evaluate("look()")
        tab.locator("#fresh a").click()
        tab.get_by_text(STORY[1].title).first.wait_for()


@pytest.mark.parametrize("filtered", [False, True], ids=["nothing yet", "nothing that is asked for"])
def test_an_alert_that_comes_while_a_page_without_alerts_loads_is_told(
    sqlite_database: Database, opens: Opens, *, filtered: bool
) -> None:
    if filtered:
        store(sqlite_database, replace(ARTICLE, guid="earlier"), STORY[1:2], utc_now())
    held: list[Route] = []
    with site(sqlite_database) as running:
        tab = opens(f"{running.url}/status")
        tab.route("**/alerts/stream*", lambda route: route.continue_() if held else held.append(route))
        with tab.expect_request("**/alerts/stream*"):
            tab.goto(f"{running.url}/?rule={STORY[0].rule}" if filtered else running.url)
        assert tab.locator(".card").count() == 0
        store(sqlite_database, ARTICLE, STORY[:1], utc_now())
        held[0].continue_()
        if filtered:
            tab.locator("#fresh a").click()
        tab.get_by_text(STORY[0].title).first.wait_for()
        tab.close()  # before the server, which its stream would look for


@pytest.mark.parametrize(("width", "scheme", "locale"), [(1280, "light", "en-GB"), (390, "dark", "zh-CN")])
def test_a_tool_for_accessibility_finds_nothing_serious(
    full: Site, opens: Opens, width: int, scheme: Scheme, locale: str
) -> None:
    tab = opens(full.url, width=width, scheme=scheme, locale=locale)
    found = {}
    for address in addresses(full, tab):
        tab.goto(address)
        faults = Axe().run(tab).response["violations"]
        grave = [(fault["id"], [node["html"][:120] for node in fault["nodes"][:3]]) for fault in faults if _grave(fault)]
        if grave:
            found[address.removeprefix(full.url)] = grave
    assert found == {}


def _grave(fault: dict[str, object]) -> bool:
    return fault["impact"] in ("serious", "critical")


def test_the_menu_of_a_phone_opens_leads_on_and_closes_with_escape(full: Site, opens: Opens) -> None:
    tab = opens(full.url)
    entry = tab.locator(".menu nav a", has_text="Inbox")
    assert not entry.is_visible()
    tab.locator(".menu-button").click()
    assert entry.is_visible()
    tab.keyboard.press("Escape")
    assert not entry.is_visible()
    tab.locator(".menu-button").click()
    entry.click()
    expect(tab).to_have_url(f"{full.url}/inbox")
    wide = opens(full.url, width=1280)
    assert wide.locator(".menu nav a", has_text="Inbox").is_visible()
    assert not wide.locator(".menu-button").is_visible()


def test_times_are_the_readers_at_once_and_by_the_server_from_then_on(full: Site, opens: Opens) -> None:
    tab = opens(full.url, width=1280, zone="America/New_York")
    first = tab.locator(".card .clock").first
    face = first.inner_text()
    assert "UTC" not in face
    assert "America/New_York" in tab.locator(".foot").inner_text()
    tab.reload()
    assert tab.locator("html").get_attribute("data-zone") == "America/New_York"
    assert first.inner_text() == face
    assert "Shanghai" in tab.locator(".card .market").first.inner_text()
    plain = opens(full.url, width=1280, scripts=False)
    assert "UTC" in plain.locator(".card .clock").first.inner_text()


def test_the_language_is_chosen_with_one_button_with_or_without_scripts(full: Site, opens: Opens) -> None:
    tab = opens(f"{full.url}/?severity=high", width=1280, scripts=False)
    tab.get_by_role("button", name="中文").click()
    expect(tab).to_have_url(f"{full.url}/?severity=high")
    assert tab.locator("html").get_attribute("lang") == "zh-Hans"
    assert tab.get_by_role("link", name="收件箱").is_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_alert_is_acknowledged_where_it_stands(full: Site, opens: Opens, sqlite_database: Database, scripts: bool) -> None:
    name, value = session_cookie(sqlite_database, Role.VIEWER)
    tab = opens(f"{full.url}/login", width=1280, scripts=scripts)
    tab.context.add_cookies([{"name": name, "value": value, "url": full.url}])
    tab.goto(full.url)
    card = tab.locator(".card").first
    title = card.locator(".card-title").inner_text()
    card.get_by_role("button", name="Acknowledge").click()
    expect(card.get_by_text("Acknowledged by")).to_be_visible()
    expect(card.locator(".card-title")).to_have_text(title)
    expect(card.get_by_role("button", name="Acknowledge")).to_have_count(0)


def test_who_wants_less_motion_gets_none(full: Site, browser: Browser) -> None:
    context = browser.new_context(reduced_motion="reduce")
    tab = context.new_page()
    tab.goto(full.url)
    assert tab.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    assert tab.evaluate("getComputedStyle(document.querySelector('button')).transitionDuration") == "0s"
    context.close()
