"""The whole story in a real browser, over the real command: from the link on the terminal to a dead letter that is sent.

In English on a desk and in Chinese on a phone; the words of the buttons are those of the catalogue.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from service.clock import utc_now
from service.web.i18n import Reader, gettext, reading
from tests.support.chromium import chromium, needs_chromium
from tests.support.folder import rss, write_rules
from tests.support.http_server import HttpServer, serve
from tests.support.process import Service, running, wait_until

pytestmark = needs_chromium
HISTORY = ("0", "A quiet morning", "Nothing moved.")
OLD = ("1", "Alder Optics plans an IPO in Hong Kong", "Alder Optics plans an IPO in Hong Kong next year.")
NEW = ("2", "Cedar Foods plans an IPO", "Cedar Foods plans an IPO, its owners said.")
SENTENCE = "Birch Software plans an IPO."
RELOADS = 10


@dataclass(frozen=True)
class Walker:
    """Somebody with a browser who reads one language."""

    tab: Page
    url: str
    language: str

    def word(self, english: str) -> str:
        """A word of the interface as the walker reads it."""

        def translated() -> str:
            reading(Reader(self.language))
            return gettext(english)

        return copy_context().run(translated)

    def press(self, english: str, within: Locator | None = None) -> None:
        (within or self.tab.locator("main")).get_by_role("button", name=self.word(english), exact=True).first.click()

    def submit(self, english: str) -> None:
        """Press a button, and be on the page that it leads to."""
        with self.tab.expect_navigation():
            self.press(english)

    def follow(self, english: str) -> None:
        self.tab.locator("main").get_by_role("link", name=self.word(english), exact=True).first.click()

    def write(self, english: str, text: str) -> None:
        self.tab.get_by_label(self.word(english), exact=True).fill(text)

    def visit(self, english: str) -> None:
        """Go to a page by the menu."""
        button = self.tab.locator(".menu-button")
        if button.is_visible():
            button.click()
        self.tab.locator(".menu").get_by_role("link", name=self.word(english), exact=True).click()
        expect(self.tab.locator(".menu [aria-current=page]")).to_have_text(self.word(english))

    def sees(self, english: str) -> None:
        expect(self.tab.locator("main")).to_contain_text(self.word(english))

    def reloads_until(self, place: Locator) -> None:
        """Reload, as people do who wait for something."""

        def there() -> bool:
            self.tab.reload()
            return place.count() > 0

        wait_until(there, RELOADS, lambda: f"it never came: {self.tab.locator('main').inner_text()}")


@contextmanager
def walker(service: Service, width: int, locale: str) -> Iterator[Walker]:
    """A browser that shows no errors at the end."""
    said: list[str] = []
    with chromium() as browser:
        tab = browser.new_context(viewport={"width": width, "height": 844}, locale=locale).new_page()
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        yield Walker(tab, f"http://127.0.0.1:{service.port}", locale[:2])
    # Of its own accord a browser styles what is put between coloured words; the policy refuses that, and nobody sees it.
    assert [one for one in said if "Applying inline style" not in one] == []


@pytest.mark.parametrize(("locale", "width"), [("en-GB", 1280), ("zh-CN", 390)])
def test_the_whole_story(tmp_path: Path, locale: str, width: int) -> None:
    with serve() as web:
        web.feed("/feed", feed_of(HISTORY))
        web.on("/desk", status=410)
        hook = f"webhook+http://${{DESK_SECRET}}@127.0.0.1:{web.server_port}/desk"
        write_rules(tmp_path, routes=f'route: {{receiver: desk}}\nreceivers: [{{name: desk, targets: ["inbox://", "{hook}"]}}]\n')
        env = {
            "TAPEWATCH_ALLOW_NETWORKS": f"127.0.0.1/32:{web.server_port}",
            "TAPEWATCH_TICK": "200ms",
            "DESK_SECRET": "nobody-may-know-this",
        }
        with running(tmp_path, env) as service, walker(service, width, locale) as walk:
            set_up_and_log_in(walk, service)
            add_a_source(walk, web)
            write_a_rule(walk)
            see_it_fire(walk, web)
            silence_its_rule(walk)
            send_the_dead_letter(walk, web)


def feed_of(*items: tuple[str, str, str]) -> str:
    """A feed whose items were published just now."""
    return re.sub(r"<pubDate>.*?</pubDate>", f"<pubDate>{format_datetime(utc_now())}</pubDate>", rss(*items))


def set_up_and_log_in(walk: Walker, service: Service) -> None:
    link = re.search(r"http://\S+/setup\?link=\S+", service.log)
    assert link, service.log
    walk.tab.goto(link[0])
    walk.write("Your name", "ann")
    walk.write("Password", "correct horse battery")
    walk.write("The same again", "correct horse battery")
    walk.press("Set up")
    expect(walk.tab).to_have_url(f"{walk.url}/")
    if (button := walk.tab.locator(".menu-button")).is_visible():
        button.click()
    walk.press("Log out", walk.tab.locator(".menu"))
    walk.write("User name", "ann")
    walk.write("Password", "correct horse battery")
    walk.press("Log in")
    expect(walk.tab).to_have_url(f"{walk.url}/")


def add_a_source(walk: Walker, web: HttpServer) -> None:
    feed = web.url("/feed")
    walk.visit("Sources")
    walk.follow("Add a source")
    walk.write("Address", feed)
    walk.press("Look at it")
    expect(walk.tab.locator("main")).to_contain_text(HISTORY[1])
    walk.write("Name", "wire")
    walk.press("Add it")
    expect(walk.tab.locator(".diff .added").filter(has_text=feed)).to_have_count(1)
    walk.press("Save as new version")
    walk.follow("wire")
    walk.reloads_until(walk.tab.get_by_role("link", name=HISTORY[1], exact=True))
    web.feed("/feed", feed_of(HISTORY, OLD))
    walk.submit("Read now")
    item = walk.tab.get_by_role("link", name=OLD[1], exact=True)
    walk.reloads_until(item)
    item.click()
    expect(walk.tab.locator("h1")).to_have_text(OLD[1])


def write_a_rule(walk: Walker) -> None:
    """Answers first, then the editor: a wrong word is seen at its line and mended."""
    walk.visit("Rules")
    walk.follow("New rule")
    walk.write("A sentence that should alert", SENTENCE)
    growing = walk.tab.locator("#growing")
    expect(growing).to_contain_text("event: ipo")
    walk.press("Open in the editor")
    field = walk.tab.locator("#text")
    expect(walk.tab.locator(".cm-content")).to_contain_text(SENTENCE)
    right = field.input_value()
    wrong = right.replace("event: ipo", "event: ipoo")
    retype(walk.tab, wrong)
    number = 1 + next(place for place, line in enumerate(wrong.splitlines()) if "ipoo" in line)
    expect(walk.tab.locator("#check [data-problem=error]").first).to_have_attribute("data-line", str(number))
    expect(walk.tab.locator(".cm-lintRange-error").first).to_have_text("ipoo")
    retype(walk.tab, right)
    expect(walk.tab.locator("#check h2")).to_have_text(walk.word("No mistake"))
    expect(walk.tab.locator("#check .passed").filter(has_text=SENTENCE)).to_have_count(1)
    walk.press("Backtest")
    expect(walk.tab.locator("#backtest .chip-well")).to_have_text("+1")
    expect(walk.tab.locator("#backtest")).to_contain_text("Alder Optics")
    walk.press("Save as new version")
    expect(walk.tab.locator("h1")).to_have_text("my-ipo")


def retype(tab: Page, text: str) -> None:
    """Replace all of the editor's text, as a paste does."""
    tab.locator(".cm-content").click()
    tab.keyboard.press("Control+a")
    tab.keyboard.insert_text(text)


def see_it_fire(walk: Walker, web: HttpServer) -> None:
    """The first page fills itself: nobody has to reload it."""
    web.feed("/feed", feed_of(HISTORY, OLD, NEW))
    walk.visit("Sources")
    walk.follow("wire")
    walk.submit("Read now")
    walk.visit("Alerts")
    card = walk.tab.locator(".card")
    expect(card).to_contain_text("Cedar Foods")
    walk.press("Acknowledge", card)
    expect(card.get_by_role("button", name=walk.word("Acknowledge"), exact=True)).to_have_count(0)
    expect(card).to_contain_text("ann")


def silence_its_rule(walk: Walker) -> None:
    walk.tab.locator(".card-title a").click()
    walk.follow("Silence this rule")
    expect(walk.tab.get_by_label(walk.word("What is silenced"), exact=True)).to_have_value("rule=my-ipo")
    walk.write("Reason", "it is known")
    walk.press("Silence")
    row = walk.tab.locator("tr[id^=silence-]")
    expect(row).to_contain_text('rule="my-ipo"')
    expect(row).to_contain_text("it is known")
    walk.press("End", row)
    expect(row).to_contain_text(walk.word("ended"))  # what is silenced is not sent by trying again either


def send_the_dead_letter(walk: Walker, web: HttpServer) -> None:
    walk.visit("Deliveries")
    walk.tab.locator(".tabs").get_by_role("link", name=re.compile(walk.word("Given up"))).click()
    walk.tab.locator("tbody th a").first.click()
    expect(walk.tab.locator(".told-discarded").first).to_be_visible()
    expect(walk.tab.locator("main")).to_contain_text("410")
    web.on("/desk")
    walk.submit("Try again")
    walk.reloads_until(walk.tab.locator(".told-sent"))
    assert len(web.to("/desk")) == 2
