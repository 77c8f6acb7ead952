"""`use`: conditions that are written once under `macros` and meant wherever their name stands.

A macro says what it would say in the place where it is used: beside an `event` its fields and its `subject` speak of that event.
Guarantee: a macro that leads back to itself, and macros that grow beyond measure, are refused.
"""

from pydantic import RootModel

from service.rules.building import Builder, Path, Scope, TextList
from service.rules.condition import Condition
from service.rules.conditions.logic import All

MOST = 200
"""Macros that one rule may come to, those within macros included."""
DEEPEST = 16
"""Macros within macros."""


class Names(RootModel[TextList]):
    """One macro, or several that hold together."""


def parse(builder: Builder, path: Path, scope: Scope | None) -> Condition | None:
    """The conditions of the macros named at `path`."""
    names = builder.check(path, Names)
    if names is None:
        return None
    found = [_expanded(builder, builder.element(path, number), name, scope) for number, name in enumerate(names.root)]
    children = tuple(child for child in found if child is not None)
    if len(children) < len(found):
        return None
    return children[0] if len(children) == 1 else All(builder.place(path), children, f"use {', '.join(names.root)}")


def _expanded(builder: Builder, path: Path, name: str, scope: Scope | None) -> Condition | None:
    macros = builder.macros
    if name not in macros.at:
        builder.unknown(path, "macro", name, macros.at)
        return None
    if name in macros.open:
        builder.say(path, f"the macro `{name}` leads back to itself: {' → '.join((*macros.open, name))}")
        return None
    macros.used += 1
    if macros.used > MOST or len(macros.open) >= DEEPEST:
        limit = f"{MOST} macros" if macros.used > MOST else f"macros {DEEPEST} deep"
        builder.say(path, f"this comes to more than {limit}", "write out what is needed")
        return None
    home, where = macros.at[name]
    before = len(home.problems)
    macros.open.append(name)
    try:
        found = builder.compile(home, where, scope)
    finally:
        macros.open.pop()
    if found is None and home is not builder and len(home.problems) > before:
        builder.say(path, f"the macro `{name}` cannot be used here", f"see {home.place(where)}")
    return found
