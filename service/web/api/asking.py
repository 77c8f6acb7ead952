"""What the resources of the API have in common: how a list is asked for page by page, and who may ask.

Guarantee: every list answers `{"<its name>": [...], "next": a link or null}`, newest first unless it says otherwise, and the
link keeps all that was asked. Must not know a resource.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

from service.model.moment import reckonable
from service.model.user import Role
from service.web.access import ANY, allow
from service.web.problems import ApiProblem, Json

Handler = TypeVar("Handler", bound=Callable[..., Any])

LARGEST_PAGE = 200
LONGEST = 200
LARGEST_ID = 2**63 - 1

Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="How many at most.")]
Before = Annotated[str, Query(max_length=LONGEST, description="As the link in `next` has it.")]
BeforeNumber = Annotated[int, Query(ge=0, le=LARGEST_ID, description="As the link in `next` has it.")]
Moment = Annotated[AwareDatetime, AfterValidator(reckonable)]
Number = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Words = Annotated[str, Query(max_length=LONGEST, description='Words that must stand in the text, "phrases" in quotation marks.')]


class Body(BaseModel):
    """What a request may carry: nothing but its fields."""

    model_config = ConfigDict(extra="forbid", str_max_length=64 * 1024)


class Shape(BaseModel):
    """What an answer carries. Answers are built by hand; these describe them, and the tests hold them against it."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


def _only_json(content_type: Annotated[str, Header(include_in_schema=False)] = "") -> None:
    """The body is JSON and says so, which no form of another site can."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise ApiProblem("unsupported-type", "Send the body as application/json.")


_JSON_BODY = Depends(_only_json)


def needs(role: Role, scope: str = "", *, body: bool = False) -> dict[str, Any]:
    """For a route: who may ask, decided and described at once; with `body` that what it is sent must say to be JSON."""
    described = {"security": [{"token": [scope] if scope else []}], "x-role": role.value}
    return {"dependencies": [allow(role, scope=scope or ANY), *([_JSON_BODY] if body else [])], "openapi_extra": described}


def reads(routes: APIRouter, path: str, **described: Any) -> Callable[[Handler], Handler]:
    """A route for GET, and for HEAD, of which the description says nothing."""

    def add(handler: Handler) -> Handler:
        routes.add_api_route(path, handler, methods=["GET"], **described)
        routes.add_api_route(path, handler, methods=["HEAD"], **{**described, "include_in_schema": False})
        return handler

    return add


def paged(request: Request, name: str, rows: Sequence[object], limit: int, before: object) -> Json:
    """A page of a list of which one more than `limit` was looked for; `before` names its last row."""
    shown = rows[:limit]
    return Json({name: shown, "next": _next(request, before, limit) if len(rows) > limit else None})


def _next(request: Request, before: object, limit: int) -> str:
    kept = [(key, value) for key, value in request.query_params.multi_items() if value and key not in ("before", "limit")]
    return f"{request.url.path}?{urlencode([*kept, ('before', str(before)), ('limit', str(limit))], errors='replace')}"


def found(value: Mapping[str, object] | None, what: str) -> Json:
    """One thing, or the problem that there is none."""
    if value is None:
        raise ApiProblem("not-found", f"There is no {what} of this name; it may have been removed.")
    return Json(value)
