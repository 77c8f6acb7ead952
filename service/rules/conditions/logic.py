"""`all`, `any`, `none`: conditions made of conditions."""

from dataclasses import dataclass
from operator import itemgetter

from service.model.explanation import Explanation
from service.rules.building import Builder, Path, Scope
from service.rules.condition import ALWAYS, HELD, MISS, Condition, Context, Hit, Keys, Result, Witness
from service.rules.rarity import alternatives, together

NONE = "none of"
"""What a condition that excludes is called: it is not its parts that it lacks."""


@dataclass(frozen=True, slots=True)
class All:
    """Holds if every one of `children` holds; `what` names what they are together."""

    place: str
    children: tuple[Condition, ...]
    what: str = "all of"

    def evaluate(self, context: Context) -> Result:
        telling = []
        for child in self.children:
            result = child.evaluate(context)
            if not result.held:
                return MISS
            if result is not HELD:
                telling.append(result)
        return _joined(telling)

    def explain(self, context: Context) -> Explanation:
        children = tuple(child.explain(context) for child in self.children)
        return _tree(self, children, all(child.held for child in children), self.what)

    def keys(self) -> Keys:
        return together(child.keys() for child in self.children)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds if at least one of `children` holds; the evidence is that of all that do."""

    place: str
    children: tuple[Condition, ...]

    def evaluate(self, context: Context) -> Result:
        results = [result for child in self.children if (result := child.evaluate(context)).held]
        return _joined(results) if results else MISS

    def explain(self, context: Context) -> Explanation:
        children = tuple(child.explain(context) for child in self.children)
        return _tree(self, children, any(child.held for child in children), "any of")

    def keys(self) -> Keys:
        return alternatives(child.keys() for child in self.children)


@dataclass(frozen=True, slots=True)
class NoneOf:
    """Holds if none of `children` holds. What does not hold has no words to show."""

    place: str
    children: tuple[Condition, ...]

    def evaluate(self, context: Context) -> Result:
        return Result(not any(child.evaluate(context).held for child in self.children))

    def explain(self, context: Context) -> Explanation:
        children = tuple(child.explain(context) for child in self.children)
        found = next((child for child in children if child.held), None)
        return _tree(self, children, found is None, NONE, f"excluded by {found.what}: {found.detail}" if found else "")

    def keys(self) -> Keys:
        return ALWAYS


def _joined(results: list[Result]) -> Result:
    """One result of several that held together; an event that several name is one hit."""
    if len(results) < 2:
        return results[0] if results else HELD
    by_event: dict[int, tuple[Witness, ...]] = {}
    by: tuple[Witness, ...] = ()
    for _, hits, own in results:
        by += own
        for number, told in hits:
            by_event[number] = by_event.get(number, ()) + told
    return Result(True, tuple([Hit(*one) for one in sorted(by_event.items(), key=itemgetter(0))]) if by_event else (), by)


def _tree(condition: Condition, children: tuple[Explanation, ...], held: bool, what: str, detail: str = "") -> Explanation:
    """An explanation whose detail, unless given, is that of the child which decided."""
    if not detail and children:
        deciding = [child for child in children if child.held == held] or list(children)
        nearest = max(deciding, key=lambda child: child.nearness)
        detail = "; ".join(child.detail for child in deciding if child.detail) if held else nearest.detail
    spans = tuple(sorted({span for child in children if child.held == held for span in child.spans})) if held else ()
    return Explanation(what=what, held=held, detail=detail, place=condition.place, spans=spans, children=children)


def parse(kind: str, builder: Builder, path: Path, scope: Scope | None) -> Condition | None:
    """The list behind `all`, `any` or `none`; None if anything in it is wrong."""
    elements = builder.value(path)
    if not isinstance(elements, list) or not elements:
        builder.say(path, f"`{kind}` needs a list of conditions", "begin each with `- `, for instance `- event: limit_up`")
        return None
    read = [builder.compile(builder, (*path, number), scope) for number in range(len(elements))]
    children = tuple(child for child in read if child is not None)
    if len(children) < len(read):
        return None
    place = builder.place(path, key=True)
    if kind == "none":
        return NoneOf(place, children)
    return All(place, children) if kind == "all" else AnyOf(place, children)
