"""`/deliveries`: what waits, what was given up and why, with every try; editors put back and drop.

Guarantee: of a target only its kind and host are shown, never the rest of its address, which may hold a secret.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Connection

from service.model.delivery import DeliveryState
from service.model.user import Role
from service.notify.receivers import shown
from service.storage import alert_queries, audit, deliveries, delivery_desk, targets
from service.storage.delivery_desk import DROPPED, PUT_BACK, Listed
from service.web.access import Person, allow
from service.web.context import WebContext
from service.web.i18n import N_
from service.web.i18n import gettext as _
from service.web.rendering import Pages

SHOWN = 50
TRIES_SHOWN = 200
BATCH = 500
"""Deliveries that one transaction puts back, so that nobody waits for it for long."""
MOST_BATCHES = 20
"""For one press of a button."""
LONGEST_WHY = 500

Key = Annotated[str, Path(max_length=128)]
Asked = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class Tab:
    """Deliveries in some states, under one name."""

    name: str
    words: str
    states: tuple[DeliveryState, ...]


OUTCOMES = (N_("failed"), N_("put back"), N_("unknown"))
REASONS = (
    N_("auth"),
    N_("configuration"),
    N_("other"),
    N_("rate limited"),
    N_("refused address"),
    N_("rejected"),
    N_("server error"),
    N_("timeout"),
    N_("tls"),
    N_("too large"),
)
"""What becomes of a try, and why, beside the states of deliveries: shown through `word`."""

TABS = (
    Tab("waiting", N_("Waiting"), (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.RETRYABLE)),
    Tab("discarded", N_("Given up"), (DeliveryState.DISCARDED,)),
    Tab("sent", N_("Sent"), (DeliveryState.SENT,)),
    Tab("cancelled", N_("Cancelled"), (DeliveryState.CANCELLED,)),
)


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The routes of the pages."""
    routes = APIRouter(prefix="/deliveries", dependencies=[allow(Role.VIEWER)])

    @routes.api_route("", methods=["GET", "HEAD"])
    def show(request: Request, show: Asked = "", receiver: Asked = "", before: Asked = "") -> HTMLResponse:
        with context.database.read() as connection:
            now = context.database.now(connection)
            counts = deliveries.counts(connection)
            tab = _tab(show, counts)
            found = delivery_desk.listed(connection, states=tab.states, receiver=receiver, limit=SHOWN + 1, before=before)
            troubled = [one for one in targets.troubled(connection).values() if one.closed_until > now]
        tabs = [(one, sum(counts.get(state, 0) for state in one.states), _address(one.name, receiver)) for one in TABS]
        older = _address(tab.name, receiver, found[SHOWN - 1].key) if len(found) > SHOWN else ""
        values: dict[str, object] = {"now": now, "tab": tab, "tabs": tabs, "receiver": receiver, "deliveries": found[:SHOWN]}
        values |= {"receivers": _receivers(context, receiver), "troubled": troubled, "older": older, **_ALLOWED}
        values["newest"] = _address(tab.name, receiver) if before else ""
        return pages.html("deliveries.html", request, values)

    @routes.api_route("/{key}", methods=["GET", "HEAD"])
    def show_one(request: Request, key: Key) -> HTMLResponse:
        with context.database.read() as connection:
            now = context.database.now(connection)
            one = _one(connection, key)
            carried = delivery_desk.titles(connection, key)
            tries = alert_queries.attempts(connection, [key], TRIES_SHOWN).get(key, [])
        values = {"now": now, "one": one, "carried": carried, "tries": tries, **_ALLOWED}
        return pages.html("delivery.html", request, values)

    _changes(routes, context)
    return routes


def _changes(routes: APIRouter, context: WebContext) -> None:
    editor = [allow(Role.EDITOR)]

    @routes.post("/retry", dependencies=editor)
    def retry_all(person: Person, receiver: Annotated[str, Form(max_length=200)] = "") -> RedirectResponse:
        """All that was given up (of one receiver) is due again, its targets are tried at once."""
        for _batch in range(MOST_BATCHES):
            if _put_back(context, receiver, person.name) < BATCH:
                break
        return RedirectResponse(_address("waiting", receiver), 303)

    @routes.post("/{key}/retry", dependencies=editor)
    def retry(person: Person, key: Key) -> RedirectResponse:
        def act(connection: Connection, one: Listed, now: datetime) -> bool:
            targets.clear(connection, [one.target])
            return delivery_desk.put_back(connection, key, person.name, now)

        return change(key, person.name, "delivery.retry", act)

    @routes.post("/{key}/drop", dependencies=editor)
    def drop(person: Person, key: Key, why: Annotated[str, Form(max_length=LONGEST_WHY)] = "") -> RedirectResponse:
        def act(connection: Connection, one: Listed, now: datetime) -> bool:
            return delivery_desk.drop(connection, key, person.name, why.strip(), now)

        return change(key, person.name, "delivery.drop", act)

    def change(key: str, who: str, what: str, act: Callable[[Connection, Listed, datetime], bool]) -> RedirectResponse:
        with context.database.begin() as connection:
            now, one = context.database.now(connection), _one(connection, key)
            if not act(connection, one, now):
                raise HTTPException(409, _("This cannot be done to a delivery in this state; load its page again."))
            after = _one(connection, key)
            audit.write(connection, who=who, what=what, subject=key, before=one.state.value, after=after.state.value, now=now)
        return RedirectResponse(f"/deliveries/{key}", 303)


def _put_back(context: WebContext, receiver: str, who: str) -> int:
    """A batch of what was given up; how many there were."""
    with context.database.begin() as connection:
        now = context.database.now(connection)
        found = delivery_desk.listed(connection, states=[DeliveryState.DISCARDED], receiver=receiver, limit=BATCH)
        if found:
            targets.clear(connection, {one.target for one in found})
            count = sum(delivery_desk.put_back(connection, one.key, who, now) for one in found)
            subject = receiver or "all receivers"
            audit.write(connection, who=who, what="delivery.retry-all", subject=subject, after=str(count), now=now)
    return len(found)


_ALLOWED: Mapping[str, object] = {"put_back": PUT_BACK, "dropped": DROPPED, "shown_target": shown}


def _tab(name: str, counts: Mapping[DeliveryState, int]) -> Tab:
    """The one asked for, else what needs attention: what was given up, what waits, what went out."""
    by_name = {tab.name: tab for tab in TABS}
    if name in by_name:
        return by_name[name]
    return next((by_name[each] for each in ("discarded", "waiting") if any(map(counts.get, by_name[each].states))), TABS[2])


def _one(connection: Connection, key: str) -> Listed:
    found = delivery_desk.get(connection, key)
    if found is None:
        raise HTTPException(404, _("There is no such delivery; it may have been removed."))
    return found


def _receivers(context: WebContext, asked: str) -> Sequence[str]:
    return sorted({*context.desk.current.routing.receivers, asked} - {""})


def _address(tab: str, receiver: str, before: str = "") -> str:
    given = {"show": tab, "receiver": receiver, "before": before}
    return f"/deliveries?{urlencode({name: value for name, value in given.items() if value})}"
