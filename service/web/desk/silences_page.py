"""`/silences`: what nobody is told of for a while. To see for everybody; editors ask for silence and end it.

Guarantee: before a silence is made its form says which alerts of the last days it would have hushed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection

from service.alerting.routes_file import parse_matcher
from service.alerting.routing import BUILT_IN, holds, labels_of
from service.model.alert import AlertHead
from service.model.routing import Matcher
from service.model.user import Role
from service.storage import alert_queries, silences
from service.web import silencing
from service.web.access import Person, allow
from service.web.context import WebContext
from service.web.i18n import gettext as _
from service.web.rendering import Pages

LENGTHS = {
    "30m": timedelta(minutes=30),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
    "3d": timedelta(days=3),
    "1w": timedelta(days=7),
    "4w": timedelta(days=28),
}
"""What can be chosen."""
SHOWN = 50
PREVIEW = timedelta(days=7)
LOOKED_AT = 2000
"""Alerts of the last days that a preview looks at."""
EXAMPLES = 5
MOST_MATCHERS = 20
LONGEST = 4000
LONGEST_WHY = 500

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
Before = Annotated[int, Query(ge=0, le=2**63 - 1)]


@dataclass(frozen=True, slots=True)
class Asked:
    """A silence as somebody writes it: matchers one on a line, one of LENGTHS, and why."""

    matchers: str = ""
    length: str = "1h"
    why: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """Which of the alerts that were looked at would have been hushed."""

    hushed: Sequence[AlertHead] = field(default_factory=tuple)
    looked_at: int = 0
    whole: bool = True


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The routes of the page."""
    routes = APIRouter(prefix="/silences", dependencies=[allow(Role.VIEWER)])

    def page(request: Request, asked: Asked, before: int = 0, status: int = 200) -> HTMLResponse:
        with context.database.read() as connection:
            now = context.database.now(connection)
            found = silences.latest(connection, SHOWN + 1, before or 2**63 - 1)
            preview = _preview(connection, asked, now)
        values = {"now": now, "silences": found[:SHOWN], "asked": asked, "preview": preview, "lengths": LENGTHS}
        values |= {"labels": BUILT_IN, "newest": bool(before), "preview_days": PREVIEW.days, "examples": EXAMPLES}
        values["older"] = found[SHOWN - 1].number if len(found) > SHOWN else 0
        return pages.html("silences.html", request, values, status)

    @routes.api_route("", methods=["GET", "HEAD"])
    def show(
        request: Request,
        matchers: Annotated[str, Query(max_length=LONGEST)] = "",
        length: Annotated[str, Query(max_length=10)] = "1h",
        why: Annotated[str, Query(max_length=LONGEST_WHY)] = "",
        before: Before = 0,
    ) -> HTMLResponse:
        """`matchers` fills the form in, so that other pages can lead here."""
        return page(request, _checked(matchers, length, why), before)

    @routes.post("", dependencies=[allow(Role.EDITOR)])
    def add(
        request: Request,
        person: Person,
        matchers: Annotated[str, Form(max_length=LONGEST)] = "",
        length: Annotated[str, Form(max_length=10)] = "1h",
        why: Annotated[str, Form(max_length=LONGEST_WHY)] = "",
    ) -> Response:
        asked = _checked(matchers, length, why)
        wanted = () if asked.fault else _parsed(matchers)
        if not wanted:
            fault = asked.fault or _("Say what is silenced: at least one matcher, as in routes.yaml.")
            return page(request, Asked(matchers, asked.length, why, fault), status=422)
        with context.database.begin() as connection:
            now = context.database.now(connection)
            made = silencing.begin(connection, wanted, now + LENGTHS[asked.length], person.name, why.strip(), now)
        return RedirectResponse(f"/silences#silence-{made.number}", 303)

    _ending(routes, context)
    return routes


def _ending(routes: APIRouter, context: WebContext) -> None:
    @routes.post("/{number}/end", dependencies=[allow(Role.EDITOR)])
    def end(person: Person, number: Number) -> RedirectResponse:
        with context.database.begin() as connection:
            ended = silencing.end(connection, number, person.name, context.database.now(connection))
            if not ended and silences.get(connection, number) is None:
                raise HTTPException(404, _("There is no such silence."))
        return RedirectResponse(f"/silences#silence-{number}", 303)


def _checked(matchers: str, length: str, why: str) -> Asked:
    length = length if length in LENGTHS else "1h"
    try:
        _parsed(matchers)
    except ValueError as error:
        return Asked(matchers, length, why, str(error))
    return Asked(matchers, length, why)


def _parsed(text: str) -> tuple[Matcher, ...]:
    """The matchers of a form, one on a line; ValueError says what is wrong with one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_MATCHERS:
        raise ValueError(_("A silence has at most %(most)s matchers.") % {"most": MOST_MATCHERS})
    return tuple(parse_matcher(line) for line in lines)


def _preview(connection: Connection, asked: Asked, now: datetime) -> Preview:
    wanted = () if asked.fault else _parsed(asked.matchers)
    if not wanted:
        return Preview()
    recent = alert_queries.heads(connection, now - PREVIEW, LOOKED_AT)
    hushed = [alert for alert, labels in ((one, labels_of(one)) for one in recent) if all(holds(each, labels) for each in wanted)]
    return Preview(hushed, len(recent), len(recent) < LOOKED_AT)
