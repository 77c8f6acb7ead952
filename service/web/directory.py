"""Which entities a reader means by a name or a tag. Pure; built once for each catalog."""

from collections import defaultdict
from collections.abc import Collection

from service.model.entity import Catalog


class Directory:
    """The names and tags of a catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        names: dict[str, set[str]] = defaultdict(set)
        tags: dict[str, set[str]] = defaultdict(set)
        for one in catalog.values():
            for name in (one.id, *one.names_en, *one.names_zh):
                names[name.casefold()].add(one.id)
            for tag in one.tags:
                tags[tag].add(one.id)
        self._names = {name: frozenset(ids) for name, ids in names.items()}
        self._tags = {tag: frozenset(ids) for tag, ids in tags.items()}
        self.tags = tuple(sorted(tags))

    def meant(self, name: str, tag: str = "") -> Collection[str] | None:
        """The ids of the entities of this name and with this tag; None where neither is asked for.

        A name that nobody has is taken for an id: an alert may be of an entity that is no longer in the catalog.
        """
        named = self._names.get(name.casefold(), frozenset({name})) if name else None
        tagged = self._tags.get(tag, frozenset()) if tag else None
        if named is None or tagged is None:
            return tagged if named is None else named
        return named & tagged


class Directories:
    """The directory of the catalog in force; made again when another one comes into force."""

    def __init__(self) -> None:
        self._held = Directory({})

    def of(self, catalog: Catalog) -> Directory:
        """The directory of this catalog."""
        held = self._held
        if held.catalog is not catalog:
            held = self._held = Directory(catalog)
        return held


directory_of = Directories().of
"""The directory of a catalog; that of the last one is kept."""
