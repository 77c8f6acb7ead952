"""Titles: Liquid templates that a rule's author writes, filled with words that strangers wrote.

Guarantees: text from an item is data, never template; a template can neither loop, nor grow, nor read anything but the variables
of an alert; what is wrong with it is found at load. A title is one line of plain text: escaping for a channel is the channel's.
It must not read a file, a clock or a setting: the tags and filters that could are not there.
"""

import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache

from liquid import BoundTemplate, Environment, Mode, StrictUndefined
from liquid.exceptions import LiquidError

from service.errors import TapewatchError
from service.model.item import Item
from service.model.rule import Match

VARIABLES = (
    "subject", "alias", "entity", "event", "pct", "stage", "kind", "headline", "source", "publisher", "severity", "rule",
    "owner", "runbook",
)  # fmt: skip
"""What every template may use; beside them the fields of the events that its rule asks for."""
DEFAULT_TITLE = "{% if subject %}{{ subject }}: {{ event }}{% else %}{{ headline }}{% endif %}"
MAX_TEMPLATE = 2000
"""Characters of a template."""
MAX_BODY = 2000
"""Characters of a body."""
MAX_TITLE = 300
"""Characters of a title."""

_TAGS = frozenset({"if", "unless", "case", "assign", "capture", "comment", "echo", "content", "output", "illegal", "#"})
_FILTERS = frozenset(
    {
        "abs", "append", "at_least", "at_most", "capitalize", "ceil", "default", "downcase", "floor", "minus", "plus", "prepend",
        "remove", "remove_first", "remove_last", "replace", "replace_first", "replace_last", "round", "slice", "strip",
        "truncate", "truncatewords", "upcase",
    }
)  # fmt: skip
# A range like (1..999999999) is the only thing in a template that could be large without being written out.
_RANGE = re.compile(r"\{[{%][^}]*\([^()}]*\.\.")


class TemplateError(TapewatchError):
    """A template cannot be compiled, or could not be rendered with the variables it was given."""


class _Environment(Environment):
    context_depth_limit = 20
    loop_iteration_limit = 1000
    local_namespace_limit = 20_000
    output_stream_limit = 20_000


def _environment() -> Environment:
    environment = _Environment(undefined=StrictUndefined, tolerance=Mode.STRICT)
    for table, kept in ((environment.tags, _TAGS), (environment.filters, _FILTERS)):
        for name in [name for name in table if name not in kept]:
            del table[name]
    environment.filters["replace"] = _bounded(environment.filters["replace"])
    return environment


def _bounded(replace: Callable[..., object]) -> Callable[..., object]:
    """Liquid's own `replace`, which no limit holds: a chain of them can multiply a text until the memory is used up."""

    def bounded(value: object, sought: object, put: object = "") -> object:
        text = str(value)
        if len(text) + text.count(str(sought)) * len(str(put)) > _Environment.output_stream_limit:
            raise LiquidError("limit reached: replace makes the text too long", token=None)
        return replace(value, sought, put)

    return bounded


_ENVIRONMENT = _environment()


@lru_cache(maxsize=4096)
def _compiled(template: str) -> tuple[BoundTemplate, frozenset[str]]:
    """A template and the names of the variables it reads."""
    if len(template) > MAX_TEMPLATE:
        raise TemplateError(f"the template is longer than {MAX_TEMPLATE} characters")
    if _RANGE.search(template):
        raise TemplateError("ranges (1..9) are not available in templates")
    try:
        compiled = _ENVIRONMENT.from_string(template)
        analysis = compiled.analyze()
    except LiquidError as error:
        raise TemplateError(_sentence(error)) from None
    for name in analysis.filters:
        if name not in _FILTERS:
            raise TemplateError(f"unknown filter '{name}'")
    return compiled, frozenset(analysis.globals)


def _sentence(error: LiquidError) -> str:
    """The first line of what Liquid says: the rest repeats the template."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def variables_of(template: str) -> frozenset[str]:
    """The names that a template reads; TemplateError if it is no template."""
    return _compiled(template)[1]


def check(template: str, known: Collection[str]) -> list[str]:
    """What is wrong with a template whose variables are `known`: it is compiled, and tried on an event that says nothing."""
    return list(_faults(template, frozenset(known)))


@lru_cache(maxsize=4096)
def _faults(template: str, known: frozenset[str]) -> tuple[str, ...]:
    try:
        unknown = variables_of(template) - known
        if not unknown:
            render(template, dict.fromkeys(known, ""))
    except TemplateError as error:
        return (str(error),)
    return tuple(f"unknown variable `{name}`" for name in sorted(unknown))


def render(template: str, variables: Mapping[str, object]) -> str:
    """The text of a template; TemplateError if a variable is missing or a limit is passed."""
    compiled, _ = _compiled(template)
    try:
        return compiled.render({name: _plain(value) for name, value in variables.items()})
    except (LiquidError, ValueError) as error:  # ValueError: Python refuses to print numbers of thousands of digits
        raise TemplateError(_sentence(error) if isinstance(error, LiquidError) else str(error)) from None


def title_of(match: Match, item: Item) -> str:
    """The title of an alert: one line, never empty. A template that fails is no reason to keep an alert back."""
    template = match.rule.title
    values = variables(match, item)
    try:
        title = render(template, dict.fromkeys(variables_of(template), "") | values)
    except TemplateError:
        title = f"{match.rule.id}: {values['subject'] or item.title}"
    line = " ".join(title.split()) or match.rule.id
    return line if len(line) <= MAX_TITLE else line[: MAX_TITLE - 1] + "…"


def body_of(match: Match, item: Item) -> str:
    """The text below an alert's title; "" if its rule has none, or a template that fails."""
    template = match.rule.body
    if not template:
        return ""
    try:
        body = render(template, dict.fromkeys(variables_of(template), "") | variables(match, item)).strip()
    except TemplateError:
        return ""
    return body if len(body) <= MAX_BODY else body[: MAX_BODY - 1] + "…"


def variables(match: Match, item: Item) -> dict[str, object]:
    """What a template may say of a match."""
    event = match.event
    values: dict[str, object] = dict.fromkeys(VARIABLES, "")
    if event is not None:
        values |= event.fields
        values |= {"subject": event.subject, "alias": event.alias, "entity": event.entity or "", "event": event.type}
    values |= {"headline": item.title, "source": item.source, "publisher": item.publisher}
    rule = match.rule
    return values | {"severity": rule.severity.value, "rule": rule.id, "owner": rule.owner, "runbook": rule.runbook}


def _plain(value: object) -> object:
    """12.0 is written 12, and what is empty is nothing, so that `{% if alias %}` asks what its author means."""
    return int(value) if isinstance(value, float) and value.is_integer() else value or None
