"""`/feeds/alerts.rss`, `.atom` and `.json`: the alerts for feed readers, by any filter of the list.

Guarantee: what an alert says stays text in every reader, whatever it is made of; no address in a feed holds a token; a feed that
has not changed is answered with 304. A reader that can send no headers shows its token in the address (see `access.gate`).
"""

import hashlib
import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Annotated
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Depends, Request, Response

from service.model.alert import Alert
from service.model.user import Role
from service.web.api.alerts import chosen
from service.web.api.asking import needs, reads
from service.web.context import WebContext
from service.web.filters import Filters, read_filters
from service.web.problems import Json
from service.web.wording import plain

LENGTH = 50
ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"
NEVER = datetime(2000, 1, 1, tzinfo=UTC)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Asked = Annotated[Filters, Depends(read_filters)]


@dataclass(frozen=True, slots=True)
class _Feed:
    """What every kind of feed is written from; `home` and `itself` are addresses without a token."""

    home: str
    itself: str
    alerts: Sequence[Alert]

    @property
    def title(self) -> str:
        return "Tapewatch: alerts"

    @property
    def updated(self) -> datetime:
        return max((alert.created_at for alert in self.alerts), default=NEVER)

    def page(self, alert: Alert) -> str:
        return f"{self.home}alerts/{alert.id}"


def router(context: WebContext) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/feeds")

    def answer(request: Request, asked: Filters, write: Callable[[_Feed], bytes], kind: str) -> Response:
        with context.database.read() as connection:
            shown = chosen(connection, context.rulebook().catalog, asked, LENGTH)
        home = str(request.base_url)
        if request.app.state.gate.is_https(request):
            home = home.replace("http://", "https://", 1)
        kept = [(key, value) for key, value in request.query_params.multi_items() if key != "token" and value]
        itself = f"{home}{request.url.path.lstrip('/')}" + (f"?{urlencode(kept, errors='replace')}" if kept else "")
        body = write(_Feed(home, itself, [stored.alert for stored in shown]))
        mark = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": mark, "Cache-Control": "private, max-age=30"}
        known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
        if mark in known:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=kind, headers=headers)

    def add(ending: str, write: Callable[[_Feed], bytes], kind: str) -> None:
        @reads(routes, f"/alerts.{ending}", **needs(Role.VIEWER, "alerts:read"), include_in_schema=False)
        def feed(request: Request, asked: Asked) -> Response:
            return answer(request, asked, write, kind)

    add("rss", _rss, "application/rss+xml")
    add("atom", _atom, "application/atom+xml")
    add("json", _json, "application/feed+json")
    return routes


def _words(alert: Alert) -> str:
    return "\n\n".join(filter(None, (alert.body, alert.excerpt, alert.reason)))


def _tags(alert: Alert) -> list[str]:
    return [tag for tag in (alert.severity.value, alert.rule, plain(alert.event_type), alert.entity) if tag]


def _rss(feed: _Feed) -> bytes:
    """RSS does not say whether a title is text or markup: this is text made into markup, which every reader shows as text."""
    root = ET.Element("rss", {"version": "2.0", "xmlns:atom": ATOM})
    channel = ET.SubElement(root, "channel")
    for name, text in (("title", feed.title), ("link", feed.home), ("description", "What fired, newest first.")):
        _add(channel, name, text)
    ET.SubElement(channel, "atom:link", {"rel": "self", "type": "application/rss+xml", "href": feed.itself})
    _add(channel, "lastBuildDate", format_datetime(feed.updated, usegmt=True))
    for alert in feed.alerts:
        item = ET.SubElement(channel, "item")
        _add(item, "title", html.escape(alert.title, quote=False))
        _add(item, "link", feed.page(alert))
        _add(item, "guid", alert.id).set("isPermaLink", "false")
        _add(item, "pubDate", format_datetime(alert.created_at.astimezone(UTC), usegmt=True))
        for tag in _tags(alert):
            _add(item, "category", html.escape(tag, quote=False))
        _add(item, "description", html.escape(_words(alert), quote=False).replace("\n", "<br>"))
    return bytes(ET.tostring(root, "utf-8", xml_declaration=True))


def _atom(feed: _Feed) -> bytes:
    root = ET.Element("feed", {"xmlns": ATOM})
    _add(root, "title", feed.title)
    _add(root, "id", feed.itself)
    _add(root, "updated", feed.updated.isoformat())
    ET.SubElement(root, "link", {"rel": "self", "href": feed.itself})
    ET.SubElement(root, "link", {"href": feed.home})
    _add(ET.SubElement(root, "author"), "name", "Tapewatch")
    for alert in feed.alerts:
        entry = ET.SubElement(root, "entry")
        _add(entry, "title", alert.title).set("type", "text")
        _add(entry, "id", f"tapewatch:alert/{alert.id}")
        _add(entry, "updated", alert.created_at.isoformat())
        _add(entry, "published", alert.created_at.isoformat())
        ET.SubElement(entry, "link", {"href": feed.page(alert)})
        for tag in _tags(alert):
            ET.SubElement(entry, "category", {"term": _NOT_XML.sub("", tag)})
        _add(entry, "content", _words(alert)).set("type", "text")
    return bytes(ET.tostring(root, "utf-8", xml_declaration=True))


def _json(feed: _Feed) -> bytes:
    items = [
        {
            "id": alert.id,
            "url": feed.page(alert),
            "title": alert.title,
            "content_text": _words(alert),
            "date_published": alert.created_at.isoformat(),
            "tags": _tags(alert),
        }
        for alert in feed.alerts
    ]
    whole = {"version": JSON_FEED, "title": feed.title, "home_page_url": feed.home, "feed_url": feed.itself, "items": items}
    return bytes(Json(whole).body)


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    """A child that holds text; what XML cannot hold is left out."""
    made = ET.SubElement(parent, name)
    made.text = _NOT_XML.sub("", text)
    return made
