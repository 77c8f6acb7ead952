"""Reasons in the reader's language: the forms are those that the service makes, and what is filled in stays."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from service.alerting.decide import decide
from service.alerting.escalation import repeated
from service.alerting.silencing import reason_of
from service.model.delivery import DeliveryState
from service.model.routing import Reminder, ReminderKind
from service.model.silence import Silence
from service.storage.leaving import SILENCED, staleness
from service.web import reasons
from service.web.i18n import Reader, reading
from tests.support.alerts import NOW, make_alert

SILENCE = Silence(1, (), NOW, NOW + timedelta(hours=1), "anna", "exchange test")
TOLD = {"baseline": False, "source": "wire", "told": None}
MADE = [
    decide(**TOLD).reason,  # type: ignore[arg-type]
    decide(**{**TOLD, "told": "0a1b"}).reason,  # type: ignore[arg-type]
    decide(**{**TOLD, "told": "0a1b"}, story="12").reason,  # type: ignore[arg-type]
    decide(**TOLD, follows="0a1b").reason,  # type: ignore[arg-type]
    decide(**{**TOLD, "baseline": True}).reason,  # type: ignore[arg-type]
    reason_of(SILENCE),
    reason_of(replace(SILENCE, why="")),
    staleness(make_alert(), NOW, NOW),
    "cooling down until 2025-12-22 09:38 UTC: alert 0a1b told the same of this subject",
    "rule limit-up (rules/alerts/x.yaml:3:9): subject “Alder Optics”, event limit_up “hit limit-up”; first report of this event",
    "rule limit-up (rules/alerts/x.yaml:3:9): event limit_up “涨停”; update: it is denied now",
    "waits 30s for company (group_wait), held until Mon 2025-12-22 08:00 Asia/Shanghai: quiet hours `night`",
    "0.71 alike to item 5 (0.6 are enough)",
    "3 different subjects within 30m (3 are needed): Alder Optics, Quay Optics, Birch Software",
    "not acknowledged after 15m: to inbox",
    "poll has not ended well for 78 s",
]
OURS = re.compile(r"\b(?:is|until|of|for|by|the|within|are|report|repeat|update|rule|subject|needed|ended)\b")


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    reading(Reader())


@pytest.mark.parametrize("made", MADE)
def test_what_the_service_says_is_said_in_the_readers_language(made: str) -> None:
    assert reasons.reason(made).replace("limit up", "limit_up") == made
    reading(Reader("zh"))
    said = reasons.reason(made)
    own = re.sub(r"“[^”]*”|`[^`]*`|exchange test|stale_after|\w+_\w+", "", said)
    assert not OURS.search(own), said


def test_what_was_filled_in_stays_and_moments_are_told_by_the_readers_clock() -> None:
    reading(Reader("zh", "Asia/Shanghai"))
    said = reasons.reason("silenced until 2025-12-22 09:38 UTC by anna: first report of this event, until 2025-12-22 09:38 UTC")
    assert said == "由 anna 静默至 2025年12月22日 17:38：first report of this event, until 2025-12-22 09:38 UTC"
    reading(Reader("en", "Asia/Shanghai"))
    assert reasons.reason("silenced until 2025-12-22 09:38 UTC by anna") == "silenced until 22 Dec 2025, 17:38 by anna"


@pytest.mark.parametrize("text", ["", "; ", "nobody knows this form", "100 % of %(name)s", "a" * 10_000, "rule x (" * 400])
def test_what_is_not_known_stays_as_it_was_written(text: str) -> None:
    reading(Reader("zh"))
    assert (reasons.reason(text), reasons.finding(text)) == (text, text)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ("limit_up of 长飞光纤 (“涨停”); the subject is 长飞光纤", "涨停，主体 长飞光纤（“涨停”）; 主体是 长飞光纤"),
        ("no event ipo is asserted; found: limit_up of Quay (“up”)", "没有确认的事件：IPO; 文中有：涨停 Quay (“up”)"),
        ("subject “Quay”, event limit_up “hit its limit-up”", "主体 “Quay”, 事件 涨停 “hit its limit-up”"),
        ("stage is planned, asked is filed or approved", "阶段为计划中，要求已递表或已获批"),
        ("limit_up of Quay (“limit-up”) is denied, not asserted", "涨停，主体 Quay（“limit-up”）已否认，并未确认"),
    ],
)
def test_what_a_rule_found_is_said_too(found: str, said: str) -> None:
    reading(Reader("zh"))
    assert reasons.finding(found) == said


def test_a_delivery_that_was_cancelled_says_why_in_one_word() -> None:
    assert reasons.standing(DeliveryState.CANCELLED, SILENCED) == "silenced"
    assert reasons.standing(DeliveryState.CANCELLED, "") == "cancelled"
    assert reasons.standing(DeliveryState.RETRYABLE, "server_error") == "retryable"
    assert reasons.outcome(SILENCED, reason_of(SILENCE)) == reason_of(SILENCE), "said once"
    assert reasons.outcome("server_error", "HTTP 503") == "server error: HTTP 503"
    assert reasons.outcome("server_error", "") == "server error"
    assert reasons.outcome("", "in the inbox") == "in the inbox"


def test_who_is_told_instead_of_another_is_told_apart() -> None:
    assert (reasons.receiver("desk"), reasons.receiver("undelivered: desk")) == ("desk", "instead of desk")


def test_a_repeat_says_how_often() -> None:
    reading(Reader("zh"))
    said = reasons.reason(repeated(Reminder("0a1b", ReminderKind.REPEAT, "desk", 3, "desk", NOW)))
    assert said == "再次推送（第 3 次）：无人确认（repeat_interval）"
