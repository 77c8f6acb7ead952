"""What is allowed but probably not meant, or dear.

Guarantee: warnings only; nothing here refuses a rule.
"""

from collections.abc import Sequence

from service.errors import Problem
from service.rules.ruleset import CompiledRule


def lint(rules: Sequence[CompiledRule]) -> tuple[Problem, ...]:
    """Warnings, each at its rule's id."""
    found = []
    for compiled in rules:
        file, line, column = compiled.rule.place.rsplit(":", 2)
        at = (file, int(line), int(column))
        if not any(example.fires for example in compiled.examples):
            found.append(Problem(*at, f"the rule `{compiled.rule.id}` has no `match` example", "one proves that it can fire"))
        if compiled.when.keys() is None:
            hint = "add an `event`, or words under text any, all, phrase or prefix"
            found.append(
                Problem(
                    *at, f"the rule `{compiled.rule.id}` asks for no event and no word, so every item is held against it", hint
                )
            )
    return tuple(found)
