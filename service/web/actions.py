"""`/act/{token}`: what a link in a message stands for. GET asks and changes nothing; POST, the button, does it.

Guarantee: the signed token is the whole authorization: without one that holds nothing is shown and nothing is done, and doing
it again changes nothing. Must not act on GET: programs that follow links in mails do that.
"""

import logging

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Connection

from service.alerting.links import PATH, WORDS, Ended, LinkClaim, read_link
from service.storage import alerts
from service.storage.alerts import StoredAlert
from service.web.access import by_link
from service.web.context import WebContext
from service.web.deeds import DEEDS, press
from service.web.rendering import Pages

log = logging.getLogger(__name__)


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The routes of the page."""
    routes = APIRouter(dependencies=[by_link()])

    @routes.api_route(PATH + "{token}", methods=["GET", "HEAD"])
    def ask(request: Request, token: str) -> HTMLResponse:
        with context.database.read() as connection:
            claim, stored = _asked(context, connection, token)
            now = context.database.now(connection)
            deed = DEEDS[claim.action]
            done = deed.done(connection, stored.alert, claim.receiver, now)
        values = {"claim": claim, "words": WORDS[claim.action], "alert": stored.alert, "token": token, "now": now}
        values |= {"done": done, "asks": deed.asks(stored.alert, claim.receiver)}
        answer = pages.html("action.html", request, values)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @routes.post(PATH + "{token}")
    def act(token: str) -> RedirectResponse:
        with context.database.begin() as connection:
            claim, stored = _asked(context, connection, token)
            now, who = context.database.now(connection), f"receiver {claim.receiver}"
            press(connection, claim.action, stored.alert, claim.receiver, now, who)
        log.info("%s of alert %s was confirmed in a message to %s", claim.action.value, stored.alert.id, claim.receiver)
        return RedirectResponse(f"{PATH}{token}", 303)  # what the page says now; loading it again does nothing

    return routes


def _asked(context: WebContext, connection: Connection, token: str) -> tuple[LinkClaim, StoredAlert]:
    """What the token stands for; raises the refusal that its reader sees."""
    claim = read_link(token, context.link_key, context.database.now(connection))
    if isinstance(claim, str):
        raise HTTPException(410 if isinstance(claim, Ended) else 403, f"{claim[0].upper()}{claim[1:]}.")
    stored = alerts.get(connection, claim.alert_id)
    if stored is None:
        raise HTTPException(410, "The alert of this link has been removed.")
    return claim, stored
