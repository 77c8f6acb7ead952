"""What rule files were compiled to, kept for the next time: of a thousand files, one changes.

Guarantee: what is kept is used only if the file and everything else that its rules were compiled with are the same; files that
were compiled when there were problems are not kept.
It must not know how a rule is compiled.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from service.marked_yaml import Document
from service.rules.building import Builder
from service.rules.ruleset import CompiledRule

Compile = Callable[[Builder, dict[str, str]], list[CompiledRule]]
"""Compiles all rules of one file; ids are added to those that are seen already, with their places."""


@dataclass(frozen=True, slots=True)
class FileRules:
    """The rules of one file, and the ids of all that are in it."""

    document: Document
    rules: list[CompiledRule]
    ids: Mapping[str, str]


class Kept:
    """One for each rules folder; each load leaves behind what the next may use."""

    def __init__(self) -> None:
        self._world: object = None
        self._files: dict[str, FileRules] = {}
        self.found: list[CompiledRule] = []
        """What the last load compiled, also where it was refused: for those who show a draft."""

    def compile(self, builders: Sequence[Builder], world: object, compile_file: Compile) -> list[CompiledRule]:
        """The rules of all files, in their order; `world` is all that they depend on beside their own file."""
        before = self._files if world == self._world else {}
        self._world, self._files = world, {}
        seen: dict[str, str] = {}
        found: list[CompiledRule] = []
        for builder in builders:
            document = builder.document
            known = before.get(document.file)
            if known is None or known.document.text != document.text or not seen.keys().isdisjoint(known.ids):
                before_it = len(seen)
                rules = compile_file(builder, seen)
                known = FileRules(document, rules, {one: seen[one] for one in islice(reversed(seen), len(seen) - before_it)})
            self._files[document.file] = known
            seen.update(known.ids)
            found += known.rules
        self.found = found
        if any(builder.problems for builder in builders):  # which a rule may have raised in the file of a macro that it uses
            self._files = {file: known for file, known in self._files.items() if before.get(file) is known}
        return found


def world_of(documents: Sequence[Document], beside: object) -> object:
    """All that the rules of any file may depend on: `beside`, and each file that says anything but its own rules."""
    shared = [document for document in documents if not isinstance(document.value, dict) or document.value.keys() - {"rules"}]
    return beside, tuple((document.file, document.text) for document in shared)
