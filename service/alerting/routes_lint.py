"""What is allowed in routes.yaml but probably not meant.

Guarantee: what it says is true of every alert that rules with these labels can make. It must not refuse anything.
"""

from collections.abc import Collection, Iterable, Iterator

from service.alerting.routing import BUILT_IN, EACH_ALONE, named
from service.marked_yaml import did_you_mean
from service.model.routing import Inhibition, Route, Routing


def doubts(routing: Routing, labels: Collection[str]) -> list[str]:
    """Each doubt is a sentence; `labels` are those that rules set."""
    known = {*BUILT_IN, *labels}
    used: set[str] = set()
    found = [doubt for path in _paths((routing.root,)) for doubt in _of_route(path, known, used)]
    found += [doubt for number, rule in enumerate(routing.inhibitions, 1) for doubt in _of_inhibition(number, rule, known)]
    idle = [name for name in routing.receivers if name not in used]
    return [*found, *(f"no route leads to receiver {name}" for name in idle)]


def _of_inhibition(number: int, rule: Inhibition, known: Collection[str]) -> Iterator[str]:
    asked = (*(matcher.label for matcher in (*rule.source, *rule.target)), *rule.equal)
    yield from _unknown(f"inhibit_rules, entry {number}", asked, known)


def _unknown(where: str, labels: Iterable[str], known: Collection[str]) -> Iterator[str]:
    for label in dict.fromkeys(labels):
        if label not in known:
            hint = did_you_mean(label, known)
            yield f"{where}: no rule sets the label {label}" + (f"; {hint}" if hint else "")


def _paths(path: tuple[Route, ...]) -> Iterator[tuple[Route, ...]]:
    yield path
    for child in path[-1].routes:
        yield from _paths((*path, child))


def _of_route(path: tuple[Route, ...], known: Collection[str], used: set[str]) -> Iterator[str]:
    route = path[-1]
    used |= {route.receiver, *(step.to for step in route.timing.escalate)}
    asked = [matcher.label for matcher in route.matchers] + [name for name in route.group_by if name != EACH_ALONE]
    yield from _unknown(named(path), asked, known)
    for before, after in zip(route.routes, route.routes[1:], strict=False):
        if not before.matchers and not before.continue_:
            yield f"{named((*path, after))}: no alert comes so far, the route before it takes every one"
