"""The rule pages in a real browser: a mistake is seen at its line, mended, proved, held against the past, saved, and fires."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Dialog, Page, expect

from service.app import App
from tests.integration.test_app import item, opened
from tests.support.chromium import chromium, needs_chromium
from tests.support.console import console
from tests.support.folder import RULES, write_rules
from tests.support.web import Site

pytestmark = needs_chromium
NAUGHTY = "<img src=x onerror=alert(1)><script>alert(2)</script>"
PATHS = ("/rules", "/rules/limit-up", "/rules/new", "/rules/watchlist", "/rules/versions", "/rules/versions/1")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("console")
    (folder / "tapewatch.db").write_bytes(sqlite_template.read_bytes())
    write_rules(folder)
    with opened(folder, f"sqlite:///{folder / 'tapewatch.db'}") as app:
        yield app


@pytest.fixture(scope="module")
def site(app: App) -> Iterator[Site]:
    with console(app) as site:
        yield site


Opens = Callable[..., Page]


@pytest.fixture(scope="module")
def opens(site: Site) -> Iterator[Opens]:
    """A tab of somebody who is logged in; at the end, the policy must have refused nothing and no script may have failed."""
    faults: list[str] = []
    name, _, value = site.always["Cookie"].partition("=")
    with chromium() as browser:

        def look(path: str, *, width: int = 1280, scheme: str = "light", locale: str = "en-GB", scripts: bool = True) -> Page:
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme="dark" if scheme == "dark" else "light",
                locale=locale,
                java_script_enabled=scripts,
            )
            context.add_cookies([{"name": name, "value": value, "url": site.url}])
            tab = context.new_page()

            def dismissed(dialog: Dialog) -> None:
                faults.append(dialog.message)
                dialog.dismiss()

            tab.on("pageerror", lambda error: faults.append(str(error)))
            tab.on("console", lambda message: faults.append(f"{path}: {message.text}") if message.type == "error" else None)
            tab.on("dialog", dismissed)
            tab.goto(f"{site.url}{path}")
            return tab

        yield look
    # Of its own accord a browser styles what is put between coloured words; the policy refuses that, and nobody sees it.
    assert [fault for fault in faults if "Applying inline style" not in fault] == []


def write(tab: Page, text: str) -> None:
    """Replace all of the editor's text, as a paste does."""
    tab.locator(".cm-content").click()
    tab.keyboard.press("Control+a")
    tab.keyboard.insert_text(text)


def test_a_mistake_is_seen_mended_proved_saved_and_fires(app: App, opens: Opens) -> None:
    app.pipeline.push("push", [item("old", "Lumentum plans an IPO.")])
    tab = opens("/rules/limit-up")
    wrong = (
        RULES.replace("event: limit_up", "event: ipoo").replace("hit limit-up", "plans an IPO").replace("hits limit-up", "lists")
    )
    write(tab, wrong)
    expect(tab.locator("#check [data-problem=error]")).to_have_attribute("data-line", "5")
    expect(tab.locator("#check")).to_contain_text("ipoo")
    expect(tab.locator(".cm-lintRange-error").first).to_have_text("ipoo")
    tab.locator(".cm-lintRange-error").first.hover()
    expect(tab.locator(".cm-diagnostic").first).to_contain_text("ipoo")
    write(tab, wrong.replace("ipoo", "ipo"))
    expect(tab.locator("#check")).to_contain_text("No mistake")
    expect(tab.locator("#check .passed")).to_have_count(2)
    expect(tab.locator(".cm-lintRange-error")).to_have_count(0)
    tab.get_by_label("Try a text").fill("Alder Optics plans an IPO.")
    tab.get_by_role("button", name="Try it").click()
    expect(tab.locator("#try")).to_contain_text("Alder Optics lists")
    tab.get_by_role("button", name="Backtest").click()
    expect(tab.locator("#backtest")).to_contain_text("+1")
    expect(tab.locator("#backtest")).to_contain_text("Lumentum lists")
    tab.get_by_label("What did you change, and why?").fill("listings instead")
    tab.get_by_role("button", name="Save as new version").click()
    expect(tab.locator(".history")).to_contain_text("listings instead")
    app.pipeline.push("push", [item("new", "Cedar Foods plans an IPO.")])
    tab.get_by_role("link", name="Its alerts").click()
    expect(tab.locator("main")).to_contain_text("Cedar Foods lists")


def test_words_are_completed_from_the_schema_and_the_entities(opens: Opens) -> None:
    tab = opens("/rules/limit-up")
    write(tab, "rules:\n  - id: mine\n    when:\n      event: pri")
    tab.keyboard.press("Control+Space")
    expect(tab.locator(".cm-tooltip-autocomplete")).to_contain_text("price_move")
    tab.keyboard.press("Enter")
    tab.keyboard.type("\nsubj")
    expect(tab.locator(".cm-tooltip-autocomplete")).to_contain_text("subject")
    write(tab, "rules:\n  - id: mine\n    when:\n      event: ipo\n      subject: {entity: nvid")
    tab.keyboard.press("Control+Space")
    expect(tab.locator(".cm-tooltip-autocomplete")).to_contain_text("NVDA.US")


def test_naughty_text_stays_text(opens: Opens) -> None:
    tab = opens("/rules/limit-up")
    write(tab, f'rules:\n  - id: mine\n    when: {{event: limit_up}}\n    examples: {{match: ["{NAUGHTY}"]}}\n')
    expect(tab.locator("#check .failed")).to_contain_text("<script>")
    assert tab.locator("main img").count() == 0


def test_without_scripts_a_mistake_is_shown_too(opens: Opens) -> None:
    tab = opens("/rules/limit-up", scripts=False)
    tab.locator("#text").fill(RULES.replace("limit_up", "limit_upp"))
    tab.get_by_role("button", name="Check").click()
    expect(tab.locator("#check [data-problem=error]").first).to_contain_text("Line 5")


def test_a_rule_grows_while_questions_are_answered(opens: Opens) -> None:
    tab = opens("/rules/new")
    tab.get_by_label("A sentence that should alert").fill("NVIDIA hit a record high on Monday.")
    expect(tab.locator("#growing")).to_contain_text("event: new_high")
    tab.locator("#whom").select_option("entity")
    tab.locator("#name").press_sequentially("nvidia")
    expect(tab.locator("#names option").first).to_have_attribute("value", "NVDA.US")
    tab.locator("#name").fill("NVDA.US")
    expect(tab.locator("#growing")).to_contain_text("No mistake")
    tab.get_by_role("button", name="Open in the editor").click()
    expect(tab.locator(".cm-content")).to_contain_text("NVDA.US")
    tab.get_by_role("button", name="Save as new version").click()
    expect(tab.locator("h1")).to_have_text("my-new-high")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("width", "locale", "scheme"), [(390, "zh-CN", "dark"), (1280, "en-GB", "light")])
def test_every_page_fits_and_can_be_used_by_everybody(opens: Opens, path: str, width: int, locale: str, scheme: str) -> None:
    tab = opens(path, width=width, locale=locale, scheme=scheme)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.locator("h1").count() == 1
    assert tab.locator("html").get_attribute("lang") == ("zh-Hans" if locale == "zh-CN" else "en")
    if path == "/rules/limit-up":
        expect(tab.locator(".cm-content")).to_be_visible()
        expect(tab.locator("#check .passed").first).to_be_visible()
    found = Axe().run(tab).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
    tab.context.close()
