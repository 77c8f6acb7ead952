"""A rule's own examples, run exactly as news is.

Guarantee: the verdict is the matcher's; a failure says which condition decided and why.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.errors import Problem
from service.model.event import Event
from service.model.item import Item
from service.rules.condition import Context
from service.rules.matcher import fire
from service.rules.reading import Reading
from service.rules.ruleset import CompiledRule, Example, RuleSet

Extract = Callable[[Item], Sequence[Event]]
"""How the events of an item are found."""


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """`kind` is match or no_match; `detail` is why the rule fired or did not."""

    rule: str
    kind: str
    text: str
    passed: bool
    detail: str
    example: Example

    @property
    def place(self) -> str:
        """Where the example is written."""
        return self.problem().place

    def problem(self) -> Problem:
        """A failure as a problem of the file."""
        wanted = f"must make `{self.rule}` fire" if self.kind == "match" else f"must not make `{self.rule}` fire"
        hint = "`tapewatch explain -` shows what is read in a text" if self.detail.startswith("no event ") else ""
        message = f"this example {wanted}, but: {self.detail}"
        return Problem(self.example.file, self.example.line, self.example.column, message, hint)


def run(ruleset: RuleSet, extract: Extract) -> list[ExampleResult]:
    """Every example of every rule, in the order of the files."""
    return [result for compiled in ruleset.compiled for result in run_rule(compiled, extract)]


def run_rule(compiled: CompiledRule, extract: Extract) -> list[ExampleResult]:
    """The examples of one rule, held against that rule alone."""
    return [_run(compiled, example, extract) for example in compiled.examples]


def _run(compiled: CompiledRule, example: Example, extract: Extract) -> ExampleResult:
    reading = Reading(example.item, extract(example.item), example.now)
    fired = fire(compiled, reading)
    detail = fired[0].reason if fired else compiled.when.explain(Context(reading)).detail
    kind = "match" if example.fires else "no_match"
    return ExampleResult(compiled.rule.id, kind, reading.document, bool(fired) == example.fires, detail, example)
