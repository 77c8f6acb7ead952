"""Messages: what a reader sees, in every form, and that untrusted text stays text."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.model.alert import Alert
from service.model.event import FieldValue
from service.model.rule import Severity
from service.model.span import Span
from service.notify.render import MAX_FULL, render
from service.notify.render.figures import happened
from service.notify.render.mail import compose_mail
from service.notify.render.slack import MAX_BLOCKS, escape, fitted, slack_message
from service.notify.render.words import in_words, published
from tests.support.alerts import make_alert
from tests.support.html_page import Page
from tests.support.notify import make_delivery

EXCERPT = "Yangtze Optical Fibre (长飞光纤) rocketed to a limit-up within 8 minutes."
MARKED = make_alert(excerpt=EXCERPT, marks=(Span(EXCERPT.index("limit-up"), EXCERPT.index("limit-up") + 8),))
ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=120)


@pytest.mark.parametrize(
    ("event_type", "facts", "expected"),
    [
        ("limit_up", {}, "Limit up"),
        ("limit_up", {"state": "sealed", "streak": 3.0}, "Limit up · limit days in a row: 3 · state: sealed"),
        ("price_move", {"pct": 12.0, "bound": "over"}, "Price move · up more than 12%"),
        ("price_move", {"pct": -3.25, "bound": "nearly"}, "Price move · down nearly 3.25%"),
        ("price_move", {"pct": 10.0, "bound": "exact"}, "Price move · up 10%"),
        ("price_move", {"pct": 0.0}, "Price move · 0%"),
        ("price_move", {"pct": "limit"}, "Price move · limit"),
        ("new_high", {"kind": "index", "period": "record"}, "New high · index · period: record"),
        ("ipo", {"venue": "Hong Kong", "stage": "planned"}, "IPO · stage: planned · venue: Hong Kong"),
        ("funding", {"amount": 48850000.0, "currency": "CNY"}, "Funding · amount: CNY 48,850,000"),
        ("analyst_view", {"stance": "positive", "source": "CICC"}, "Analyst view · according to: CICC · stance: positive"),
        ("", {}, ""),
        ("unheard_of", {"some_thing": "a\r\nb", "empty": ""}, "Unheard of · some thing: a b"),
    ],
)
def test_what_happened_and_how_much(event_type: str, facts: dict[str, FieldValue], expected: str) -> None:
    assert happened(event_type, facts) == expected


def test_times_are_told_in_utc_and_in_shanghai() -> None:
    assert published(datetime(2025, 12, 22, 7, 32, tzinfo=UTC)) == "2025-12-22 07:32 UTC (15:32 Shanghai)"
    assert published(datetime(2025, 12, 22, 20, 5, tzinfo=UTC)) == "2025-12-22 20:05 UTC (2025-12-23 04:05 Shanghai)"
    assert published(None) == ""


def test_the_subject_is_told_in_both_languages_once() -> None:
    assert in_words(make_alert()).subject == "Yangtze Optical Fibre and Cable · 长飞光纤 · 601869.SH"
    assert in_words(make_alert(subject="601869.SH", alias="", entity="601869.SH")).subject == "601869.SH"
    assert in_words(make_alert(subject="", alias="", entity=None)).subject == ""
    assert in_words(make_alert(subject="שלום", alias="", entity="600000.SH")).subject == "\u2068שלום\u2069 · 600000.SH"


def test_an_alert_without_a_title_has_one_all_the_same() -> None:
    assert in_words(make_alert(title=" \n")).title == "Yangtze Optical Fibre and Cable Limit up"
    assert in_words(make_alert(title="", subject="", event_type="")).title == "Alert"


def test_the_body_stands_below_the_title_and_stays_text() -> None:
    delivery = make_delivery(make_alert(body="Ask <b>desk</b>.\n\nSee https://example.com/r"))
    rendered = render(delivery)
    assert "Ask <b>desk</b>." in rendered.text
    assert "See https://example.com/r" in rendered.text
    assert "Ask &lt;b&gt;desk&lt;/b&gt;." in rendered.html
    assert "<b>desk" not in rendered.html
    about = slack_message(delivery)["blocks"][1]["elements"][0]["elements"]
    assert "Ask <b>desk</b>.\nSee https://example.com/r\n" in "".join(piece["text"] for piece in about)


def test_one_alert_as_text() -> None:
    rendered = render(make_delivery(MARKED), "http://page.example")
    assert rendered.subject == "[HIGH] Yangtze Optical Fibre and Cable (长飞光纤) hits limit-up"
    assert rendered.text == (
        "HIGH: Yangtze Optical Fibre and Cable (长飞光纤) hits limit-up\n"
        "Yangtze Optical Fibre and Cable · 长飞光纤 · 601869.SH\n"
        "Limit up · state: sealed\n"
        "\n"
        "  Yangtze Optical Fibre (长飞光纤) rocketed to a ⟦limit-up⟧ within 8 minutes.\n"
        "\n"
        "Why: event limit_up of Yangtze Optical Fibre and Cable\n"
        "Rule: limit-up · rules/alerts/limit-up.yaml:8:9\n"
        "Headline: Computing power rallies\n"
        "Source: Example Wire, published 2025-12-22 07:30 UTC (15:30 Shanghai), 30 min after publication\n"
        "Link: https://news.example.com/1\n"
        "\n" + "-" * 60 + "\nTapewatch · http://page.example\n"
    )


def test_one_alert_as_html() -> None:
    page = Page(render(make_delivery(MARKED), "http://page.example").html)
    for said in (
        "Yangtze Optical Fibre and Cable (长飞光纤) hits limit-up",
        "Yangtze Optical Fibre and Cable · 长飞光纤 · 601869.SH",
        "Limit up state: sealed",
        "30 min after publication",
        EXCERPT,
        "event limit_up of Yangtze Optical Fibre and Cable",
        "limit-up · rules/alerts/limit-up.yaml:8:9",
        "Example Wire",
        "2025-12-22 07:30 UTC (15:30 Shanghai)",
        "Read it at news.example.com",
        "Sent by Tapewatch to desk",
    ):
        assert said in page.text
    assert page.tags.count("mark") == 1
    assert page.links == ["https://news.example.com/1", "http://page.example"]
    assert not {"img", "script", "iframe", "form", "link"} & set(page.tags)


def test_what_is_not_known_leaves_no_empty_place() -> None:
    bare = make_alert(
        subject="", alias="", entity=None, event_type="", excerpt="", marks=(), reason="", headline="",
        link="javascript:alert(1)", publisher="", source="", published=None, facts={}, rule="", rule_place="",
    )  # fmt: skip
    rendered = render(make_delivery(bare))
    assert rendered.text == f"HIGH: {bare.title}\n\n{'-' * 60}\nTapewatch\n"
    page = Page(rendered.html)
    assert page.links == [] and "blockquote" not in page.tags and "Why" not in page.text


def test_the_publisher_is_named_before_the_source() -> None:
    assert in_words(make_alert()).source == "Example Wire"
    assert in_words(make_alert(publisher="")).source == "seed"


def test_a_bundle_puts_the_most_severe_first_and_counts() -> None:
    low = make_alert(title="quiet", severity=Severity.LOW)
    top = make_alert(title="loud", severity=Severity.CRITICAL)
    rendered = render(make_delivery(low, MARKED, top))
    assert rendered.subject == "[CRITICAL] 3 alerts (1 critical, 1 high, 1 low): loud"
    assert rendered.text.index("1. CRITICAL: loud") < rendered.text.index("2. HIGH: ") < rendered.text.index("3. LOW: quiet")
    assert "<h1" in rendered.html


def test_a_large_bundle_names_every_alert() -> None:
    rendered = render(make_delivery(*(make_alert(title=f"title-{number:03}-") for number in range(MAX_FULL + 30))))
    for number in range(MAX_FULL + 30):
        assert f"title-{number:03}-" in rendered.text and f"title-{number:03}-" in rendered.html
    assert rendered.html.count("<blockquote") == MAX_FULL
    assert len(rendered.html) < 400_000


def test_a_delivery_without_alerts_is_still_a_message() -> None:
    empty = replace(make_delivery(), alerts=())
    assert render(empty).subject == "Tapewatch: no alerts"
    assert slack_message(empty)["blocks"][0]["text"]["text"] == "Tapewatch: no alerts"


def test_marks_cannot_be_faked() -> None:
    faked = make_alert(excerpt="a ⟦fake⟧ and a real one", marks=(Span(15, 19),))
    assert "a [fake] and a ⟦real⟧ one" in render(make_delivery(faked)).text


def test_right_to_left_text_is_isolated_in_the_body_and_plain_in_the_subject() -> None:
    rendered = render(make_delivery(make_alert(title="\u202eשלום")))
    assert rendered.subject == "[HIGH] שלום"
    assert "HIGH: \u2068שלום\u2069" in rendered.text
    assert "<bdi>שלום</bdi>" in rendered.html


HOSTILE = st.builds(
    lambda text, other, third: make_alert(
        title=text, subject=other, alias=third, headline=text, source=other, publisher=third, reason=text, excerpt=other,
        marks=(Span(0, min(3, len(other))),), link=third, rule=text, rule_place=other, event_type=third, facts={"x": text},
    ),
    ANY_TEXT, ANY_TEXT, ANY_TEXT,
)  # fmt: skip


@settings(deadline=None)
@given(HOSTILE)
def test_whatever_the_text_the_markup_is_ours(alert: Alert) -> None:
    delivery = make_delivery(alert)
    rendered = render(delivery, "http://page.example")
    ours = Page(render(make_delivery(MARKED), "http://page.example").html)
    page = Page(rendered.html)
    assert set(page.tags) <= set(ours.tags)
    assert page.attributes <= ours.attributes
    assert all(link.startswith(("http://", "https://")) for link in page.links)
    assert rendered.subject.splitlines() == [rendered.subject]
    assert in_words(alert).title in page.text

    raw = compose_mail(delivery, rendered, ("Desk", "a@tapewatch.example"), ("", "ops@example.com"))
    parsed = message_from_bytes(raw, policy=default)
    assert parsed["To"] == "ops@example.com" and parsed.get_all("Bcc") is None
    assert parsed["Subject"] == rendered.subject
    assert [part.get_content_type() for part in parsed.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert parsed.get_body(("plain",)).get_content().replace("\r\n", "\n").rstrip("\n") == rendered.text.rstrip("\n")  # type: ignore[union-attr]
    assert raw.replace(b"\r\n", b"").count(b"\n") == raw.replace(b"\r\n", b"").count(b"\r") == 0
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78


# --- mail ---


@pytest.mark.parametrize(
    "title",
    [
        "=?utf-8?q?=0D=0ABcc:_evil@example.com?=",
        "=?utf-8?b?RXZpbA==?= plain",
        "a\r\nBcc: evil@example.com",
        "a\x00b",
        "x" * 900,
        "长" * 900,
        "长 =?x?= 飞 " * 30,
        "trailing \\",
        '"quoted" <tag@example.com>, (comment)',
        "🚀" * 100,
    ],
)
def test_subjects_arrive_as_they_were_rendered(title: str) -> None:
    delivery = make_delivery(make_alert(title=title))
    rendered = render(delivery)
    raw = compose_mail(delivery, rendered, ("", "a@tapewatch.example"), ("", "ops@example.com"))
    head = raw.split(b"\r\n\r\n", 1)[0]
    parsed = message_from_bytes(raw, policy=default)
    assert parsed["Subject"] == rendered.subject
    assert parsed.get_all("Bcc") is None
    assert max(len(row) for row in head.split(b"\r\n")) <= 78


def test_names_and_extra_headers_cannot_break_out() -> None:
    delivery = make_delivery()
    raw = compose_mail(
        delivery,
        render(delivery),
        ("Desk\r\nBcc: evil@example.com", "a@tapewatch.example"),
        ("长飞 =?utf-8?q?x?=", "ops@example.com"),
        (("X-Team", "a\r\nX-Evil: b"), ("Bcc", "evil@example.com"), ("Bad Name", "x"), ("Content-Type", "text/evil")),
    )
    parsed = message_from_bytes(raw, policy=default)
    assert parsed["From"].addresses[0].addr_spec == "a@tapewatch.example"
    assert parsed["To"].addresses[0].addr_spec == "ops@example.com"
    assert parsed["To"].addresses[0].display_name == "长飞 =?utf-8?q?x?="
    assert parsed["X-Team"] == "a X-Evil: b"
    assert sorted(parsed.keys()) == sorted(
        "From To Subject Date Message-ID Auto-Submitted X-Auto-Response-Suppress X-Team MIME-Version Content-Type".split()
    )


# --- Slack ---


def strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in strings(each)]
    return [value] if isinstance(value, str) else []


def test_slack_shows_the_marked_words_in_bold() -> None:
    message = slack_message(make_delivery(MARKED))
    quote = message["blocks"][1]["elements"][1]
    assert quote["type"] == "rich_text_quote"
    assert [(each["text"], "style" in each) for each in quote["elements"]] == [
        ("Yangtze Optical Fibre (长飞光纤) rocketed to a ", False),
        ("limit-up", True),
        (" within 8 minutes.", False),
    ]
    assert [block["type"] for block in message["blocks"]] == ["header", "rich_text", "context"]


@pytest.mark.parametrize(
    "text",
    [
        "<!channel>",
        "<!here|x>",
        "<@U123>",
        r"<https://x|\g<2>>",
        "a & b < c > d",
        "&lt;!channel&gt;",
        "*ST天龙 _x_ ~y~ `z`",
        ":bomb:",
    ],
)
def test_slack_markup_arrives_literally(text: str) -> None:
    message = slack_message(
        make_delivery(make_alert(title=text, headline=text, excerpt=text, marks=(), reason=text, publisher=text))
    )
    assert message["blocks"][0]["text"]["text"] == f"HIGH: {escape(text)}"
    quote = message["blocks"][1]["elements"][1]["elements"]
    assert "".join(each["text"] for each in quote) == text
    assert not [each for each in strings(message) if "<!" in each or "<@" in each or "<http" in each]
    assert "mrkdwn" not in strings(message)


@settings(deadline=None)
@given(st.lists(HOSTILE, max_size=3))
def test_slack_limits_hold_for_any_text(alerts: list[Alert]) -> None:
    message = slack_message(make_delivery(*alerts), "http://page")
    assert 1 <= len(message["blocks"]) <= MAX_BLOCKS
    for block in message["blocks"]:
        if block["type"] == "header":
            assert 1 <= len(block["text"]["text"]) <= 150
        if block["type"] == "section":
            assert 1 <= len(block["text"]["text"]) <= 3000
        if block["type"] == "context":
            assert 1 <= len(block["elements"]) <= 10
    assert all(text for text in strings(message))
    assert not [text for text in strings(message) if "<!" in text or "<@" in text]


@given(ANY_TEXT, st.integers(1, 60))
def test_escaped_text_is_cut_between_entities(text: str, limit: int) -> None:
    made = fitted(text, limit)
    assert made and (len(made) <= limit or made == "-")
    bare = made.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert not set(bare) & set("&<>")
