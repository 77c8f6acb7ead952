"""RSS and Atom: a conditional GET, then parsing in a child process.

Guarantee: an unchanged feed costs a 304 or one hash; a server that asks to wait is told on (`retry_after`); messages show the
host and never the URL. What the bytes mean is decided in `feed_parser`, never in this process.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import BaseModel

from service import urls
from service.child import ChildPool
from service.errors import ChildError, ChildTimeout, FetchError, ParseError
from service.http import HttpClient, Request, Response, retry_after
from service.model.item import Item
from service.model.source import Fetched, NotModified, Parsed, Source, SourceState
from service.sources.base import NoOptions, ParseContext

_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
_MAX_VALIDATOR = 512
_STATUS = {
    401: ("unauthorized", "asks for a login"),
    403: ("unauthorized", "refuses us"),
    404: ("not_found", "knows no such feed"),
    407: ("unauthorized", "asks for a login"),
    410: ("gone", "says that the feed is gone for good: take it out of sources.yaml"),
    429: ("rate_limited", "asks us to come less often"),
    451: ("unauthorized", "may not show the feed for legal reasons"),
    503: ("unavailable", "is unavailable"),
}


class FeedAdapter:
    """kind: feed."""

    options: type[BaseModel] = NoOptions
    needs_url = True
    baseline = True

    def fetch(self, source: Source, state: SourceState, http: HttpClient) -> Fetched | NotModified:
        validators = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
        response = http.request(Request(source.url, headers={"Accept": _ACCEPT, **validators}))
        if response.status == 304 and (state.etag or state.last_modified):
            return NotModified()
        if response.status != 200:
            raise _error(response)
        headers = response.headers
        fetched = Fetched(
            body=response.body,
            content_type=headers.get("content-type", "")[:200],
            url=response.url,
            etag=_validator(headers, "etag"),
            last_modified=_validator(headers, "last-modified"),
        )
        return NotModified() if fetched.body_hash == state.body_hash else fetched

    def parse(self, source: Source, fetched: Fetched, context: ParseContext) -> Parsed:
        meta = {
            "content_type": fetched.content_type,
            "url": fetched.url or source.url,
            "now": context.now().isoformat(),
            "publisher": source.publisher,
            "language": source.language,
        }
        answer = _call(context.feeds, meta, fetched.body)
        items = tuple(_item(source.id, fields) for fields in answer["items"])
        return Parsed(items, tuple(answer["warnings"]))


def _call(children: ChildPool, meta: Mapping[str, object], body: bytes) -> dict[str, Any]:
    try:
        answer = children.call(meta, body)
    except ChildTimeout:
        raise ParseError("the feed took too long to read: it is too large, or made to be slow") from None
    except ChildError as error:
        raise ParseError(f"the feed could not be read: {error}") from None
    if "error" in answer:
        raise ParseError(answer["error"])
    return answer


def _item(source: str, fields: dict[str, Any]) -> Item:
    published = fields.pop("published")
    return Item(source=source, published=datetime.fromisoformat(published) if published else None, **fields)


def _error(response: Response) -> FetchError:
    status = response.status
    reason, what = _STATUS.get(status, ("server_error", "has a fault") if status >= 500 else ("http_status", "sends no feed"))
    headers = response.headers
    return FetchError(
        f"{urls.shown(response.url)} {what} (HTTP {status})",
        reason=reason,
        permanent=reason == "gone",
        retry_after=retry_after(headers, _server_time(headers)),
    )


def _server_time(headers: Mapping[str, str]) -> datetime:
    """The server's own clock: a date in Retry-After was counted on it. Without one such a date is taken for past."""
    try:
        moment = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return datetime.max.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _validator(headers: Mapping[str, str], name: str) -> str:
    """To be sent back as it came; what could not be sent is as good as none."""
    value = headers.get(name, "")
    return value if value.isascii() and value.isprintable() and len(value) <= _MAX_VALIDATOR else ""
