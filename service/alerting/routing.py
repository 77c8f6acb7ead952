"""Who is told: the routing tree, walked as Prometheus Alertmanager walks it.

An alert enters a route where all its matchers hold; the first child that takes it ends the search unless it says `continue`;
a route whose children all refuse takes it itself. Source: Prometheus Alertmanager, configuration reference, `<route>`.
"""

from collections.abc import Iterator, Mapping, Sequence

import re2

from service.model.alert import Alert
from service.model.routing import Matcher, Route, RouteHit, Routing

BUILT_IN = ("severity", "rule", "event", "entity", "subject", "source", "publisher")
"""Labels that every alert has beside those of its rule."""

EACH_ALONE = "..."
"""`group_by: ["..."]`: no bundling."""


def labels_of(alert: Alert) -> dict[str, str]:
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
    }


def route(routing: Routing, alert: Alert) -> tuple[RouteHit, ...]:
    """The receivers of an alert in the order of the file, each once, with the reason."""
    labels = labels_of(alert)
    hits: dict[str, RouteHit] = {}
    for node, path in _walk(routing.root, labels, "route"):
        if node.receiver not in hits:
            hits[node.receiver] = RouteHit(
                receiver=routing.receivers[node.receiver],
                group_key=group_key(path, node.group_by, labels, alert.id),
                group_wait=node.group_wait,
                reason=f"{path} → {node.receiver}",
            )
    return tuple(hits.values())


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


def _walk(node: Route, labels: Mapping[str, str], path: str) -> Iterator[tuple[Route, str]]:
    """The routes that take an alert which has entered `node`, with their paths."""
    taken = False
    for number, child in enumerate(node.routes):
        if all(holds(matcher, labels) for matcher in child.matchers):
            taken = True
            yield from _walk(child, labels, f"{path}/{number}")
            if not child.continue_:
                return
    if not taken:
        yield node, path
