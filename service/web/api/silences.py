"""`/api/v1/silences`: what nobody is told of for a while."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field

from service.alerting.routes_file import parse_matcher
from service.model.duration import parse_duration
from service.model.user import Role
from service.storage import silences
from service.web import silencing
from service.web.access import Person
from service.web.api import shapes
from service.web.api.asking import LARGEST_ID, BeforeNumber, Body, Limit, Moment, Number, needs, paged, reads
from service.web.context import WebContext
from service.web.problems import ApiProblem, Json

LONGEST = timedelta(days=366)
MOST_MATCHERS = 20


class AskedSilence(Body):
    """Matchers as routes.yaml has them, all of which must hold; how long, as `for` or as `until`."""

    matchers: list[Annotated[str, Field(max_length=1000)]] = Field(
        min_length=1, max_length=MOST_MATCHERS, examples=[["rule=limit-up", "subject=Alder Optics"]]
    )
    length: str = Field("", alias="for", max_length=40, examples=["2h"])
    until: Moment | None = None
    why: str = Field("", max_length=1000, examples=["known, the desk looks at it"])


def router(context: WebContext) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["silences"])

    @reads(
        routes,
        "/silences",
        **needs(Role.VIEWER, "alerts:read"),
        summary="Silences, newest first",
        response_model=shapes.SilencePage,
    )
    def silences_listed(
        request: Request,
        ended: Annotated[bool, Query(description="Those that have ended as well.")] = True,
        before: BeforeNumber = LARGEST_ID,
        limit: Limit = 50,
    ) -> Json:
        with context.database.read() as connection:
            now = context.database.now(connection)
            if ended:
                shown = silences.latest(connection, limit + 1, before)
            else:
                shown = [one for one in reversed(silences.in_force(connection, now)) if one.number < before][: limit + 1]
        rows = [one.as_json(now) for one in shown]
        return paged(request, "silences", rows, limit, shown[:limit][-1].number if shown else 0)

    @reads(
        routes,
        "/silences/{number}",
        **needs(Role.VIEWER, "alerts:read"),
        summary="One silence",
        response_model=shapes.Silence,
    )
    def silence(number: Number) -> Json:
        with context.database.read() as connection:
            known = silences.get(connection, number)
            now = context.database.now(connection)
        if known is None:
            raise ApiProblem("not-found", "There is no silence with this number.")
        return Json(known.as_json(now))

    _changes(routes, context)
    return routes


def _changes(routes: APIRouter, context: WebContext) -> None:
    write = needs(Role.EDITOR, "silences:write")

    @routes.post(
        "/silences",
        **needs(Role.EDITOR, "silences:write", body=True),
        status_code=201,
        summary="Tell nobody, for a while, of the alerts that all matchers hold for",
        response_model=shapes.Silence,
    )
    def silence_added(body: AskedSilence, person: Person) -> Json:
        """They are stored and shown all the same."""
        try:
            matchers = [parse_matcher(text) for text in body.matchers]
        except ValueError as error:
            raise ApiProblem("invalid-request", f"matchers: {error}") from error
        with context.database.begin() as connection:
            now = context.database.now(connection)
            lasts = _length(body) or (body.until - now if body.until else timedelta(0))
            if not timedelta(0) < lasts <= LONGEST:
                raise ApiProblem("invalid-request", "A silence lasts longer than nothing and at most a year.")
            made = silencing.begin(connection, matchers, now + lasts, person.name, body.why, now)
        return Json(made.as_json(now), 201, {"Location": f"/api/v1/silences/{made.number}"})

    ending: dict[str, Any] = {"summary": "End a silence before its time", "response_model": shapes.Silence}

    @routes.post("/silences/{number}/end", **write, **ending, operation_id="silence_end")
    @routes.delete("/silences/{number}", **write, **ending)
    def silence_ended(number: Number, person: Person) -> Json:
        with context.database.begin() as connection:
            now = context.database.now(connection)
            if not silencing.end(connection, number, person.name, now):
                raise ApiProblem("not-found", "There is no silence with this number in force.")
            known = silences.get(connection, number)
        return Json(known.as_json(now) if known else {})


def _length(body: AskedSilence) -> timedelta | None:
    if bool(body.length) == (body.until is not None):
        raise ApiProblem("invalid-request", "Say how long: either `for` (2h) or `until`.")
    try:
        return parse_duration(body.length) if body.length else None
    except (ValueError, OverflowError) as error:
        raise ApiProblem("invalid-request", f"for: {error}") from error
