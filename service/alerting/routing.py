"""Who is told: the routing tree, walked as Prometheus Alertmanager walks it.

An alert enters a route where all its matchers hold; the first child that takes it ends the search unless it says `continue`;
a route whose children all refuse takes it itself. Source: Prometheus Alertmanager, configuration reference, `<route>`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import re2

from service.model.alert import Alert, AlertHead
from service.model.routing import Matcher, Route, RouteHit, Routing, Timing
from service.model.rule import Severity

BUILT_IN = ("severity", "rule", "event", "entity", "subject", "source", "publisher", "novelty")
"""Labels that every alert has beside those of its rule."""

EACH_ALONE = "..."
"""`group_by: ["..."]`: no bundling."""


def labels_of(alert: Alert | AlertHead) -> dict[str, str]:
    """What matchers and `group_by` see: the rule's labels, and the built-in ones, which win."""
    return {
        **alert.labels,
        "severity": alert.severity.value,
        "rule": alert.rule,
        "event": alert.event_type,
        "entity": alert.entity or "",
        "subject": alert.subject,
        "source": alert.source,
        "publisher": alert.publisher,
        "novelty": alert.novelty.value,
    }


def route(routing: Routing, alert: Alert) -> tuple[RouteHit, ...]:
    """The receivers of an alert in the order of the file, each once, and once more where another digest lists it as well."""
    labels = labels_of(alert)
    hits: list[RouteHit] = []
    for path in walk(routing.root, labels):
        node = path[-1]
        hit = RouteHit(
            receiver=routing.receivers[node.receiver],
            group_key=group_key(_key(path), node.group_by, labels, alert.id),
            timing=node.timing,
            reason=f"{named(path)} → {node.receiver}",
        )
        hit = _breaking_through(hit, alert.severity)
        if not any(hit.receiver.name == other.receiver.name and hit.timing.digest == other.timing.digest for other in hits):
            hits.append(hit)
    return tuple(hits)


def walk(node: Route, labels: Mapping[str, str]) -> Iterator[tuple[Route, ...]]:
    """The ways from `node` to the routes that take an alert which has entered it."""
    taken = False
    for child in node.routes:
        if all(holds(matcher, labels) for matcher in child.matchers):
            taken = True
            yield from ((node, *rest) for rest in walk(child, labels))
            if not child.continue_:
                return
    if not taken:
        yield (node,)


def named(path: Sequence[Route]) -> str:
    """A way through the tree, in words."""
    steps = [" and ".join(map(str, node.matchers)) or "every alert" for node in path[1:]]
    return " / ".join(["route", *steps])


def holds(matcher: Matcher, labels: Mapping[str, str]) -> bool:
    """Whether one matcher holds; a label that is missing is the empty string, and regexes match the whole value."""
    value = labels.get(matcher.label, "")
    if matcher.op in ("=", "!="):
        return (value == matcher.value) == (matcher.op == "=")
    found = re2.fullmatch(matcher.value, value) is not None
    return found == (matcher.op == "=~")


def group_key(path: str, group_by: Sequence[str], labels: Mapping[str, str], alert_id: str) -> str:
    """What alerts must share to travel in one bundle: the route and the values of its `group_by` labels."""
    if EACH_ALONE in group_by:
        return f"{path}:{alert_id}"
    return f"{path}:" + ",".join(f"{name}={labels.get(name, '')!r}" for name in sorted(group_by))


def _key(path: Sequence[Route]) -> str:
    """A way by its matchers, as in Alertmanager: routes may be moved and added without any group becoming a new one."""
    return "/".join(["route", *("{" + ",".join(sorted(map(str, node.matchers))) + "}" for node in path[1:])])


def breaks_through(timing: Timing, severity: Severity) -> bool:
    """Whether nothing may hold an alert of this severity on its way by a route."""
    return timing.break_through is not None and severity.rank >= timing.break_through.rank


def _breaking_through(hit: RouteHit, severity: Severity) -> RouteHit:
    """The hit as it is for an alert of that severity: of one that breaks through, in a group of its own, held by nothing."""
    timing = hit.timing
    holding = timing.mute or timing.active or timing.digest or hit.receiver.max_per_hour
    if not breaks_through(timing, severity) or not holding:
        return hit
    return RouteHit(
        receiver=replace(hit.receiver, max_per_hour=0),
        group_key=f"{hit.group_key}:through",
        timing=replace(timing, mute=(), active=(), digest=None),
        reason=f"{hit.reason}; {severity.value} breaks through what would hold it (break_through: {timing.break_through})",
    )
