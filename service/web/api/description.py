"""`/api/v1/openapi.json`: the description of the API, made from the routes themselves.

Guarantee: what it says of errors and of access is what happens. It loads nothing, and no page of another host shows it.
"""

from functools import lru_cache
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from service.model.user import Role
from service.web.api import shapes
from service.web.api.asking import needs, reads
from service.web.problems import Json

SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token with the scopes that are named with each path."},
}
PROBLEM = {
    "description": "What went wrong (RFC 9457).",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def add(routes: APIRouter, version: str) -> None:
    """The route, over all that were added before."""
    listed = list(routes.routes)

    @lru_cache(maxsize=1)
    def whole() -> dict[str, Any]:
        return describe(listed, version)

    @reads(routes, "/openapi.json", **needs(Role.VIEWER, "alerts:read"), include_in_schema=False)
    def openapi() -> Json:
        return Json(whole())


def describe(routes: list[Any], version: str) -> dict[str, Any]:
    """The whole description (OpenAPI 3.1)."""
    whole = get_openapi(
        title="Tapewatch",
        version=version,
        summary="Market news, understood and alerted.",
        description="Lists have `next`, a link to what follows. Mistakes are problems (RFC 9457) whose `type` stays the same.",
        routes=[_named(route) for route in routes],
        separate_input_output_schemas=False,
    )
    schemas = whole["components"]["schemas"]
    schemas["Problem"] = shapes.Problem.model_json_schema()
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    whole["components"]["securitySchemes"] = SCHEMES
    for path in whole["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = PROBLEM
    return whole


def _named(route: Any) -> Any:
    """Operations are called as their functions are."""
    if isinstance(route, APIRoute) and not route.operation_id:
        route.unique_id = route.name
    return route
