"""`/sources/new`: an address is looked at, what it says is shown, and only then it is added.

Guarantee: looking stores nothing and alerts nobody; the address passes the guard that every fetch passes. What is added is shown
as a change of sources.yaml before it is saved.
"""

import re
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from service import urls
from service.marked_yaml.editing import with_entry
from service.model.duration import parse_duration
from service.model.source import Source
from service.model.user import Role
from service.pipeline.trials import Looked
from service.web.access import allow
from service.web.context import WebContext
from service.web.desk.file_page import Proposal, propose
from service.web.desk.sources_page import PLACE
from service.web.i18n import gettext as _
from service.web.rendering import Pages

INTERVALS = {written: parse_duration(written) for written in ("30s", "1m", "5m", "15m", "1h")}
LANGUAGES = ("", "en", "zh")
LONGEST_ID = 64

Address = Annotated[str, Query(max_length=urls.MAX_LENGTH)]


class NewSource(BaseModel):
    """What the form asks; `do` is look or add."""

    url: str = Field("", max_length=urls.MAX_LENGTH)
    id: str = Field("", max_length=LONGEST_ID)
    interval: str = Field("1m", max_length=10)
    publisher: str = Field("", max_length=200)
    language: str = Field("", max_length=5)
    do: str = Field("look", max_length=10)


def router(context: WebContext, pages: Pages) -> APIRouter:
    """The routes of the page."""
    routes = APIRouter(prefix="/sources/new", dependencies=[allow(Role.EDITOR)])

    def page(request: Request, asked: NewSource, looked: Looked | None = None, fault: str = "") -> HTMLResponse:
        values = {"asked": asked, "looked": looked, "fault": fault, "intervals": INTERVALS, "tongues": LANGUAGES}
        values["suggested"] = asked.id or _suggested(context, asked.url)
        return pages.html("new_source.html", request, values, 422 if fault else 200)

    @routes.api_route("", methods=["GET", "HEAD"])
    def ask(request: Request, url: Address = "") -> HTMLResponse:
        return page(request, NewSource(url=url))

    @routes.post("")
    def look_or_add(request: Request, asked: Annotated[NewSource, Form()]) -> HTMLResponse:
        asked = asked.model_copy(update={"url": _with_scheme(asked.url.strip())})
        try:
            urls.read(asked.url)
        except ValueError as error:
            return page(request, asked, fault=str(error))
        if asked.do != "add":
            if context.trials is None:
                raise HTTPException(503, _("This process fetches nothing."))
            source = Source("new", "feed", asked.url, publisher=asked.publisher, language=asked.language)
            return page(request, asked, context.trials.look(source))
        try:
            text = with_entry(context.desk.text(PLACE), "sources", _entry(context, asked))
        except ValueError as error:
            raise HTTPException(409, str(error)) from error
        return propose(context, pages, request, PLACE, Proposal(text, context.desk.current.version, _("a new source")))

    return routes


def _entry(context: WebContext, asked: NewSource) -> dict[str, object]:
    entry = {"id": asked.id.strip() or _suggested(context, asked.url), "kind": "feed", "url": asked.url}
    entry |= {"interval": asked.interval, "publisher": asked.publisher.strip(), "language": asked.language}
    return {key: value for key, value in entry.items() if value}


def _with_scheme(address: str) -> str:
    """An address as people type it: without https:// it is meant so."""
    return address if "://" in address or not address else f"https://{address}"


def _suggested(context: WebContext, url: str) -> str:
    """A name made of the host that no other source has."""
    host = (urlsplit(url).hostname or "").removeprefix("www.") if "[" not in url else ""
    name = re.sub(r"[^A-Za-z0-9]+", "-", host).strip("-")[: LONGEST_ID - 4] or "source"
    taken = {source.id for source in context.rulebook().sources}
    return next(each for each in (name, *(f"{name}-{number}" for number in range(2, 10_000))) if each not in taken)
