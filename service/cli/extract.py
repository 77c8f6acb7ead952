"""`tapewatch extract`: JSON lines in, the market events of each out, in the same order; a bad line is answered, never fatal."""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, BinaryIO

from service.events.extract import extract
from service.events.lexicon import Lexicon
from service.model.event import Event
from service.model.item import Item
from service.model.moment import reckonable
from service.words import counting, shipped_words

MAX_LINE = 16 * 2**20
_BEIJING = timezone(timedelta(hours=8))
_CHINESE = re.compile(r"[\u4e00-\u9fff]{2}")


def extract_lines() -> None:
    """Read {"id","text","title"?,"lang"?,"published"?} lines from standard input, write {"id","events"} lines.

    Spans count in the text, or, where a title is given that the text does not begin with, in title + line feed + text.
    """
    lexicon = shipped_words()
    for line in read_lines(sys.stdin.buffer):
        sys.stdout.write(json.dumps(_answer(line, lexicon), ensure_ascii=True) + "\n")
        sys.stdout.flush()


def read_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream, each cut where it is too long to be an item."""
    while line := stream.readline(MAX_LINE):
        complete = line.endswith(b"\n")
        yield line
        while not complete and (rest := stream.readline(MAX_LINE)):  # the rest of a line that is too long to be an item
            complete = rest.endswith(b"\n")


def _answer(line: bytes, lexicon: Lexicon) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"not a line of JSON: {error}"}
    if not isinstance(data, dict):
        return {"id": None, "error": "a line must be a JSON object with at least a text"}
    try:
        item = read_item(data)
    except ValueError as error:
        return {"id": data.get("id"), "error": str(error)}
    return {"id": data.get("id"), "events": [public_event(event) for event in counting(lexicon, extract(item, lexicon))]}


def read_item(data: Mapping[str, Any]) -> Item:
    """An item from outside; ValueError says which field is wrong."""
    texts = {}
    for name in ("title", "text", "lang", "source", "publisher"):
        value = data.get(name) or ""
        if not isinstance(value, str):
            raise ValueError(f"{name} must be a text")
        texts[name] = value
    if "text" not in data and "title" not in data:
        raise ValueError("there is neither a text nor a title")
    return Item(
        source=texts["source"],
        guid=str(data.get("id", "")),
        title=texts["title"],
        text=texts["text"],
        published=_published(data.get("published"), _zone(texts)),
        publisher=texts["publisher"],
        language=texts["lang"],
    )


def _zone(texts: Mapping[str, str]) -> timezone:
    """Whose clock a time without a zone is on: Beijing's for Chinese news."""
    chinese = texts["lang"].startswith("zh") or (not texts["lang"] and _CHINESE.search(texts["title"] or texts["text"][:100]))
    return _BEIJING if chinese else UTC


def _published(value: object, zone: timezone) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise ValueError("published must be an ISO 8601 time such as 2025-12-22T15:00:00+08:00")
    return reckonable(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def public_event(event: Event) -> dict[str, Any]:
    """The published form of an event: its own fields beside the common ones."""
    return {
        "type": event.type,
        "subject": event.subject,
        "entity": event.entity,
        "alias": event.alias or None,
        **event.fields,
        "status": event.status.value,
        "day": event.day.isoformat() if event.day else None,
        "evidence": list(event.evidence),
    }
