"""`/items/{item_id}`: an article with what every rule says of it, also where none made an alert."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse

from service.model.user import Role
from service.pipeline.why import DISPOSITIONS, why
from service.storage import alert_queries
from service.web.access import allow
from service.web.context import WebContext
from service.web.highlight import Mark, paragraphs
from service.web.i18n import gettext as _
from service.web.rendering import Pages
from service.web.views import event_views
from service.web.wording import safe_link

SHOWN = 100
"""Rules on a page; the API has all."""

ItemId = Annotated[int, Path(ge=1, le=2**63 - 1)]


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(dependencies=[allow(Role.VIEWER)])

    @routes.api_route("/items/{item_id}", methods=["GET", "HEAD"])
    def show(request: Request, item_id: ItemId, all_rules: Annotated[bool, Query(alias="all")] = False) -> HTMLResponse:
        book = context.rulebook()
        with context.database.read() as connection:
            found = why(connection, item_id, book.ruleset, book.version, all_rules=all_rules)
            if found is None:
                raise HTTPException(404, _("There is no item with this number; it may have been removed."))
            titles = alert_queries.titles(connection, [row.alert_id for row in found.decided if row.alert_id])
        item = found.stored.item
        events = event_views(found.events)
        values = {
            "found": found,
            "item": item,
            "link": safe_link(item.link),
            "disposition": DISPOSITIONS[found.stored.disposition],
            "lines": paragraphs(item.document, [Mark(view.event.evidence, "other", view.anchor) for view in events]),
            "events": events,
            "titles": titles,
            "verdicts": sorted(found.verdicts, key=lambda verdict: not verdict.why.held)[:SHOWN],
            "more": max(0, len(found.verdicts) - SHOWN),
            "all_rules": all_rules,
        }
        return pages.html("item.html", request, values)

    return routes
