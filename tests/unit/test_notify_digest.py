"""Digests: grouped, counted, one line for each alert, with a picture that says the same as the words beside it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.model.alert import Alert
from service.model.delivery import Background, Delivery, Digest
from service.model.rule import Severity
from service.notify.render import render
from service.notify.render.blocks import MAX_BLOCKS, MAX_TEXT, length
from service.notify.render.chart import COLOURS, COLUMNS, HEIGHT, WIDTH, described, in_text, picture, timeline
from service.notify.render.digest import MAX_LINES
from service.notify.render.mail import compose_mail
from service.notify.render.slack import slack_message
from tests.support.alerts import make_alert
from tests.support.html_page import Page
from tests.support.notify import make_delivery
from tests.support.picture import contrast, read_png

SINCE, UNTIL = datetime(2025, 12, 22, 1, 0, tzinfo=UTC), datetime(2025, 12, 22, 9, 0, tzinfo=UTC)
DIGEST = Digest("What happened overnight", SINCE, UNTIL, "held until quiet hours ended at 17:00 Shanghai")
ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=120)


def entry(number: int, **changes: Any) -> Alert:
    at = SINCE + timedelta(minutes=number)
    return make_alert(**{"id": f"a{number}", "published": at, "created_at": at, "labels": {}, **changes})


def digest(*alerts: Alert, **background: Background) -> Delivery:
    return replace(make_delivery(*alerts), digest=DIGEST, background=background)


def test_sectors_come_from_labels_then_tags_then_the_kind_of_event() -> None:
    text = render(
        digest(
            entry(1, labels={"desk": "a-share"}),
            entry(2, labels={"sector": "optical", "desk": "a-share"}),
            entry(3),
            entry(4, event_type="ipo"),
            entry(5, event_type="", subject="", alias="", entity=None),
            a3=Background(tags=("chips",)),
        )
    ).text
    for heading in ("a-share (1 alert: 1 high)", "optical (1 alert: 1 high)", "chips (1 alert: 1 high)", "IPO (1 alert: 1 high)"):
        assert f"\n{heading}\n" in text
    assert "\nOther (1 alert: 1 high)\n" in text


def test_a_tag_that_most_alerts_share_names_their_sector_unless_it_is_everywhere() -> None:
    wide, alone = ("a-share", "optical"), ("a-share", "optical", "rare")
    tags = {"a1": wide, "a2": wide, "a3": alone, "a4": ("a-share", "chips"), "a5": ("a-share", "chips"), "a6": ("a-share",)}
    background = {name: Background(tags=each) for name, each in tags.items()}
    text = render(digest(*(entry(number) for number in range(1, 7)), **background)).text
    headings = [line for line in text.splitlines() if line.endswith("high)") and not line.startswith(" ")]
    assert headings == ["optical (3 alerts: 3 high)", "chips (2 alerts: 2 high)", "a-share (1 alert: 1 high)"]


def test_each_alert_is_one_line_with_when_who_what_and_where() -> None:
    move = entry(5, event_type="price_move", facts={"pct": -12.0, "bound": "over"}, severity=Severity.CRITICAL)
    before = entry(9, published=SINCE - timedelta(days=1), subject="", alias="", entity=None, title="Optics rally goes on")
    delivery = digest(move, before)
    who = "Yangtze Optical Fibre and Cable · 长飞光纤 · 601869.SH"
    lines = render(delivery).text.splitlines()
    assert f"  01:05 CRITICAL · {who} · Down more than 12% · Price move" in lines
    assert "  12-21 01:00 HIGH · Optics rally goes on" in lines
    assert lines.count("    https://news.example.com/1") == 2
    page = Page(render(delivery).html)
    assert page.links.count("https://news.example.com/1") == 2
    assert "Down more than 12%" in page.text and "12-21 01:00" in page.text
    said = json.dumps(slack_message(delivery), ensure_ascii=False)
    assert "Down more than 12%" in said and said.count('"url": "https://news.example.com/1"') == 2


def test_the_head_counts_and_says_why_it_is_a_digest() -> None:
    delivery = digest(entry(1), entry(2, severity=Severity.CRITICAL), entry(3))
    rendered = render(delivery, "http://page.example")
    assert rendered.subject == "What happened overnight · 3 alerts: 1 critical, 2 high"
    for said in (rendered.text, Page(rendered.html).text, json.dumps(slack_message(delivery), ensure_ascii=False)):
        assert "What happened overnight" in said
        assert "held until quiet hours ended at 17:00 Shanghai" in said
        assert "2025-12-22 01:00 UTC (09:00 Shanghai) to 2025-12-22 09:00 UTC (17:00 Shanghai)" in said
        assert "3 alerts over time; the most, 3, between 01:00 and 01:12 UTC" in said


def test_a_digest_without_a_title_reason_or_alerts_is_still_a_message() -> None:
    empty = replace(make_delivery(), alerts=(), digest=Digest("", SINCE, SINCE, ""))
    assert render(empty).subject == "Digest · 0 alerts"
    assert slack_message(empty)["blocks"][0]["text"]["text"] == "Digest"
    assert "no alerts over time" in render(empty).text


def test_nothing_is_left_out_without_being_counted() -> None:
    alerts = [entry(number, title=f"title-{number:04}-", subject="", alias="", entity=None) for number in range(MAX_LINES + 7)]
    rendered = render(digest(*alerts))
    for number in range(MAX_LINES):
        assert f"title-{number:04}-" in rendered.text and f"title-{number:04}-" in rendered.html
    assert "\nand 7 more\n" in rendered.text and "and 7 more" in rendered.html
    message = slack_message(digest(*alerts), "http://page.example")
    shown = json.dumps(message).count("title-")
    assert 20 < shown
    assert message["blocks"][-1]["elements"][0]["text"] == f"and {len(alerts) - shown} more: http://page.example"


def test_many_sectors_stay_within_the_blocks_of_a_message() -> None:
    alerts = [entry(number, labels={"sector": f"s{number}"}, subject="", title="x", excerpt="", link="") for number in range(120)]
    message = slack_message(digest(*alerts))
    shown = sum(block["type"] == "rich_text" for block in message["blocks"])
    assert len(message["blocks"]) <= MAX_BLOCKS
    assert message["blocks"][-1]["elements"][0]["text"] == f"and {120 - shown} more"


# --- the picture ---


def test_the_picture_shows_each_alert_in_its_column_and_colour() -> None:
    course = timeline([entry(0), entry(1, severity=Severity.LOW), entry(8 * 60 - 1, severity=Severity.LOW)], SINCE, UNTIL)
    drawn = read_png(picture(course))
    assert (drawn.width, drawn.height) == (WIDTH, HEIGHT)
    assert drawn.clear == b"\0", "the ground lets the mail's own through"
    colours = [[drawn.palette[row[x][0]] if row[x][0] else None for row in drawn.rows[:-2]] for x in (15, WIDTH // 2, WIDTH - 15)]
    first, middle, last = colours
    assert set(middle) == {None}
    assert set(first) == {None, COLOURS[Severity.HIGH], COLOURS[Severity.LOW]}
    assert set(last) == {None, COLOURS[Severity.LOW]}
    assert first.count(COLOURS[Severity.HIGH]) == first.count(COLOURS[Severity.LOW]) == last.count(COLOURS[Severity.LOW])
    assert first.index(COLOURS[Severity.HIGH]) > first.index(COLOURS[Severity.LOW]) > 0, "the gravest stand on the ground"


def test_the_same_alerts_make_the_same_picture() -> None:
    alerts = [entry(number) for number in range(50)]
    assert picture(timeline(alerts, SINCE, UNTIL)) == picture(timeline(alerts, SINCE, UNTIL))


@pytest.mark.parametrize("ground", [(0xFB, 0xFC, 0xFD), (0x1D, 0x23, 0x2B)])
def test_each_colour_can_be_told_from_a_light_and_from_a_dark_ground(ground: tuple[int, int, int]) -> None:
    assert {
        severity.value: contrast(colour, ground) for severity, colour in COLOURS.items() if contrast(colour, ground) < 3
    } == {}


def test_the_picture_in_words_and_characters() -> None:
    alerts = [entry(0), *(entry(240 + number) for number in range(4))]
    course = timeline(alerts, SINCE, UNTIL)
    assert described(course) == "5 alerts over time; the most, 4, between 05:00 and 05:12 UTC"
    assert in_text(course) == "▂········█·········"
    outside = timeline([entry(-5), entry(10_000)], SINCE, UNTIL)
    assert (outside.totals[0], outside.totals[-1], len(outside.totals)) == (1, 1, COLUMNS)


def test_the_picture_travels_inside_the_mail() -> None:
    delivery = digest(entry(1))
    rendered = render(delivery)
    raw = compose_mail(delivery, rendered, ("Desk", "a@tapewatch.example"), ("", "ops@example.com"))
    assert raw == compose_mail(delivery, render(delivery), ("Desk", "a@tapewatch.example"), ("", "ops@example.com"))
    parsed = message_from_bytes(raw, policy=default)
    kinds = [part.get_content_type() for part in parsed.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    image = list(parsed.walk())[-1]
    assert f'src="cid:{image["Content-ID"].strip("<>")}"' in parsed.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert image.get_content() == rendered.chart
    assert image.get_content_disposition() == "inline"
    assert max(map(len, raw.split(b"\r\n"))) <= 78


# --- hostile ---


@settings(deadline=None)
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, st.integers(1, 5))
def test_whatever_the_text_a_digest_holds_no_markup_but_ours(one: str, two: str, three: str, number: int) -> None:
    alert = entry(1, title=one, subject=two, alias=three, facts={"x": one}, link=two, publisher=three, labels={"sector": two})
    delivery = replace(
        make_delivery(*[alert] * number, key=one or "k"),
        digest=Digest(one, SINCE, UNTIL, two),
        background={"a1": Background(tags=(three,), names=(one, two))},
    )
    ours = Page(render(digest(entry(1), a1=Background(tags=("t",)))).html)
    rendered = render(delivery, "http://page.example")
    page = Page(rendered.html)
    assert set(page.tags) <= set(ours.tags) and page.attributes <= ours.attributes
    assert all(link.startswith(("http://", "https://", "cid:chart.")) for link in page.links)
    assert rendered.subject.splitlines() == [rendered.subject]
    raw = compose_mail(delivery, rendered, ("Desk", "a@tapewatch.example"), ("", "ops@example.com"))
    parsed = message_from_bytes(raw, policy=default)
    assert (parsed["To"], parsed.get_all("Bcc"), parsed["Subject"]) == ("ops@example.com", None, rendered.subject)
    message = slack_message(delivery)
    assert len(message["blocks"]) <= MAX_BLOCKS and length(message["blocks"]) <= MAX_TEXT
    assert not [text for text in _strings(message) if "<!" in text or "<@" in text or "<http" in text]


def _strings(value: object) -> list[str]:
    if isinstance(value, dict | list):
        return [text for each in (value.values() if isinstance(value, dict) else value) for text in _strings(each)]
    return [value] if isinstance(value, str) else []
