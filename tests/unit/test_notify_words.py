"""What a message says of an alert beside its own text: how old it is, who else reports it, what changed, what its names are."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.alerting.links import PATH, WORDS, Action, LinkClaim, read_link
from service.model.alert import Alert, Novelty
from service.model.delivery import Background, Delivery, Digest, Thread
from service.model.rule import Severity
from service.notify.links import Links
from service.notify.render import render
from service.notify.render.figures import Facts, changes, details, figure
from service.notify.render.mail import MAX_REFERENCES, compose_mail, subject_of
from service.notify.render.slack import slack_message
from service.notify.render.words import age, in_words
from tests.support.alerts import NOW, make_alert
from tests.support.html_page import Page
from tests.support.notify import make_delivery

KEY = b"k" * 32
ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=120)


def updating(background: Background | None = None, **changes: Any) -> Delivery:
    alert = make_alert(id="u", novelty=Novelty.UPDATE, follows="f", **changes)
    return replace(make_delivery(alert), background={"u": background or Background()})


@pytest.mark.parametrize(
    ("event_type", "facts", "large", "small"),
    [
        ("price_move", {"pct": 12.0, "bound": "over"}, "Up more than 12%", "Price move"),
        ("price_move", {"pct": -3.25, "bound": "nearly"}, "Down nearly 3.25%", "Price move"),
        ("price_move", {"pct": 5, "status": "denied"}, "Up 5%, denied", "Price move"),
        ("limit_up", {"state": "sealed", "streak": "3"}, "Limit up", "limit days in a row: 3 · state: sealed"),
        ("limit_up", {"status": "denied"}, "Limit up denied", ""),
        ("ipo", {"stage": "filed", "venue": "Hong Kong"}, "IPO filed", "venue: Hong Kong"),
        ("ipo", {"stage": "planned", "status": "planned"}, "IPO planned", ""),
        ("new_high", {"kind": "index", "period": "record"}, "New high", "index · period: record"),
        ("funding", {"amount": 48850000.0, "currency": "CNY"}, "Funding", "amount: CNY 48,850,000"),
        ("", {}, "", ""),
    ],
)
def test_one_figure_can_be_read_from_afar(event_type: str, facts: Facts, large: str, small: str) -> None:
    assert (figure(event_type, facts), details(event_type, facts)) == (large, small)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (("ipo", {"stage": "filed"}), ("ipo", {"stage": "approved"}), ("stage: filed → approved",)),
        (("price_move", {"pct": 5.0}), ("limit_up", {}), ("Price move → Limit up",)),
        (("price_move", {"pct": 5.0}), ("price_move", {"pct": 12.0, "bound": "over"}), ("up 5% → up more than 12%",)),
        (("limit_up", {}), ("limit_up", {"pct": 20.0}), ("up 20%",)),
        (("ipo", {"stage": "filed"}), ("ipo", {"stage": "filed", "venue": "London"}), ("venue: London (new)",)),
        (("funding", {"amount": 1e6, "currency": "CNY"}), ("funding", {"amount": 2e6, "currency": "CNY"}),
         ("amount: CNY 1,000,000 → CNY 2,000,000",)),
        (("ipo", {"stage": "filed", "venue": "London"}), ("ipo", {"stage": "filed"}), ()),
        (("", {}), ("limit_up", {}), ()),
    ],
)  # fmt: skip
def test_what_changed_is_told_as_before_and_now(
    old: tuple[str, Facts], new: tuple[str, Facts], expected: tuple[str, ...]
) -> None:
    assert changes(*old, *new) == expected


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (timedelta(seconds=-1), ""),
        (timedelta(seconds=59), "within a minute of publication"),
        (timedelta(minutes=4, seconds=30), "4 min after publication"),
        (timedelta(minutes=89), "89 min after publication"),
        (timedelta(minutes=90), "1 h after publication"),
        (timedelta(hours=47), "47 h after publication"),
        (timedelta(days=3), "3 days after publication"),
    ],
)
def test_the_time_since_publication(later: timedelta, expected: str) -> None:
    assert age(NOW, NOW + later) == expected
    assert age(None, NOW) == ""


def test_the_time_is_counted_from_the_delivery_so_that_copies_say_the_same() -> None:
    delivery = make_delivery()
    assert "30 min after publication" in render(delivery).text
    assert render(delivery) == render(replace(delivery, attempts=5, token="other"))


def test_an_update_says_what_changed_and_what_it_updates_everywhere() -> None:
    background = Background("Alder Optics plans an IPO", "ipo", {"stage": "planned"})
    delivery = updating(background, event_type="ipo", facts={"stage": "filed"}, title="Alder Optics: IPO filed")
    rendered = render(delivery)
    assert rendered.subject == "[HIGH UPDATE] Alder Optics: IPO filed"
    for said in (rendered.text, Page(rendered.html).text, " ".join(strings(slack_message(delivery)))):
        assert "HIGH UPDATE" in said
        assert "Update to: Alder Optics plans an IPO" in said
        assert "Changed: stage: planned → filed" in said


def test_a_first_report_has_no_past_even_if_one_is_known() -> None:
    delivery = replace(make_delivery(), background={make_alert().id: Background("x", "ipo", {"stage": "filed"})})
    assert "Update to" not in render(delivery).text and "Changed" not in render(delivery).text


@pytest.mark.parametrize(
    ("names", "alias", "expected"),
    [
        (("Alder Optics", "甲山光电"), "", "甲山光 · Alder Optics · ALDR.US"),
        (("Alder Optics", "甲山光电"), "Alder", "甲山光 · Alder · ALDR.US"),
        ((), "", "甲山光 · ALDR.US"),
    ],
)
def test_the_name_in_the_other_language_comes_from_what_is_known(names: tuple[str, ...], alias: str, expected: str) -> None:
    alert = make_alert(subject="甲山光", alias=alias, entity="ALDR.US")
    delivery = replace(make_delivery(alert), background={alert.id: Background(names=names)})
    assert in_words(alert, delivery).subject == expected


def test_an_entity_without_a_mention_has_both_its_names() -> None:
    alert = make_alert(subject="", alias="", entity="ALDR.US")
    delivery = replace(make_delivery(alert), background={alert.id: Background(names=("Alder Optics", "甲山光电"))})
    assert in_words(alert, delivery).subject == "Alder Optics · 甲山光电 · ALDR.US"


def test_other_outlets_are_named_and_counted() -> None:
    told = in_words(make_alert(outlets=("North Post", "Example Wire", "甲山日报", "North Post", "South Post", "East", "West")))
    assert told.outlets == "North Post, 甲山日报, South Post and 2 more"
    assert in_words(make_alert(outlets=("Example Wire",))).outlets == in_words(make_alert()).outlets == ""
    delivery = make_delivery(make_alert(outlets=("North Post",)))
    assert "\nAlso: North Post\n" in render(delivery).text
    assert "Also: North Post" in strings(slack_message(delivery))
    assert "North Post" in Page(render(delivery).html).text


def test_the_latency_is_told_on_demand_and_step_by_step() -> None:
    delivery = replace(make_delivery(), footer="latency", created_at=NOW + timedelta(seconds=0.2))
    assert "\nLatency: published 07:30:00 UTC, matched 30 min later, queued 0.2 s later\n" in render(delivery).text
    assert "Latency" not in render(make_delivery()).text
    unknown = replace(delivery, alerts=(make_alert(published=None),))
    assert "\nLatency: matched 08:00:00 UTC, queued 0.2 s later\n" in render(unknown).text
    ahead = replace(delivery, alerts=(make_alert(published=NOW + timedelta(hours=3)),))
    assert "\nLatency: published 11:00:00 UTC\n" in render(ahead).text
    held = replace(delivery, created_at=NOW + timedelta(hours=5))
    assert "queued 5.0 h later" in render(held).text


def test_a_reason_that_names_the_rule_is_not_followed_by_it_again() -> None:
    assert in_words(make_alert(reason="rule limit-up (rules/alerts/limit-up.yaml:10:14): x")).rule == ""
    assert in_words(make_alert(reason="rule limit-up-2 (x)")).rule == "limit-up · rules/alerts/limit-up.yaml:8:9"


def test_the_preview_says_what_the_subject_does_not() -> None:
    page = Page(render(make_delivery()).html)
    assert "Limit up · Yangtze Optical Fibre and Cable · 长飞光纤 · 601869.SH · 30 min after publication" in page.text


# --- buttons ---


def test_buttons_are_signed_links_in_mail_and_slack_and_one_line_in_text() -> None:
    delivery = make_delivery()
    links = Links("https://page.example", KEY)
    rendered = render(delivery, "https://page.example", links.of)
    found = [link for link in Page(rendered.html).links if PATH in link]
    claims = [read_link(link.removeprefix(f"https://page.example{PATH}"), KEY, NOW) for link in found]
    ends = delivery.created_at + timedelta(days=14)
    assert claims == [LinkClaim(action, make_alert().id, "desk", ends) for action in Action]
    for words in WORDS.values():
        assert words in Page(rendered.html).text
    message = slack_message(delivery, "https://page.example", links.of)
    assert [text for text in strings(message) if PATH in text] == found
    assert f"\nAct: https://page.example/alerts/{make_alert().id}\n" in rendered.text
    assert PATH not in rendered.text
    assert rendered == render(delivery, "https://page.example", links.of)


def test_without_a_page_of_ours_there_are_no_buttons() -> None:
    rendered = render(make_delivery())
    assert "Acknowledge" not in rendered.html and "Act:" not in rendered.text


# --- threads in mail ---


def mail(delivery: Delivery) -> str:
    raw = compose_mail(delivery, render(delivery), ("", "a@tapewatch.example"), ("", "ops@example.com"))
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    return raw.split(b"\r\n\r\n", 1)[0].decode()


def test_references_name_the_first_and_the_latest_and_nothing_that_is_no_message() -> None:
    parents = tuple(f"<tapewatch.{number}@tapewatch.example>" for number in range(40))
    odd = ("1700000001.000100", "<a b@x>", "<x@y>\r\nBcc: evil@example.com", "", "<a@b")
    head = mail(replace(updating(), thread=Thread("f", (*parents, *odd), "first")))
    assert "In-Reply-To: <tapewatch.39@tapewatch.example>\r\n" in head
    named = head.split("References: ", 1)[1].split("\r\nAuto", 1)[0].split("\r\n ")
    assert named == [parents[0], *parents[-(MAX_REFERENCES - 1) :]]
    assert "References" not in mail(replace(updating(), thread=Thread("f", odd, "first")))


def test_the_subject_of_a_thread_is_kept_only_by_its_updates_alone() -> None:
    thread = Thread("f", ("<x@y>",), "[LOW] first")
    update = replace(updating(), thread=thread)
    assert subject_of(update, render(update)) == "Re: [LOW] first"
    grave = replace(update, alerts=(*update.alerts, make_alert(severity=Severity.CRITICAL)))
    assert subject_of(grave, render(grave)).startswith("[CRITICAL] 2 alerts")
    other = replace(update, alerts=(replace(update.alerts[0], follows="another"),))
    assert subject_of(other, render(other)).startswith("[HIGH UPDATE]")
    digest = replace(update, digest=Digest("A digest", NOW, NOW + timedelta(hours=1), ""))
    assert subject_of(digest, render(digest)).startswith("A digest") and "References" not in mail(digest)
    unknown = replace(update, thread=Thread("f", ()))
    assert subject_of(unknown, render(unknown)).startswith("[HIGH UPDATE]")


# --- hostile ---


@settings(deadline=None)
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, st.sampled_from(list(Novelty)))
def test_whatever_the_text_a_message_holds_no_markup_but_ours(one: str, two: str, three: str, novelty: Novelty) -> None:
    alert = make_alert(
        id="u",
        novelty=novelty,
        follows="f",
        title=two,
        outlets=(one, two, three),
        event_type=three,
        facts={"stage": one, two: three},
    )
    background = {"u": Background(one, two, {"stage": three, two: one}, (one, two, three))}
    delivery = replace(
        make_delivery(alert, receiver=one), background=background, footer="latency", thread=Thread("f", (two,), three)
    )
    links = Links("https://page.example", KEY)
    ours = Page(render(updating(Background("x", "ipo", {"stage": "y"})), "http://page.example", links.of).html)
    rendered = render(delivery, "http://page.example", links.of)
    page = Page(rendered.html)
    assert set(page.tags) <= set(ours.tags) and page.attributes <= ours.attributes
    assert all(link.startswith(("http://", "https://")) for link in page.links)
    assert not [
        text for text in strings(slack_message(delivery, "", links.of)) if "<!" in text or "<@" in text or "<http" in text
    ]
    assert not set("\u202a\u202b\u202d\u202e\u2066\u2067\x00\r") & set(rendered.text + rendered.html)
    assert "Bcc" not in {line.partition(":")[0] for line in mail(delivery).splitlines()}


def strings(value: object) -> list[str]:
    if isinstance(value, dict | list):
        return [text for each in (value.values() if isinstance(value, dict) else value) for text in strings(each)]
    return [value] if isinstance(value, str) else []


def test_times_in_words_hold_for_any_zone() -> None:
    shanghai = datetime(2025, 12, 22, 16, 0, tzinfo=UTC).astimezone()
    assert age(NOW, shanghai) == "8 h after publication"


def test_an_alert_is_told_alone_as_well() -> None:
    alert: Alert = make_alert()
    assert (in_words(alert).age, in_words(alert).latency, in_words(alert).actions) == ("", "", ())
