"""`/api/v1/deliveries`: what waits, what was given up and why; put back or dropped."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy import Connection

from service.model.delivery import DeliveryState
from service.model.user import Role, User
from service.pipeline.told import delivery_json
from service.storage import alert_queries, audit, delivery_desk, targets
from service.storage.delivery_desk import Listed
from service.web.access import Person
from service.web.api import shapes
from service.web.api.asking import LONGEST, Before, Body, Limit, needs, paged, reads
from service.web.context import WebContext
from service.web.problems import ApiProblem, Json

TRIES_SHOWN = 1000

Text = Annotated[str, Query(max_length=LONGEST)]


class AskedDrop(Body):
    """Why, for whoever looks at it later."""

    why: str = Field("", max_length=1000, examples=["the channel is gone"])


def router(context: WebContext) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["deliveries"])
    read = needs(Role.VIEWER, "alerts:read")

    @reads(routes, "/deliveries", **read, summary="Deliveries, newest first", response_model=shapes.DeliveryPage)
    def deliveries_listed(
        request: Request,
        state: Annotated[list[DeliveryState] | None, Query(description="Only in these states.")] = None,
        receiver: Text = "",
        before: Before = "",
        limit: Limit = 50,
    ) -> Json:
        with context.database.read() as connection:
            found = delivery_desk.listed(connection, states=state or (), receiver=receiver, limit=limit + 1, before=before)
        return paged(request, "deliveries", [delivery_json(one) for one in found], limit, found[:limit][-1].key if found else "")

    @reads(
        routes,
        "/deliveries/{key}",
        **read,
        summary="One delivery with its alerts and every try",
        response_model=shapes.WholeDelivery,
    )
    def delivery(key: str) -> Json:
        with context.database.read() as connection:
            return Json(_whole(connection, _one(connection, key)))

    _changes(routes, context)
    return routes


def _changes(routes: APIRouter, context: WebContext) -> None:
    write = needs(Role.EDITOR, "deliveries:write")
    dropping = needs(Role.EDITOR, "deliveries:write", body=True)

    @routes.post(
        "/deliveries/{key}/retry",
        **write,
        summary="Put a delivery back: due at once, under the same key",
        response_model=shapes.WholeDelivery,
    )
    def delivery_retried(key: str, person: Person) -> Json:
        """Its target is tried again at once, however long it has failed."""

        def work(connection: Connection, one: Listed, now: datetime) -> bool:
            targets.clear(connection, [one.target])
            return delivery_desk.put_back(connection, one.key, person.name, now)

        return _change(key, person, "delivery.retry", work)

    @routes.post("/deliveries/{key}/drop", **dropping, summary="Cancel a delivery for good", response_model=shapes.WholeDelivery)
    def delivery_dropped(key: str, person: Person, body: AskedDrop) -> Json:
        def work(connection: Connection, one: Listed, now: datetime) -> bool:
            return delivery_desk.drop(connection, one.key, person.name, body.why, now)

        return _change(key, person, "delivery.drop", work)

    def _change(key: str, person: User, what: str, work: Callable[[Connection, Listed, datetime], bool]) -> Json:
        with context.database.begin() as connection:
            now = context.database.now(connection)
            one = _one(connection, key)
            if not work(connection, one, now):
                raise ApiProblem("conflict", f"It is {one.state.value}: that cannot be done to it.")
            after = _one(connection, key)
            states = {"before": one.state.value, "after": after.state.value}
            audit.write(connection, who=person.name, what=what, subject=key, now=now, **states)
            return Json(_whole(connection, after))


def _one(connection: Connection, key: str) -> Listed:
    found = delivery_desk.get(connection, key)
    if found is None:
        raise ApiProblem("not-found", "There is no delivery with this key.")
    return found


def _whole(connection: Connection, one: Listed) -> dict[str, object]:
    tries = alert_queries.attempts(connection, [one.key], TRIES_SHOWN).get(one.key, [])[::-1]
    return {
        **delivery_json(one),
        "carries": [{"id": alert, "title": title} for alert, title in delivery_desk.titles(connection, one.key)],
        "tries": [
            {"number": t.number, "at": t.at.isoformat(), "outcome": t.outcome, "reason": t.reason, "detail": t.detail}
            for t in tries
        ],
    }
