"""Watchlists: rules/entities/*.yaml into entities, and many lists into one catalog.

Guarantee: every problem is reported at its line; of two entities with one id the first stays and the second is a problem.
It must not look for names in texts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field

from service.errors import Problem
from service.marked_yaml import Document, validate
from service.model.entity import Catalog, Entity, EntityKind


class EntityText(BaseModel):
    """One entity; its group's kind and tags hold where it does not say its own (tags add up)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str = Field(min_length=1, max_length=40, pattern=r"^\S+$")
    kind: EntityKind | None = None
    en: list[str] = Field(default=[])
    zh: list[str] = Field(default=[])
    tags: list[str] = Field(default=[])


class GroupText(BaseModel):
    """Entities that share a kind and tags."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    about: str = ""
    kind: EntityKind = EntityKind.STOCK
    tags: list[str] = Field(default=[])
    entities: list[EntityText]


class EntitiesText(BaseModel):
    """A whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    groups: list[GroupText]


@dataclass(frozen=True, slots=True)
class PlacedEntity(Entity):
    """An entity that knows the line it is written in, so that clashes between files can be told."""

    place: Problem = field(default=Problem("", 0, 0, ""), compare=False, repr=False)


def parse_entities(document: Document) -> tuple[list[Entity], list[Problem]]:
    """Read one file of rules/entities."""
    text, problems = validate(document, EntitiesText)
    if text is None:
        return [], problems
    found: list[Entity] = []
    for number, group in enumerate(text.groups):
        for index, one in enumerate(group.entities):
            path = ("groups", number, "entities", index)
            if not one.en and not one.zh:
                problems.append(document.problem(path, f"{one.id} has no name", "give it names under `en` or `zh`"))
            place = document.problem((*path, "id"), f"the id {one.id} is already taken")
            tags = frozenset([*group.tags, *one.tags])
            kind = one.kind or group.kind
            found.append(PlacedEntity(one.id, kind, tuple(one.en), tuple(one.zh), tags, place=place))
    return found, problems


def build_catalog(lists: Iterable[Sequence[Entity]]) -> tuple[Catalog, list[Problem]]:
    """All entities by id, and a problem for every id that comes twice."""
    catalog: dict[str, Entity] = {}
    problems: list[Problem] = []
    for entity in (entity for entities in lists for entity in entities):
        if entity.id in catalog:
            problems.append(_clash(entity, catalog[entity.id]))
        else:
            catalog[entity.id] = entity
    return catalog, problems


def _clash(second: Entity, first: Entity) -> Problem:
    hint = f"first given to {first.name}" + (f" in {first.place.place}" if isinstance(first, PlacedEntity) else "")
    if not isinstance(second, PlacedEntity):
        return Problem("", 0, 0, f"the id {second.id} is already taken", hint)
    place = second.place
    return Problem(place.file, place.line, place.column, place.message, hint)
