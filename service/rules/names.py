"""`lists` and `macros`: what a file names once, for the rules of all files.

Guarantee: a name that is used twice is refused at its second place; a macro is checked even if no rule uses it.
It must not know what is done with them.
"""

from collections.abc import Sequence

from service.rules.building import Builder, Listed, Path, Scope, as_list
from service.rules.conditions.subject import lookup
from service.rules.file import ListsText, MacroNames


def read_macros(builders: Sequence[Builder]) -> None:
    """Find the macros of all files, then check each as if any event were spoken of."""
    for builder in builders:
        written = builder.value(("macros",))
        if not isinstance(written, dict):
            continue
        builder.check(("macros",), MacroNames)
        known = builder.macros.at
        for name in written:
            if name in known:
                first = known[name][0].place(known[name][1], key=True)
                builder.say(("macros", name), f"the macro `{name}` is defined twice", f"the first is at {first}", key=True)
            known.setdefault(name, (builder, ("macros", name)))
    for builder in builders:
        for name, (home, path) in builder.macros.at.items():
            if home is builder:
                builder.macros.used, builder.macros.open = 0, [name]
                builder.compile(builder, path, Scope(uncertain=True))
                builder.macros.open = []


def read_lists(builders: Sequence[Builder]) -> dict[str, Listed]:
    """The named lists of all files; a name that is used twice, or an entry that is not known, is reported."""
    lists: dict[str, Listed] = {}
    places: dict[str, str] = {}
    for builder in builders:
        written = builder.value(("lists",))
        if not isinstance(written, dict):
            continue
        builder.check(("lists",), ListsText)
        for name, entries in written.items():
            if name in lists:
                builder.say(("lists", name), f"the list `{name}` is defined twice", f"the first is at {places[name]}", key=True)
            places.setdefault(name, builder.place(("lists", name), key=True))
            listed = as_list(entries)
            found = [
                _entry(builder, builder.element(("lists", name), number), entry)
                for number, entry in enumerate(listed if isinstance(listed, list) else ())
            ]
            lists[name] = _together(found)
    return lists


def _entry(builder: Builder, path: Path, entry: object) -> Listed:
    if isinstance(entry, str):
        return lookup(builder, path, "entity", entry)
    parts = [
        lookup(builder, builder.element((*path, key), number), key, text)
        for key in ("tag", "name")
        for number, text in enumerate(_texts(entry, key))
    ]
    return _together(parts)


def _texts(entry: object, key: str) -> list[str]:
    written = as_list(entry.get(key, [])) if isinstance(entry, dict) else []
    return [text for text in written if isinstance(text, str)] if isinstance(written, list) else []


def _together(parts: Sequence[Listed]) -> Listed:
    return Listed(frozenset().union(*(part.entities for part in parts)), tuple(name for part in parts for name in part.names))
