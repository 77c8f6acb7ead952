import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.alerting.latency import Latency
from service.metrics import Labels, Metrics
from service.model.delivery import DeliveryState
from service.model.rule import Severity

LABELS = Labels(
    event_types=["limit_up", "ipo"],
    fetch_reasons=["dns", "timeout"],
    delivery_reasons=["rejected", "throttled"],
    notifier_kinds=["email", "slack"],
    ticks=["poll", "deliver"],
)


class Clock:
    def __init__(self) -> None:
        self.value = 100.0

    def __call__(self) -> float:
        return self.value


def read(metrics: Metrics) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(metrics.text().decode())
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return read(metrics)[(name, frozenset(labels.items()))]


@pytest.fixture
def metrics() -> Metrics:
    return Metrics("1.2.3", LABELS)


def test_every_series_of_the_closed_sets_is_there_before_anything_happened(metrics: Metrics) -> None:
    before = read(metrics)
    for severity in Severity:
        assert before[("tapewatch_alerts_total", frozenset({("severity", severity.value)}))] == 0
    for kind in ("email", "slack"):
        assert value(metrics, "tapewatch_deliveries_total", outcome="sent", reason="none", kind=kind) == 0
        for reason in ("rejected", "throttled"):
            assert value(metrics, "tapewatch_deliveries_total", outcome="discarded", reason=reason, kind=kind) == 0
    for reason in ("dns", "timeout"):
        assert value(metrics, "tapewatch_fetches_total", result="failed", reason=reason) == 0


def test_nothing_that_happens_adds_a_series(metrics: Metrics) -> None:
    before = read(metrics).keys()
    metrics.ingested(3)
    metrics.ingested(50, baseline=True)
    metrics.found("limit_up")
    metrics.found("made up by a feed")
    metrics.fetched("fetched", 0.2)
    metrics.fetched("not_modified", 0.1)
    metrics.fetched("failed", 5, reason="http://user:secret@host/")
    metrics.matched()
    metrics.decided("alerted")
    metrics.decided("nonsense")
    metrics.alerted(Severity.HIGH)
    metrics.delivered("sent", kind="email")
    metrics.took(Latency(fetched=60, delivered=0.3))
    metrics.delivered("nonsense", kind="pigeon", reason="lost")
    metrics.backlog({DeliveryState.PENDING: 3, DeliveryState.SENT: 9}, 12.5)
    metrics.reload_failed()
    metrics.ticked("poll")
    assert read(metrics).keys() == before


def test_what_is_reported_is_counted_under_its_labels(metrics: Metrics) -> None:
    metrics.ingested(3)
    metrics.ingested(50, baseline=True)
    metrics.found("ipo")
    metrics.matched(4)
    metrics.fetched("failed", 5, reason="timeout")
    metrics.fetched("fetched", 0.2, reason="timeout")
    metrics.delivered("sent", kind="slack", reason="rejected")
    metrics.delivered("retryable", kind="email", reason="throttled")
    metrics.backlog({DeliveryState.PENDING: 3}, 12.5)
    metrics.rules_loaded(7, ["ipo"])
    assert value(metrics, "tapewatch_items_total", disposition="evaluated") == 3
    assert value(metrics, "tapewatch_items_total", disposition="baseline") == 50
    assert value(metrics, "tapewatch_events_total", type="ipo") == 1
    assert value(metrics, "tapewatch_matches_total") == 4
    assert value(metrics, "tapewatch_fetches_total", result="failed", reason="timeout") == 1
    assert value(metrics, "tapewatch_fetches_total", result="fetched", reason="none") == 1
    assert value(metrics, "tapewatch_fetch_seconds_sum") == pytest.approx(5.2)
    assert value(metrics, "tapewatch_deliveries_total", outcome="sent", reason="none", kind="slack") == 1
    assert value(metrics, "tapewatch_deliveries_total", outcome="retryable", reason="throttled", kind="email") == 1
    assert value(metrics, "tapewatch_deliveries_waiting", state="pending") == 3
    assert value(metrics, "tapewatch_deliveries_waiting", state="retryable") == 0
    assert value(metrics, "tapewatch_deliveries_oldest_due_seconds") == 12.5
    assert value(metrics, "tapewatch_rules_loaded") == 7


def test_an_unknown_value_is_counted_as_other(metrics: Metrics) -> None:
    metrics.found("rumour")
    metrics.delivered("discarded", kind="pigeon", reason="eaten")
    assert value(metrics, "tapewatch_events_total", type="other") == 1
    assert value(metrics, "tapewatch_deliveries_total", outcome="discarded", reason="other", kind="other") == 1


def test_a_type_that_a_reload_brings_is_counted_by_its_name(metrics: Metrics) -> None:
    metrics.rules_loaded(1, ["ipo", "buyback"])
    assert value(metrics, "tapewatch_events_total", type="buyback") == 0
    metrics.found("buyback")
    assert value(metrics, "tapewatch_events_total", type="buyback") == 1


def test_a_tick_that_stands_still_grows_old() -> None:
    clock = Clock()
    metrics = Metrics("1", LABELS, clock)
    clock.value = 130.0
    metrics.ticked("poll")
    clock.value = 160.0
    assert value(metrics, "tapewatch_tick_age_seconds", tick="poll") == 30
    assert value(metrics, "tapewatch_tick_age_seconds", tick="deliver") == 60
    assert metrics.tick_age("deliver") == 60
    with pytest.raises(KeyError):
        metrics.ticked("lunch")


def test_two_sets_do_not_share_anything() -> None:
    one, two = Metrics("1", LABELS), Metrics("1", LABELS)
    one.alerted(Severity.LOW)
    assert value(two, "tapewatch_alerts_total", severity="low") == 0


def test_names_are_ours_or_the_process_and_every_family_has_a_help_text(metrics: Metrics) -> None:
    for line in metrics.text().decode().splitlines():
        if line.startswith("# HELP"):
            assert re.fullmatch(r"# HELP (tapewatch|process)_\w+ \S.*", line)
    assert 'tapewatch_build_info{python="' in metrics.text().decode()
    assert 'version="1.2.3"' in metrics.text().decode()
