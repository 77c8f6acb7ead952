"""Templates of a receiver: Liquid texts that take the place of what a message would say.

Guarantee: what strangers wrote is data, never template, and the result is plain lines that each channel escapes; a template that
fails costs its receiver nothing but its own words: the default text goes out, and the fault is told. The limits are those of
`service.rules.templates`: no loops, nothing that grows, nothing but these variables.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from service.model.alert import Alert
from service.model.delivery import Delivery
from service.model.event import FieldValue
from service.notify.render.clean import line
from service.notify.render.words import AlertWords
from service.rules.templates import TemplateError, render, variables_of

_FROM_WORDS = (
    "title", "severity", "figure", "details", "happened", "headline", "source", "outlets", "link", "published", "age", "changed",
)  # fmt: skip
VARIABLES = (
    *_FROM_WORDS, "subject", "alias", "names", "entity", "event", "excerpt", "body", "reason", "rule", "publisher", "novelty",
    "follows", "receiver", "count", "facts", "labels",
)  # fmt: skip
"""What a receiver's template may use; `facts.pct` and `labels.desk` are empty where there are none."""
MAX_SUBJECT = 180
MAX_LINES = 60

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Custom:
    """What the templates made: "" and nothing where there is no template, or a fault, which is one sentence."""

    subject: str = ""
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fault: str = ""


class _Open(dict[str, object]):
    """A mapping in which everything is, mostly empty."""

    def __missing__(self, name: str) -> str:
        return ""

    def __bool__(self) -> bool:
        return True


def faults(template: str) -> list[str]:
    """What is wrong with a template as written."""
    try:
        unknown = sorted(variables_of(template) - set(VARIABLES))
        if not unknown:
            render(template, dict.fromkeys(VARIABLES, "") | {"facts": _Open(), "labels": _Open()})
    except TemplateError as error:
        return [str(error)]
    return [f"unknown variable `{name}`" for name in unknown]


def customized(delivery: Delivery, words: Sequence[AlertWords]) -> Custom:
    """The parts of the message that the receiver has templates for; `words` are its alerts in the order they are shown."""
    if not delivery.templates or not words or delivery.digest:
        return Custom()
    alerts = {alert.id: alert for alert in delivery.alerts}
    values = {one.id: _variables(delivery, alerts[one.id], one) for one in words}
    wrong: list[str] = []
    subject = _written(wrong, delivery, "subject", lambda template: _subject(template, values[words[0].id])) or ""
    texts = _written(wrong, delivery, "text", lambda template: _texts(template, values)) or {}
    return Custom(subject, texts, line("; ".join(wrong), 300))


def _written(wrong: list[str], delivery: Delivery, part: str, write: Callable[[str], T]) -> T | None:
    template = delivery.templates.get(part)
    if not template:
        return None
    try:
        return write(template)
    except TemplateError as error:
        wrong.append(f"the {part} template of receiver {delivery.receiver} failed, so the default was sent: {error}")
        return None


def _subject(template: str, values: Mapping[str, object]) -> str:
    if made := line(render(template, values), MAX_SUBJECT):
        return made
    raise TemplateError("it says nothing")


def _texts(template: str, values: Mapping[str, Mapping[str, object]]) -> dict[str, tuple[str, ...]]:
    made = {name: tuple(map(line, render(template, each).strip().splitlines()[:MAX_LINES])) for name, each in values.items()}
    if not all(map(any, made.values())):
        raise TemplateError("it says nothing")
    return made


def _variables(delivery: Delivery, alert: Alert, words: AlertWords) -> dict[str, object]:
    told = {name: getattr(words, name) for name in _FROM_WORDS}
    return told | {
        "names": words.subject,
        "subject": line(alert.subject),
        "alias": line(alert.alias),
        "entity": line(alert.entity or ""),
        "event": line(alert.event_type),
        "excerpt": line(alert.excerpt),
        "body": "\n".join(words.body),
        "reason": words.why,
        "rule": alert.rule,
        "publisher": line(alert.publisher),
        "novelty": alert.novelty.value,
        "follows": words.first,
        "receiver": delivery.receiver,
        "count": len(delivery.alerts),
        "facts": _Open({name: _value(value) for name, value in alert.facts.items()}),
        "labels": _Open({name: line(value) for name, value in alert.labels.items()}),
    }


def _value(value: FieldValue) -> str | float:
    """12.0 is written 12."""
    if isinstance(value, str):
        return line(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value
