"""`/api/v1/routes` and `/api/v1/receivers`: who is told, and who would be."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from service.alerting.forecast import described, forecast
from service.model.alert import Alert
from service.model.routing import Route
from service.model.user import Role
from service.notify.receivers import shown
from service.pipeline.asked import from_labels, from_text, schemes, telling_json
from service.rulebook import Rulebook
from service.storage import alerts
from service.web.access import Person
from service.web.api import shapes
from service.web.api.asking import LONGEST, Body, Moment, needs, reads
from service.web.context import WebContext
from service.web.problems import ApiProblem, Json
from service.web.sending import send_test

MOST_LABELS = 30
LONGEST_TEXT = 64 * 1024


class AskedRoute(Body):
    """Which alert: a stored one, one with these labels, or those that a news text makes; and when it would come in (now)."""

    alert: str = Field("", max_length=LONGEST)
    text: str = Field("", max_length=LONGEST_TEXT)
    labels: dict[Annotated[str, Field(max_length=LONGEST)], Annotated[str, Field(max_length=LONGEST)]] = Field(
        default_factory=dict, max_length=MOST_LABELS, examples=[{"severity": "high", "desk": "a-share"}]
    )
    at: Moment | None = None


def router(context: WebContext) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["routes"])
    _reading(routes, context)
    _testing(routes, context)
    _sending(routes, context)
    return routes


def _reading(routes: APIRouter, context: WebContext) -> None:
    read = needs(Role.VIEWER, "rules:read")

    @reads(routes, "/routes", **read, summary="The tree of routes", response_model=shapes.RouteTree)
    def routes_shown() -> Json:
        return Json({"route": _route(context.desk.current.routing.root)})

    @reads(routes, "/receivers", **read, summary="All receivers, by name", response_model=shapes.ReceiverList)
    def receivers_listed() -> Json:
        """Of their targets only the kinds are told: the rest may hold a secret."""
        known = sorted(context.desk.current.routing.receivers.values(), key=lambda one: one.name)
        rows = [{"name": one.name, "kinds": schemes(one), "max_per_hour": one.max_per_hour} for one in known]
        return Json({"receivers": rows, "next": None})


def _testing(routes: APIRouter, context: WebContext) -> None:
    @routes.post(
        "/routes/test",
        **needs(Role.VIEWER, "rules:read", body=True),
        summary="Where would this go? Nothing is sent",
        response_model=shapes.RouteTest,
    )
    def routes_tested(body: AskedRoute) -> Json:
        """To whom an alert would go, when, and why."""
        if sum(map(bool, (body.alert, body.labels, body.text))) != 1:
            raise ApiProblem("invalid-request", "Say which alert: by `alert`, the id of a stored one, by `labels` or by `text`.")
        book = context.desk.current
        with context.database.read() as connection:
            now = body.at or context.database.now(connection)
            stored = alerts.get(connection, body.alert) if body.alert else None
        if body.alert and stored is None:
            raise ApiProblem("not-found", "There is no alert with this id; it may have been removed.")
        asked = [stored.alert] if stored else _made(book, body, now)
        return Json({"at": now.isoformat(), "alerts": [telling_json(one, forecast(book.routing, one, now)) for one in asked]})


def _made(book: Rulebook, body: AskedRoute, now: datetime) -> list[Alert]:
    if body.text:
        return from_text(book, body.text, now)
    try:
        return [from_labels(body.labels, now)]
    except ValueError as error:
        raise ApiProblem("invalid-request", f"labels: {error}") from error


def _sending(routes: APIRouter, context: WebContext) -> None:
    @routes.post(
        "/receivers/{name}/test",
        **needs(Role.EDITOR, "routes:write"),
        summary="Send a marked test to every target of a receiver, now",
        response_model=shapes.ReceiverTest,
    )
    def receiver_tested(name: str, person: Person) -> Json:
        if name not in context.desk.current.routing.receivers:
            raise ApiProblem("not-found", "There is no receiver of this name.")
        told = send_test(context, name, person.name)
        if told is None:
            raise ApiProblem("unavailable", "This process sends nothing.")
        targets = [{"target": shown(one.target), "outcome": one.outcome, "detail": one.detail} for one in told]
        return Json({"receiver": name, "targets": targets})


def _route(route: Route) -> dict[str, object]:
    return {
        "receiver": route.receiver,
        "matchers": [{"label": one.label, "op": one.op, "value": one.value} for one in route.matchers],
        "group_by": list(route.group_by),
        "timing": list(described(route.timing)),
        "continue": route.continue_,
        "routes": [_route(child) for child in route.routes],
    }
