"""Cool-down: what is held back, until when, and what never is."""

from datetime import UTC, datetime, timedelta

import pytest

from service.alerting.cooling import Warmth, cool, cools, key_of
from service.model.alert import Novelty
from service.model.rule import Severity
from tests.support.alerts import make_alert

NOW = datetime(2025, 12, 22, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def warmth(minutes: float, severity: Severity = Severity.HIGH) -> Warmth:
    return Warmth("first", NOW - timedelta(minutes=minutes), severity)


def test_the_first_is_told_and_the_next_is_not() -> None:
    assert cool(Severity.HIGH, HOUR, None, NOW) is None
    why = "cooling down until 2025-12-22 08:50 UTC: alert first told the same of this subject"
    assert cool(Severity.HIGH, HOUR, warmth(10), NOW) == why


@pytest.mark.parametrize(("minutes", "told"), [(59.9, False), (60, True), (61, True)])
def test_it_ends(minutes: float, told: bool) -> None:
    assert (cool(Severity.HIGH, HOUR, warmth(minutes), NOW) is None) == told


@pytest.mark.parametrize("before", list(Severity))
@pytest.mark.parametrize("new", list(Severity))
def test_what_is_graver_is_never_held_back(before: Severity, new: Severity) -> None:
    held = cool(new, HOUR, warmth(1, before), NOW) is not None
    assert held == (list(Severity).index(new) <= list(Severity).index(before))


def test_updates_are_outside() -> None:
    assert cools(make_alert())
    assert not cools(make_alert(follows="first"))
    assert not cools(make_alert(novelty=Novelty.UPDATE))


def test_what_cools_down_together() -> None:
    one = key_of("r", "601869.SH", "Yangtze Optical Fibre")
    assert key_of("r", "601869.SH", "YOFC") == one
    assert one not in {key_of("r", "000001.SZ", "YOFC"), key_of("other", "601869.SH", "YOFC"), key_of("r", None, "YOFC")}
    assert key_of("r", None, "LUMENTUM ") == key_of("r", None, "Lumentum")
