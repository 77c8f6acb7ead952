"""Silences: what they hold for, from when until when, and the reason they give."""

from datetime import UTC, datetime, timedelta

import pytest

from service.alerting.routing import labels_of
from service.alerting.silencing import reason_of, same_rule, same_subject, silenced, silenced_between, suppress
from service.model.routing import Matcher
from service.model.silence import Silence
from tests.support.alerts import make_alert

NOW = datetime(2025, 12, 22, 8, 0, tzinfo=UTC)
LABELS = {"rule": "limit-up", "entity": "601869.SH", "desk": "asia"}
RULE = Matcher("rule", "=", "limit-up")


def silence(*matchers: Matcher, number: int = 1, begins: float = -1, ends: float = 1, why: str = "known") -> Silence:
    return Silence(number, matchers, NOW + timedelta(hours=begins), NOW + timedelta(hours=ends), "ops", why)


def test_what_is_silenced_says_until_when_by_whom_and_why() -> None:
    assert suppress(LABELS, [silence(RULE)], NOW) == "silenced until 2025-12-22 09:00 UTC by ops: known"
    assert reason_of(silence(RULE, why="")) == "silenced until 2025-12-22 09:00 UTC by ops"
    assert suppress(LABELS, [], NOW) is None


@pytest.mark.parametrize(
    ("matchers", "holds"),
    [
        ([RULE], True),
        ([RULE, Matcher("desk", "=", "asia")], True),
        ([RULE, Matcher("desk", "=", "europe")], False),
        ([Matcher("entity", "=~", r".*\.SH")], True),
        ([Matcher("entity", "!~", r".*\.SH")], False),
        ([Matcher("desk", "!=", "europe")], True),
        ([Matcher("nobody", "=", "")], True),
    ],
)
def test_all_matchers_hold_as_in_routes(matchers: list[Matcher], holds: bool) -> None:
    assert (suppress(LABELS, [silence(*matchers)], NOW) is not None) == holds


@pytest.mark.parametrize(("begins", "ends", "holds"), [(0, 1, True), (-1, 0, False), (1, 2, False), (-2, -1, False)])
def test_it_holds_from_its_beginning_until_just_before_its_end(begins: float, ends: float, holds: bool) -> None:
    assert (suppress(LABELS, [silence(RULE, begins=begins, ends=ends)], NOW) is not None) == holds


def test_of_several_the_one_that_ends_last_is_named() -> None:
    several = [silence(RULE, number=number, ends=ends) for number, ends in ((1, 1), (2, 3), (3, 2))]
    found = silenced(LABELS, several, NOW)
    assert found is not None
    assert found.number == 2


def test_the_same_subject_is_the_entity_where_there_is_one() -> None:
    listed, named, other = make_alert(), make_alert(entity=None), make_alert(entity="000001.SZ", subject="another")
    of_entity, of_subject = silence(*same_subject(listed)), silence(*same_subject(named))
    assert of_entity.matchers == (RULE, Matcher("entity", "=", "601869.SH"))
    assert of_subject.matchers == (RULE, Matcher("subject", "=", "Yangtze Optical Fibre and Cable"))
    assert suppress(labels_of(listed), [of_entity], NOW)
    assert suppress(labels_of(named), [of_subject], NOW)
    assert not suppress(labels_of(other), [of_entity, of_subject], NOW)
    assert not suppress(labels_of(make_alert(rule="other")), [of_entity, of_subject], NOW)


def test_the_same_rule_is_all_that_it_says() -> None:
    muted = silence(*same_rule(make_alert()))
    assert suppress(labels_of(make_alert(entity="000001.SZ")), [muted], NOW)
    assert not suppress(labels_of(make_alert(rule="other")), [muted], NOW)


@pytest.mark.parametrize(
    ("first", "last", "found"), [(-3, -2, False), (-3, -1, True), (-0.5, 0.5, True), (0.9, 3, True), (1, 3, False), (-3, 3, True)]
)
def test_a_silence_counts_for_what_waited_in_any_part_of_it(first: float, last: float, found: bool) -> None:
    begin, end = NOW + timedelta(hours=first), NOW + timedelta(hours=last)
    assert (silenced_between(LABELS, [silence(RULE)], begin, end) is not None) == found
