"""What the editor completes with: the schema of rule files with the events and calendars in force, entities, tags and lists."""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from heapq import nsmallest

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from service.alerting.calendar_file import parse_calendars
from service.folding import fold
from service.marked_yaml import load
from service.model.entity import Entity
from service.model.user import Role
from service.rulebook import Rulebook
from service.rulefiles import place_of
from service.rules.schema import json_schema
from service.web.access import allow
from service.web.context import WebContext
from service.words import event_fields

MOST = 20
MAX_QUERY = 80


def router(context: WebContext) -> APIRouter:
    """The routes that the editor's script asks."""
    routes = APIRouter(dependencies=[allow(Role.VIEWER)])
    schemas = lru_cache(maxsize=2)(lambda version: schema_of(context.desk.current))
    names = lru_cache(maxsize=2)(lambda version: folded(context.desk.current.catalog.values()))

    @routes.get("/rules/schema.json")
    def schema(request: Request) -> Response:
        version = context.desk.current.version
        tag = f'"{version}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        return Response(schemas(version), media_type="application/json", headers={"ETag": tag})

    @routes.get("/rules/entities")
    def entities(q: str = "") -> JSONResponse:
        return JSONResponse({"entities": search(names(context.desk.current.version), q[:MAX_QUERY])})

    return routes


def schema_of(book: Rulebook) -> bytes:
    """What an editor checks and completes rule files with."""
    documents = [load(text, name) for name, text in book.texts.items() if place_of(name).startswith("calendars/")]
    calendars, _ = parse_calendars(documents)
    tags = {tag for entity in book.catalog.values() for tag in entity.tags}
    return json.dumps(json_schema(event_fields(book.lexicon), calendars, tags), ensure_ascii=False).encode()


Folded = Sequence[tuple[Entity, Sequence[str]]]


def folded(entities: Iterable[Entity]) -> Folded:
    """Entities with all that they are found by."""
    return [(one, [fold(name) for name in (one.id, *one.names_en, *one.names_zh)]) for one in entities]


def search(entities: Folded, query: str) -> list[dict[str, object]]:
    """The entities whose id or a name is the query, begins with it or contains it, in this order, the shortest first."""
    wanted = fold(query.strip())
    if not wanted:
        return []
    ranked = []
    for entity, names in entities:
        hits = [(0 if name == wanted else 1 if name.startswith(wanted) else 2, len(name)) for name in names if wanted in name]
        if hits:
            ranked.append((min(hits), entity.id, entity))
    return [shown(entity) for *_, entity in nsmallest(MOST, ranked, key=lambda one: one[:2])]


def shown(entity: Entity) -> dict[str, object]:
    """An entity as a choice."""
    names = [*entity.names_en[:1], *entity.names_zh[:1]]
    return {"id": entity.id, "kind": entity.kind.value, "names": names, "tags": sorted(entity.tags)[:8]}
