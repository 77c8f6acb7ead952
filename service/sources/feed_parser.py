"""A feed's body → items, run in a child process (see service.child); feedparser is used here and nowhere else.

Guarantee: feedparser is given bytes in memory and response headers, nothing that it could open or fetch; its own sanitizer, link
resolver, date parsers and author regex, which take quadratic time on hostile text, see nothing or only short values. Reading ends
after MAX_ITEMS. Any other slowness is the killed child's.
"""

import io
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from xml.sax import SAXException, SAXParseException

import feedparser
import feedparser.api
import feedparser.datetimes

from service.sources.feed_entries import Context, Entry, build_items
from service.sources.text import MAX_HTML, one_line, plain

MAX_ITEMS = 5000
MAX_AUTHOR = 320
_MAX_TAGS = 20
_GIVES_UP_WITH = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    SAXException,
    TypeError,
    ValueError,
)
"""What feedparser has been seen to raise, or may, on hostile bodies."""


class _Enough(Exception):  # not an error
    """Carries the parser out of feedparser once it has read MAX_ITEMS."""

    def __init__(self, parser: Any) -> None:
        super().__init__()
        self.parser = parser


class _Guard:
    """In front of feedparser's own parser classes."""

    entries: list[Any]
    elementstack: list[list[Any]]

    def _start_item(self, attributes: dict[str, str]) -> None:
        if len(self.entries) >= MAX_ITEMS:
            raise _Enough(self)
        super()._start_item(attributes)  # type: ignore[misc]

    _start_entry = _start_item

    def pop(self, element: str, strip_whitespace: int = 1) -> Any:
        """Cap what an element holds before any regex of feedparser sees it."""
        if self.elementstack and self.elementstack[-1][0] == element:
            pieces = self.elementstack[-1][2]
            if sum(map(len, pieces)) > MAX_HTML:
                pieces[:] = ["".join(piece if isinstance(piece, str) else "" for piece in pieces)[:MAX_HTML]]
        return super().pop(element, strip_whitespace)  # type: ignore[misc]

    def _sync_author_detail(self, key: str = "author") -> None:
        context = self._get_context()  # type: ignore[attr-defined]
        value = dict.get(context, key)
        if isinstance(value, str):
            context[key] = value[:MAX_AUTHOR]
        super()._sync_author_detail(key)  # type: ignore[misc]

    def _add_tag(self, term: Any, scheme: Any, label: Any) -> None:
        """Each new tag is compared with all before it; nobody reads them here."""
        if len(self._get_context().setdefault("tags", [])) < _MAX_TAGS:  # type: ignore[attr-defined]
            super()._add_tag(term, scheme, label)  # type: ignore[misc]


def _install() -> None:
    """Put the guards in place, once per process."""
    feedparser.api.PREFERRED_XML_PARSERS = []  # no libxml2: only expat, which opens nothing
    feedparser.datetimes._date_handlers.clear()  # ours reads the raw text, see service.sources.dates
    for name in ("StrictFeedParser", "LooseFeedParser"):
        original = getattr(feedparser.api, name)
        if not issubclass(original, _Guard):
            setattr(feedparser.api, name, type(name, (_Guard, original), {}))


_install()


def handler(init: Mapping[str, Any]) -> Callable[[dict[str, Any], bytes], dict[str, Any]]:
    """The child's target: {"content_type", "url", "now", "publisher", "language"} and a body → items and warnings, or "error"."""
    return lambda meta, body: parse_feed(
        body,
        meta["content_type"],
        Context(datetime.fromisoformat(meta["now"]), meta["url"], meta["publisher"], meta["language"]),
    )


def parse_feed(body: bytes, content_type: str, context: Context) -> dict[str, Any]:
    """What `handler` answers."""
    try:
        found = _read(body, content_type)
    except _GIVES_UP_WITH as error:
        return {"error": f"not a feed that can be read ({type(error).__name__})"}
    warnings = list(found.warnings)
    if not found.version and not found.entries:
        return {"error": f"not a feed: the server sent {_describe(body, content_type)}"}
    feed = found.feed
    items = build_items([_entry(raw) for raw in found.entries], _line(feed, "title"), _line(feed, "language"), context)
    if len(items) < len(found.entries):
        warnings.append(f"{len(found.entries) - len(items)} items are listed twice or say nothing, and were left out")
    return {"items": items, "warnings": warnings}


class _Found:
    """What feedparser read."""

    def __init__(self, version: str, feed: Any, entries: list[Any], warnings: list[str]) -> None:
        self.version = version
        self.feed = feed
        self.entries = entries
        self.warnings = warnings


def _read(body: bytes, content_type: str) -> _Found:
    headers = {"content-type": content_type or "application/xml"}
    try:
        result = feedparser.parse(io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except _Enough as enough:
        parser = enough.parser
        warning = f"the feed holds more than {MAX_ITEMS:,} items; only the first {MAX_ITEMS:,} were read"
        return _Found(parser.version or "cut", parser.feeddata, parser.entries[:MAX_ITEMS], [warning])
    trouble = dict.get(result, "bozo_exception")
    warnings = []
    if isinstance(trouble, SAXParseException):
        warnings.append(f"the XML is broken at line {trouble.getLineNumber() or 0}; what could be read of it was read")
    return _Found(dict.get(result, "version") or "", result["feed"], result["entries"], warnings)


def _entry(raw: Any) -> Entry:
    """feedparser's entry in our words; `dict.get` because its own `get` answers for other keys too."""
    markup, is_html = _body(raw)
    title_detail = dict.get(raw, "title_detail") or {}
    source = dict.get(raw, "source") or {}
    return Entry(
        id=_text(raw, "id"),
        link=_link(raw),
        title=_text(raw, "title"),
        title_is_html=title_detail.get("type", "text/plain") != "text/plain",
        markup=markup,
        is_html=is_html,
        dates=tuple(filter(None, (_text(raw, name) for name in ("published", "updated", "created")))),
        publisher=_line(source, "title"),
    )


def _body(raw: Any) -> tuple[str, bool]:
    """The longest text of the entry, and whether it is HTML."""
    parts = [part for part in (*(dict.get(raw, "content") or ()), dict.get(raw, "summary_detail")) if isinstance(part, dict)]
    readable = [part for part in parts if part.get("type", "text/html") in ("text/plain", "text/html", "application/xhtml+xml")]
    best = max(readable, key=lambda part: len(_text(part, "value")), default=None)
    if best is not None and _text(best, "value"):
        return _text(best, "value"), best.get("type") != "text/plain"
    return ("", True) if parts else (_text(raw, "summary"), True)


def _link(raw: Any) -> str:
    links = [link for link in dict.get(raw, "links") or () if isinstance(link, dict)]
    alternate = next((_text(link, "href") for link in links if link.get("rel") == "alternate"), "")
    return _text(raw, "link") or alternate


def _text(mapping: Any, name: str) -> str:
    value = dict.get(mapping, name)
    return value if isinstance(value, str) else ""


def _line(mapping: Any, name: str) -> str:
    return one_line(plain(_text(mapping, name), MAX_AUTHOR), MAX_AUTHOR) if isinstance(mapping, dict) else ""


def _describe(body: bytes, content_type: str) -> str:
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n\0")[:200].lower()
    if not start:
        return "nothing"
    if start.startswith(b"%pdf"):
        return "a PDF"
    if start[:1] in b"{[":
        return "JSON"
    if b"<html" in body[:2000].lower() or b"<!doctype html" in start:
        return "a web page"
    kind = content_type.partition(";")[0].strip()
    return f"{kind[:60]}" if kind.isprintable() and kind else "something else"
