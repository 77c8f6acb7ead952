"""`/act/{token}`: what a link in a message stands for. GET asks and changes nothing; POST, the button, does it.

Guarantee: the signed token is the whole authorization: without one that holds nothing is shown and nothing is done, and doing
it again changes nothing. Must not act on GET: programs that follow links in mails do that.
"""

import logging

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Connection

from service.alerting.links import OFFERED, PATH, WORDS, Ended, LinkClaim, read_link
from service.storage import acknowledgements, alerts
from service.storage.alerts import StoredAlert
from service.web.context import WebContext
from service.web.rendering import Pages

log = logging.getLogger(__name__)


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The routes of the page."""
    routes = APIRouter()

    @routes.api_route(PATH + "{token}", methods=["GET", "HEAD"])
    def ask(request: Request, token: str) -> HTMLResponse:
        with context.database.read() as connection:
            claim, stored = _asked(context, connection, token)
            now = context.database.now(connection)
            known = acknowledgements.acknowledged(connection, [claim.alert_id]).get(claim.alert_id)
        values = {"claim": claim, "words": WORDS[claim.action], "alert": stored.alert, "known": known, "token": token, "now": now}
        answer = pages.html("action.html", request, values)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @routes.post(PATH + "{token}")
    def act(token: str) -> RedirectResponse:
        with context.database.begin() as connection:
            claim, stored = _asked(context, connection, token)
            now = context.database.now(connection)
            if acknowledgements.acknowledge(connection, stored.alert.id, claim.receiver, now):
                log.info("alert %s was acknowledged by %s, from its message", stored.alert.id, claim.receiver)
        return RedirectResponse(f"{PATH}{token}", 303)  # what the page says now; loading it again does nothing

    return routes


def _asked(context: WebContext, connection: Connection, token: str) -> tuple[LinkClaim, StoredAlert]:
    """What the token stands for; raises the refusal that its reader sees."""
    claim = read_link(token, context.link_key, context.database.now(connection))
    if isinstance(claim, str):
        raise HTTPException(410 if isinstance(claim, Ended) else 403, f"{claim[0].upper()}{claim[1:]}.")
    if claim.action not in OFFERED:
        raise HTTPException(410, "This cannot be done from a message any more.")
    stored = alerts.get(connection, claim.alert_id)
    if stored is None:
        raise HTTPException(410, "The alert of this link has been removed.")
    return claim, stored
