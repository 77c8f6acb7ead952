"""The buttons of an alert: somebody takes care of it, its subject is quiet for a while, or it was of no use to somebody.

Guarantee: done once however often it is asked for, and written into the audit log. Must not decide what it stops.
"""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse

from service.alerting.links import Action
from service.model.user import Role
from service.storage import alerts
from service.web.access import Person, allow
from service.web.context import WebContext
from service.web.deeds import press
from service.web.i18n import gettext as _
from service.web.languages import local_path
from service.web.rendering import Pages

ACTIONS = {action.value: action for action in (Action.ACKNOWLEDGE, Action.SNOOZE, Action.NOT_USEFUL)}
Back = Annotated[str, Form(max_length=2000)]


def router(context: WebContext, pages: Pages) -> APIRouter:
    """One route for each button."""
    routes = APIRouter(dependencies=[allow(Role.VIEWER)])

    def act(alert_id: str, name: str, by: str) -> None:
        with context.database.begin() as connection:
            now = context.database.now(connection)
            stored = alerts.get(connection, alert_id)
            if stored is None:
                raise HTTPException(404, _("There is no alert with this id; it may have been removed."))
            press(connection, ACTIONS[name], stored.alert, by, now)

    def button(name: str) -> None:
        @routes.post(f"/alerts/{{alert_id}}/{name}", name=name)
        def pressed(request: Request, alert_id: str, person: Person, back: Back = "") -> RedirectResponse:
            act(alert_id, name, person.name)
            return RedirectResponse(f"{local_path(back or f'/alerts/{alert_id}')}#alert-{alert_id}", 303)

    for name in ACTIONS:
        button(name)
    return routes
