"""`text: {regex: …}`: RE2, whose time is linear in the text whatever the pattern.

RE2's own `\\b`, `\\w` and `\\d` know ASCII only; `\\p{L}`, `\\p{Han}` and their like know all scripts.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import re2

from service.model.explanation import Explanation
from service.model.rule import Evidence
from service.model.span import Span
from service.rules.building import Builder, Path
from service.rules.condition import MISS, Context, Keys, Result
from service.rules.conditions.finding import Area, explained, seen
from service.rules.reading import Reading

MAX_MEMORY = 8 << 20
"""Bytes that RE2 may use for one pattern."""


class _Found(NamedTuple):
    """Where it was found."""

    span: Span

    def evidence(self, reading: Reading) -> tuple[Evidence, ...]:
        return seen(reading, [self.span] if self.span.start < self.span.end else [], "regex")


@dataclass(frozen=True, slots=True)
class Matching:
    """A regular expression that is found somewhere; `compiled` at load."""

    place: str
    pattern: str
    compiled: Any
    area: Area
    case: bool = False

    def evaluate(self, context: Context) -> Result:
        area = context.reading.areas[self.area]
        found = self.compiled.search(area.of(context.reading.document))
        if found is None:
            return MISS
        return Result(True, (), (_Found(Span(area.start + found.start(), area.start + found.end())),))

    def explain(self, context: Context) -> Explanation:
        return explained(self, context, f"text regex: {self.pattern}", f"the regex `{self.pattern}` finds nothing")

    def keys(self) -> Keys:
        return ((f"regex:{self.area}:{'exact' if self.case else 'folded'}:{self.pattern}",),)


def compile_regex(builder: Builder, path: Path, pattern: str, area: Area, *, case: bool) -> Matching | None:
    """Compile a pattern, or report what RE2 has against it."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    options.case_sensitive = case
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        said = error.args[0]
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        builder.say(path, f"this regex is not RE2: {reason}", _hint(pattern))
        return None
    return Matching(builder.place(path), pattern, compiled, area, case)


def _hint(pattern: str) -> str:
    if any(group in pattern for group in ("(?=", "(?!", "(?<=", "(?<!")):
        return "RE2 has no look-around: use `none` or `near` beside the regex"
    return "RE2 has no back-references, no possessive quantifiers and no repetition above 1000"
