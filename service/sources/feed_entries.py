"""A feed's entries → items: plain text, stable identity, absolute links, guarded dates, oldest first. Pure."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from service import urls
from service.sources.dates import read_date
from service.sources.language import looks_chinese, tell_language
from service.sources.text import MAX_TITLE, from_html, one_line, plain

MAX_GUID = 512


@dataclass(frozen=True, slots=True)
class Context:
    """What the source knows: `url` is where the body came from in the end; `publisher` and `language` may be empty."""

    now: datetime
    url: str = ""
    publisher: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the feed wrote it; `dates` in the order of trust."""

    id: str = ""
    link: str = ""
    title: str = ""
    title_is_html: bool = False
    markup: str = ""
    is_html: bool = True
    dates: tuple[str, ...] = ()
    publisher: str = ""


def build_items(entries: Sequence[Entry], feed_title: str, feed_language: str, context: Context) -> list[dict[str, Any]]:
    """Items as JSON-ready dictionaries with the fields of `Item`, oldest first.

    Entries alike in id and content are one item; entries that say nothing are none.
    """
    base = _base(context.url)
    read = (_item(entry, base, feed_title, feed_language, context) for entry in entries)
    items = [item for item in read if item["title"] or item["text"]]
    counts = Counter(item["guid"] for item in {(item["guid"], _digest(item)): item for item in items}.values())
    unique: dict[str, dict[str, Any]] = {}
    for item in items:
        if counts[item["guid"]] > 1:  # an id that two items share identifies neither
            item["guid"] = f"{item['guid'][: MAX_GUID - 17]}#{_digest(item)[:16]}"
        unique.setdefault(item["guid"], item)
    return _oldest_first(list(unique.values()))


def _item(entry: Entry, base: urls.WebUrl | None, feed_title: str, feed_language: str, context: Context) -> dict[str, Any]:
    title = from_html(entry.title, 2 * MAX_TITLE) if entry.title_is_html else plain(entry.title, 2 * MAX_TITLE)
    text = from_html(entry.markup) if entry.is_html else plain(entry.markup)
    item: dict[str, Any] = {"title": one_line(title), "text": text, "link": _absolute(base, entry.link)}
    language = tell_language(context.language, feed_language, f"{item['title']} {text}")
    item["language"] = language
    item["publisher"] = context.publisher or entry.publisher or feed_title
    chinese = language == "zh" or looks_chinese(feed_title)
    moments = (read_date(date, context.now, chinese=chinese) for date in entry.dates)
    published = next((moment for moment in moments if moment is not None), None)
    item["published"] = published.isoformat() if published else None
    item["guid"] = _guid(entry, item)
    return item


def _guid(entry: Entry, item: dict[str, Any]) -> str:
    """The feed's id, else its link as written, else a hash of what it says. Too long ones are hashed."""
    for candidate in (entry.id, entry.link):
        guid = one_line(plain(candidate, 4 * MAX_GUID), 4 * MAX_GUID)
        if guid:
            return guid if len(guid) <= MAX_GUID else "sha256:" + hashlib.sha256(guid.encode()).hexdigest()
    return "sha256:" + _digest(item)


def _digest(item: dict[str, Any]) -> str:
    return hashlib.sha256(f"{item['title']}\n{item['text']}".encode()).hexdigest()


def _base(url: str) -> urls.WebUrl | None:
    try:
        return urls.read(url)
    except ValueError:
        return None


def _absolute(base: urls.WebUrl | None, link: str) -> str:
    """The link as a web address, fragment included; nothing if it is none."""
    link = link.strip()[: urls.MAX_LENGTH + 1].replace(" ", "%20")
    if not link:
        return ""
    address, mark, fragment = link.partition("#")
    try:
        target = urls.resolve(base, address) if base is not None else urls.read(address)
    except ValueError:
        return ""
    return target.text + (mark + quote(fragment, safe="/?:@!$&'()*+,;=-._~%") if fragment.isprintable() else "")


def _oldest_first(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By date where all have one; else feeds are taken to begin with the newest, as nearly all do."""
    items.reverse()
    if all(item["published"] for item in items):
        items.sort(key=lambda item: datetime.fromisoformat(item["published"]))
    return items
