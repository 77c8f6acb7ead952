"""Every metric name, in one place, on a registry of our own.

Guarantee: all series exist from the first scrape (so that an alert on a counter works from the first minute) and their number
stays bounded: a label value outside the closed set given at construction is counted as `other`, never added. Must not hold
anything that came from a feed, a reader or a secret.
"""

import platform
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from time import monotonic

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.process_collector import ProcessCollector

from service.alerting.latency import STEPS, Latency
from service.model.delivery import DeliveryState
from service.model.rule import Severity

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
OTHER = "other"
NONE = "none"
FETCH_RESULTS = ("fetched", "not_modified", "failed")
DECISION_OUTCOMES = ("alerted", "suppressed", "baseline", "counted")
DELIVERY_OUTCOMES = ("sent", "unknown", "retryable", "discarded")
DISPOSITIONS = ("evaluated", "baseline")
FETCH_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0)
LATENCY_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 14400.0, 86400.0)
BACKLOG_STATES = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.RETRYABLE)


@dataclass(frozen=True, slots=True)
class Labels:
    """The closed sets of label values that only the caller knows."""

    event_types: Collection[str] = ()
    fetch_reasons: Collection[str] = ()
    delivery_reasons: Collection[str] = ()
    notifier_kinds: Collection[str] = ()
    ticks: Collection[str] = ()


class _TickAges:
    """Answers at scrape time how long ago each tick last succeeded, so that a stuck scheduler cannot hide behind an old value."""

    def __init__(self, seconds: Callable[[], float], ticks: Collection[str]) -> None:
        self._seconds = seconds
        self.last = dict.fromkeys(ticks, seconds())

    def collect(self) -> list[GaugeMetricFamily]:
        family = GaugeMetricFamily(
            "tapewatch_tick_age_seconds",
            "Seconds since the tick last ended well, or since the start when it never did.",
            labels=["tick"],
        )
        for tick, then in sorted(self.last.items()):
            family.add_metric([tick], max(0.0, self._seconds() - then))
        return [family]


class Metrics:
    """What the pipeline reports, in its own words; `text()` is what Prometheus reads.

    `seconds` is a monotonic clock: ages survive a wall clock that jumps.
    """

    def __init__(self, version: str, labels: Labels, seconds: Callable[[], float] = monotonic) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter that nobody reads
        self._registry = CollectorRegistry()
        self._seconds = seconds
        self._labels = labels
        self._event_types = frozenset(labels.event_types)
        self._ages = _TickAges(seconds, labels.ticks)
        self._registry.register(self._ages)
        ProcessCollector(registry=self._registry)
        self._name_intake()
        self._name_alerting()
        self._name_delivery()
        self._name_configuration(version)

    def _counter(self, name: str, help_text: str, **values: Collection[str]) -> Counter:
        counter = Counter(f"tapewatch_{name}", help_text, list(values), registry=self._registry)
        _initialise(counter, [sorted(set(options)) for options in values.values()])
        return counter

    def _gauge(self, name: str, help_text: str, labels: Collection[str] = ()) -> Gauge:
        return Gauge(f"tapewatch_{name}", help_text, labels, registry=self._registry)

    def _name_intake(self) -> None:
        self._items = self._counter("items_total", "New items stored.", disposition=DISPOSITIONS)
        self._events = self._counter("events_total", "Market events found.", type=(*self._event_types, OTHER))
        self._fetches = self._counter("fetches_total", "Fetches of sources.", result=FETCH_RESULTS[:2], reason=(NONE,))
        _initialise(self._fetches, [["failed"], sorted({*self._labels.fetch_reasons, OTHER})])
        self._fetch_seconds = Histogram(
            "tapewatch_fetch_seconds", "Time of one fetch.", buckets=FETCH_BUCKETS, registry=self._registry
        )

    def _name_alerting(self) -> None:
        self._matches = self._counter("matches_total", "Rules that fired on an item, before any decision.")
        self._alerts = self._counter("alerts_total", "Alerts made.", severity=[severity.value for severity in Severity])
        self._decisions = self._counter("decisions_total", "What became of matches.", outcome=(*DECISION_OUTCOMES, OTHER))

    def _name_delivery(self) -> None:
        labels = self._labels
        self._deliveries = self._counter(
            "deliveries_total", "Tries to deliver.", outcome=("sent",), reason=(NONE,), kind=(*labels.notifier_kinds, OTHER)
        )
        failed, reasons = DELIVERY_OUTCOMES[1:], sorted({*labels.delivery_reasons, OTHER})
        _initialise(self._deliveries, [list(failed), reasons, sorted({*labels.notifier_kinds, OTHER})])
        self._backlog = self._gauge("deliveries_waiting", "Deliveries that are not final, by state.", ["state"])
        for state in BACKLOG_STATES:
            self._backlog.labels(state.value)
        latency = Histogram(
            "tapewatch_latency_seconds",
            "From publication to reader, by step: fetched, matched, queued, delivered, and all of it.",
            ["step"],
            buckets=LATENCY_BUCKETS,
            registry=self._registry,
        )
        self._latency = {step: latency.labels(step) for step in STEPS}
        self._oldest_due = self._gauge("deliveries_oldest_due_seconds", "Age of the oldest delivery whose time has come.")

    def _name_configuration(self, version: str) -> None:
        self._rules = self._gauge("rules_loaded", "Rules in force.")
        self._reload_failures = self._counter("rules_reload_failures_total", "Changed files refused; the last good ones stay.")
        self._build = self._gauge("build_info", "Always 1; the labels tell what runs.", ["version", "python"])
        self._build.labels(version, platform.python_version()).set(1)

    def ingested(self, count: int, *, baseline: bool = False) -> None:
        """`count` new items were stored."""
        self._items.labels("baseline" if baseline else "evaluated").inc(count)

    def found(self, event_type: str) -> None:
        """One market event was found in a new item."""
        self._events.labels(_known(event_type, self._event_types)).inc()

    def fetched(self, result: str, seconds: float, reason: str = "") -> None:
        """One fetch ended; `result` is one of FETCH_RESULTS, `reason` that of the FetchError."""
        failed = result not in FETCH_RESULTS[:2]
        why = _known(reason, self._labels.fetch_reasons) if failed else NONE
        self._fetches.labels("failed" if failed else result, why).inc()
        self._fetch_seconds.observe(seconds)

    def matched(self, count: int = 1) -> None:
        """`count` rules fired on an item."""
        self._matches.inc(count)

    def decided(self, outcome: str) -> None:
        """One match was decided on; `outcome` is one of DECISION_OUTCOMES."""
        self._decisions.labels(_known(outcome, DECISION_OUTCOMES)).inc()

    def alerted(self, severity: Severity) -> None:
        """One alert was made."""
        self._alerts.labels(severity.value).inc()

    def delivered(self, outcome: str, *, kind: str, reason: str = "") -> None:
        """One try ended; `outcome` is one of DELIVERY_OUTCOMES, `reason` that of the NotifyError."""
        kind = _known(kind, self._labels.notifier_kinds)
        if outcome == "sent":
            self._deliveries.labels("sent", NONE, kind).inc()
            return
        outcome = outcome if outcome in DELIVERY_OUTCOMES else "unknown"
        self._deliveries.labels(outcome, _known(reason, self._labels.delivery_reasons), kind).inc()

    def took(self, latency: Latency) -> None:
        """What is known of how long an alert took."""
        for step, histogram in self._latency.items():
            if (seconds := getattr(latency, step)) is not None:
                histogram.observe(seconds)

    def backlog(self, counts: Mapping[DeliveryState, int], oldest_due_seconds: float) -> None:
        """What waits to be delivered; final states in `counts` are ignored."""
        for state in BACKLOG_STATES:
            self._backlog.labels(state.value).set(counts.get(state, 0))
        self._oldest_due.set(max(0.0, oldest_due_seconds))

    def rules_loaded(self, rules: int, event_types: Collection[str]) -> None:
        """A rule set came into force; the event types of its vocabulary replace those known so far."""
        self._rules.set(rules)
        self._event_types = frozenset(event_types)
        _initialise(self._events, [sorted(self._event_types)])

    def reload_failed(self) -> None:
        """Changed files were refused."""
        self._reload_failures.inc()

    def ticked(self, tick: str) -> None:
        """A tick ended well. An unknown name raises KeyError: ticks are written in code, not in data."""
        if tick not in self._ages.last:
            raise KeyError(tick)
        self._ages.last[tick] = self._seconds()

    def tick_age(self, tick: str) -> float:
        """Seconds since the tick last ended well; readiness asks this."""
        return max(0.0, self._seconds() - self._ages.last[tick])

    def text(self) -> bytes:
        """All metrics in Prometheus' text format (CONTENT_TYPE)."""
        return generate_latest(self._registry)


def _known(value: str, allowed: Collection[str]) -> str:
    return value if value in allowed else OTHER


def _initialise(counter: Counter, values: list[list[str]]) -> None:
    """Create the series of every combination of label values."""
    rows: list[tuple[str, ...]] = [()]
    for options in values:
        rows = [(*row, option) for row in rows for option in options]
    for row in rows:
        if row:
            counter.labels(*row)
