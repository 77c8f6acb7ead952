"""`/routes`: who is told of what, drawn as a tree; `/routes/test`: where would this go, and does a receiver work.

Guarantee: the answer is that of the functions that decide on real alerts. Of a target only its kind and host are shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse

from service.alerting.forecast import Telling, described, forecast
from service.alerting.routes_lint import doubts
from service.alerting.routing import BUILT_IN
from service.marked_yaml.editing import with_entry
from service.model.alert import Alert
from service.model.routing import Route
from service.model.user import Role
from service.notify.receivers import shown
from service.pipeline.asked import from_labels, from_text
from service.web.access import Person, allow
from service.web.context import WebContext
from service.web.desk.file_page import Proposal, propose
from service.web.i18n import gettext as _
from service.web.reasons import reason
from service.web.rendering import Pages
from service.web.sending import send_test

PLACE = "routes.yaml"
LONGEST = 20_000
MOST_LABELS = 30

Text = Annotated[str, Query(max_length=LONGEST)]
Short = Annotated[str, Form(max_length=500)]
Long = Annotated[str, Form(max_length=LONGEST)]
Name = Annotated[str, Path(max_length=200)]


@dataclass(frozen=True, slots=True)
class Node:
    """A route with what it changes of the one above it."""

    route: Route
    says: Sequence[str]
    children: Sequence["Node"]


@dataclass(frozen=True, slots=True)
class Answer:
    """An alert that would be, and to whom it would go."""

    alert: Alert
    told: Sequence[Telling]


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The routes of the pages."""
    routes = APIRouter(prefix="/routes", dependencies=[allow(Role.VIEWER)])

    @routes.api_route("", methods=["GET", "HEAD"])
    def show(request: Request) -> HTMLResponse:
        book = context.desk.current
        found = doubts(book.routing, {label for rule in book.rules.rules for label in rule.labels})
        values = {"tree": _node(book.routing.root, None), "receivers": book.routing.receivers, "doubts": found}
        return pages.html("routes.html", request, {**values, "inhibitions": book.routing.inhibitions, "shown_target": shown})

    @routes.api_route("/test", methods=["GET", "HEAD"])
    def ask(request: Request, text: Text = "", labels: Text = "") -> HTMLResponse:
        fault, answers = "", list[Answer]()
        with context.database.read() as connection:
            now = context.database.now(connection)
        try:
            answers = [] if not (text.strip() or labels.strip()) else _answers(context, text, labels, now)
        except ValueError as error:
            fault = str(error)
        asked = {"text": text, "labels": labels, "fault": fault, "asked": bool(text.strip() or labels.strip())}
        return _tested(request, now, **asked, answers=answers)

    @routes.post("/test", dependencies=[allow(Role.EDITOR)])
    def tried(request: Request, person: Person, receiver: Short = "") -> HTMLResponse:
        told = send_test(context, receiver, person.name)
        if told is None:
            raise HTTPException(404, _("There is no such receiver in routes.yaml."))
        with context.database.read() as connection:
            now = context.database.now(connection)
        return _tested(request, now, tried=receiver, told=told)

    @routes.post("/receivers", dependencies=[allow(Role.EDITOR)])
    def add(request: Request, name: Short = "", targets: Long = "") -> HTMLResponse:
        """The file with one receiver more, to look at and save."""
        book = context.desk.current
        before = context.desk.text(PLACE)
        entry = {"name": name.strip(), "targets": [line.strip() for line in targets.splitlines() if line.strip()]}
        try:
            after = with_entry(before, "receivers", entry)
        except ValueError as error:
            raise HTTPException(409, str(error)) from error
        return propose(context, pages, request, PLACE, Proposal(after, book.version, _("a new receiver")))

    def _tested(request: Request, now: datetime, **values: object) -> HTMLResponse:
        given = {"text": "", "labels": "", "fault": "", "asked": False, "answers": (), "tried": "", "told": (), **values}
        given |= {"now": now, "built_in": BUILT_IN, "shown_target": shown}
        return pages.html("routes_test.html", request, {**given, "receivers": context.desk.current.routing.receivers})

    return routes


def _node(route: Route, parent: Route | None) -> Node:
    inherited = set(described(parent.timing)) if parent else set()
    own = list(described(route.timing))
    says = [reason(words) for words in own if words not in inherited]
    says += [_("no longer %(words)s") % {"words": reason(words)} for words in sorted(inherited - set(own))]
    if parent is None or route.group_by != parent.group_by:
        says.insert(0, f"group_by {', '.join(route.group_by)}" if route.group_by else _("all in one group"))
    return Node(route, says, [_node(child, route) for child in route.routes])


def _answers(context: WebContext, text: str, labels: str, now: datetime) -> list[Answer]:
    """By the text of a news item, or by labels; ValueError says what is wrong with these."""
    book = context.desk.current
    alerts = from_text(book, text, now) if text.strip() else [from_labels(_labels(labels), now)]
    return [Answer(alert, forecast(book.routing, alert, now)) for alert in alerts]


def _labels(text: str) -> dict[str, str]:
    labels: dict[str, str] = {}
    for pair in filter(None, (line.strip() for line in text.replace(",", "\n").splitlines())):
        name, equals, value = pair.partition("=")
        if not equals or len(labels) >= MOST_LABELS:
            raise ValueError(_("“%(pair)s” is no label: write name=value, one on a line.") % {"pair": pair[:100]})
        labels[name.strip()] = value.strip()
    return labels
