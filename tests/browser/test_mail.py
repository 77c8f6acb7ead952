"""Mail and Slack messages as pictures: real mails from a real SMTP server, in a real browser, light and dark, wide and narrow."""

import base64
import email.policy
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from typing import Literal

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from service.alerting.links import WORDS
from service.model.alert import Alert, Novelty
from service.model.delivery import Background, Delivery, Digest, Sent
from service.model.rule import Severity
from service.notify.links import Links
from service.notify.render.slack import slack_message
from tests.support.alerts import NOW, make_alert
from tests.support.chromium import chromium, needs_chromium
from tests.support.notify import make_delivery, notifiers
from tests.support.picture import contrast, luminance, read_png
from tests.support.slack_page import slack_page
from tests.support.smtp_sink import SmtpSink, smtp_sink

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WIDTHS = (600, 360)
PAGE = "https://page.example"
BUTTONS = Links(PAGE, b"k" * 32).of
ENDLESS = "Supercalifragilistic" * 30

pytestmark = needs_chromium

UPDATE = make_alert(
    id="u",
    title="Alder Optics (甲山光电): IPO approved",
    subject="Alder Optics",
    alias="甲山光电",
    event_type="ipo",
    facts={"stage": "approved"},
    novelty=Novelty.UPDATE,
    follows="f",
    severity=Severity.MEDIUM,
    outlets=("North Post", "甲山日报"),
)
BACKGROUND = {"u": Background("Alder Optics plans an IPO", "ipo", {"stage": "filed"})}


def _digest() -> Delivery:
    alerts = [
        make_alert(
            id=f"d{number}",
            severity=severity,
            created_at=NOW + timedelta(minutes=9 * number),
            labels={"desk": f"desk {number % 2}"},
        )
        for number, severity in enumerate([*Severity] * 3)
    ]
    return replace(make_delivery(*alerts), digest=Digest("While it was quiet", NOW, NOW + timedelta(hours=3), "held overnight"))


def _odd() -> Delivery:
    odd: Alert = make_alert(
        title=ENDLESS, subject=ENDLESS, alias="甲山光电" * 40, headline=ENDLESS, reason=ENDLESS, excerpt=ENDLESS, marks=(),
        publisher=ENDLESS, event_type=ENDLESS, link=f"https://{ENDLESS[:60]}.example.com/", body=ENDLESS,
    )  # fmt: skip
    return make_delivery(odd, receiver=ENDLESS)


DELIVERIES: dict[str, Delivery] = {
    "one": replace(make_delivery(), footer="latency"),
    "move": make_delivery(make_alert(event_type="price_move", facts={"pct": 12.0, "bound": "over"}, severity=Severity.CRITICAL)),
    "update": replace(make_delivery(UPDATE), background=BACKGROUND),
    "bundle": make_delivery(*(make_alert(id=severity.value, severity=severity) for severity in Severity)),
    "large": make_delivery(*(make_alert(id=str(number), title=f"Alert {number}") for number in range(40))),
    "template": replace(make_delivery(), templates={"text": "{{ title }}\n\n{{ happened }}"}),
    "digest": _digest(),
    "odd": _odd(),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def sink() -> Iterator[SmtpSink]:
    with smtp_sink() as sink:
        yield sink


@pytest.fixture(scope="module")
def pages(sink: SmtpSink) -> dict[str, str]:
    """What a mail program would show of each delivery as it was received, its pictures put in place."""
    with notifiers(base_url=PAGE, buttons=BUTTONS) as out:
        for delivery in DELIVERIES.values():
            assert isinstance(out.send(delivery, sink.url()), Sent)
    return {name: _shown(mail.raw) for name, mail in zip(DELIVERIES, sink.wait_for(len(DELIVERIES)), strict=True)}


def _shown(raw: bytes) -> str:
    message = message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(("html",))
    assert body is not None
    html = str(body.get_content())
    for part in message.walk():
        if part.get_content_maintype() == "image":
            data = base64.b64encode(part.get_content()).decode()
            html = html.replace(f"cid:{str(part['Content-ID']).strip('<>')}", f"data:image/png;base64,{data}")
    return html


Opens = Callable[..., Tab]


@pytest.fixture(scope="module")
def opens(browser: Browser) -> Iterator[Opens]:
    """Shows HTML in a tab for each width and scheme; at the end nothing may have been asked of any host."""
    asked: list[str] = []
    tabs: dict[tuple[int, Scheme], Tab] = {}

    def look(html: str, *, width: int = 600, scheme: Scheme = "light") -> Tab:
        if (width, scheme) not in tabs:
            context = browser.new_context(viewport={"width": width, "height": 400}, color_scheme=scheme)
            tabs[width, scheme] = context.new_page()
            tabs[width, scheme].on("request", lambda request: asked.append(request.url))
        tabs[width, scheme].set_content(html)
        return tabs[width, scheme]

    yield look
    for tab in tabs.values():
        tab.context.close()
    assert [url for url in asked if not url.startswith("data:")] == []


COLOURS = """() => {
  const parse = text => { const [r, g, b, a] = text.match(/[0-9.]+/g).map(Number); return [r, g, b, a === undefined ? 1 : a] }
  const ground = element => {
    for (; element; element = element.parentElement) {
      const colour = parse(getComputedStyle(element).backgroundColor)
      if (colour[3] > 0) return colour.slice(0, 3)
    }
    return [255, 255, 255]
  }
  const found = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement
    if (!node.textContent.trim() || !element.checkVisibility()) continue
    found.push([node.textContent.trim().slice(0, 40), parse(getComputedStyle(element).color).slice(0, 3), ground(element)])
  }
  return found
}"""


@pytest.mark.parametrize("name", DELIVERIES)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_mail_fits_its_width(pages: dict[str, str], opens: Opens, name: str, width: int) -> None:
    tab = opens(pages[name], width=width)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", DELIVERIES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_word_can_be_read(pages: dict[str, str], opens: Opens, name: str, scheme: Scheme) -> None:
    texts = opens(pages[name], scheme=scheme).evaluate(COLOURS)
    assert len(texts) > 3
    assert [(text, colour, ground) for text, colour, ground in texts if contrast(colour, ground) < 4.5] == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["one", "update", "digest"])
def test_the_picture_is_as_light_or_dark_as_its_reader_wants(
    pages: dict[str, str], opens: Opens, name: str, scheme: Scheme
) -> None:
    drawn = read_png(opens(pages[name], width=360, scheme=scheme).screenshot())
    pixels = [luminance(pixel) for row in drawn.rows[::4] for pixel in row[::4]]
    share = sum(pixel > 0.5 for pixel in pixels) / len(pixels)
    assert share > 0.7 if scheme == "light" else share < 0.1
    assert 0 < sum(pixel < 0.2 for pixel in pixels) / len(pixels) < 1, "there is something to read"


@pytest.mark.parametrize("name", DELIVERIES)
def test_no_colour_turns_into_its_opposite(pages: dict[str, str], name: str) -> None:
    """Mail programs that darken by themselves make pure white black, and leave what is pure black invisible."""
    styles = pages[name].lower().replace(" ", "")
    for colour in ("#fff;", "#ffffff", "#000;", "#000000", ":white", ":black"):
        assert colour not in styles
    assert '<metaname="color-scheme"content="lightdark">' in styles


def test_the_figure_is_the_largest_and_the_marked_words_stand_out(pages: dict[str, str], opens: Opens) -> None:
    tab = opens(pages["move"])
    sizes = tab.evaluate(
        "[...document.querySelectorAll('p, h2, b, a, span')].map(e => [parseFloat(getComputedStyle(e).fontSize), e.innerText])"
    )
    assert max(sizes)[1].startswith("Up more than 12%")
    mark = tab.locator("mark").evaluate("e => [getComputedStyle(e).fontWeight, getComputedStyle(e).backgroundColor]")
    around = tab.locator("blockquote").evaluate("e => [getComputedStyle(e).fontWeight, getComputedStyle(e).backgroundColor]")
    assert int(mark[0]) > int(around[0]) and mark[1] != around[1], "by weight and by ground, not by colour alone"


def test_buttons_can_be_hit_with_a_thumb(pages: dict[str, str], opens: Opens) -> None:
    buttons = opens(pages["one"], width=360).locator("a.button")
    assert buttons.all_inner_texts() == list(WORDS.values())
    for button in buttons.all():
        box = button.bounding_box()
        assert box is not None and box["height"] >= 30 and box["width"] >= 60
    assert all(str(link).startswith(f"{PAGE}/act/") for link in buttons.evaluate_all("all => all.map(e => e.href)"))


def test_the_chart_of_a_digest_is_shown_and_described(pages: dict[str, str], opens: Opens) -> None:
    image = opens(pages["digest"], width=360).locator("img")
    assert image.evaluate("e => e.complete && e.naturalWidth") == 1140
    assert (image.get_attribute("alt") or "no words") in opens(pages["digest"]).locator("body").inner_text()


@pytest.mark.parametrize("name", DELIVERIES)
def test_a_large_mail_is_not_cut(pages: dict[str, str], name: str) -> None:
    assert len(pages[name].encode()) < 102_000, "Gmail cuts here"


@pytest.mark.parametrize("name", DELIVERIES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_slack_message_can_be_drawn_and_fits(opens: Opens, name: str, scheme: Scheme) -> None:
    page = slack_page(slack_message(DELIVERIES[name], PAGE, BUTTONS), dark=scheme == "dark")
    tab = opens(page, width=360, scheme=scheme)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    assert tab.locator("main").inner_text().startswith("Tapewatch APP")
