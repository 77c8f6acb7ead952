"""`/api/v1/routes` and `/api/v1/receivers`: who is told, and who would be."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, Field

from service.alerting.forecast import described, forecast
from service.model.alert import Alert
from service.model.routing import Route, Routing
from service.model.user import Role
from service.pipeline.asked import from_labels, schemes, telling_json
from service.storage import alerts
from service.web.api import shapes
from service.web.api.asking import LONGEST, Body, needs, reads
from service.web.context import WebContext
from service.web.problems import ApiProblem, Json

MOST_LABELS = 30


class AskedRoute(Body):
    """Which alert: a stored one, or one with these labels; and when it would come in (now)."""

    alert: str = Field("", max_length=LONGEST)
    labels: dict[Annotated[str, Field(max_length=LONGEST)], Annotated[str, Field(max_length=LONGEST)]] = Field(
        default_factory=dict, max_length=MOST_LABELS, examples=[{"severity": "high", "desk": "a-share"}]
    )
    at: AwareDatetime | None = None


def router(context: WebContext) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["routes"])
    read = needs(Role.VIEWER, "rules:read")

    @reads(routes, "/routes", **read, summary="The tree of routes", response_model=shapes.RouteTree)
    def routes_shown() -> Json:
        return Json({"route": _route(_routing().root)})

    @reads(routes, "/receivers", **read, summary="All receivers, by name", response_model=shapes.ReceiverList)
    def receivers_listed() -> Json:
        """Of their targets only the kinds are told: the rest may hold a secret."""
        known = sorted(_routing().receivers.values(), key=lambda one: one.name)
        rows = [{"name": one.name, "kinds": schemes(one), "max_per_hour": one.max_per_hour} for one in known]
        return Json({"receivers": rows, "next": None})

    @routes.post(
        "/routes/test",
        **needs(Role.VIEWER, "rules:read", body=True),
        summary="Where would this go? Nothing is sent",
        response_model=shapes.RouteTest,
    )
    def routes_tested(request: Request, body: AskedRoute) -> Json:
        """To whom an alert would go, when, and why."""
        if bool(body.alert) == bool(body.labels):
            raise ApiProblem("invalid-request", "Say which alert: either `alert`, the id of a stored one, or `labels`.")
        with context.database.read() as connection:
            now = body.at or context.database.now(connection)
            stored = alerts.get(connection, body.alert) if body.alert else None
        if body.alert and stored is None:
            raise ApiProblem("not-found", "There is no alert with this id; it may have been removed.")
        asked = stored.alert if stored else _made(body)
        return Json({"at": now.isoformat(), "alerts": [telling_json(asked, forecast(_routing(), asked, now))]})

    def _made(body: AskedRoute) -> Alert:
        with context.database.read() as connection:
            now = context.database.now(connection)
        try:
            return from_labels(body.labels, now)
        except ValueError as error:
            raise ApiProblem("invalid-request", f"labels: {error}") from error

    def _routing() -> Routing:
        return context.desk.current.routing

    return routes


def _route(route: Route) -> dict[str, object]:
    return {
        "receiver": route.receiver,
        "matchers": [{"label": one.label, "op": one.op, "value": one.value} for one in route.matchers],
        "group_by": list(route.group_by),
        "timing": list(described(route.timing)),
        "continue": route.continue_,
        "routes": [_route(child) for child in route.routes],
    }
