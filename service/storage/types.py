"""What every stored value passes through: column types and the JSON form of the model's small structures.

Guarantee: times go in aware and come out in UTC; text that reaches the database holds neither NUL (PostgreSQL refuses it) nor
lone surrogates (no encoding knows them). JSON is kept as text and decoded row by row, so that one broken value never spoils its
neighbours. Must not know any table.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from service.model.span import Span
from service.model.window import Occurrence

_DECODE = json.JSONDecoder().raw_decode
BIG_ID = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both: SQLite counts rows by itself only in a column spelt INTEGER."""


def clean(text: str) -> str:
    """The text without NUL and lone surrogates; the same object when there is nothing to take away."""
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "ignore").decode()
    return text


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC; ValueError for a naive one, which is a mistake of the caller."""
    if moment.tzinfo is None:
        raise ValueError("a time without a time zone cannot be stored")
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the first or last hours of the calendar: the zone is beside the point there
        return moment.replace(tzinfo=UTC)


class CleanText(TypeDecorator[str]):
    """Text of any length that passed `clean`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time that passed `in_utc`."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _load(text: str) -> Any:
    """JSON that was written here; as `json.loads`, in half the time, since nothing stands around it."""
    value, end = _DECODE(text)
    if end != len(text):
        raise ValueError("there is more than one JSON value")
    return value


def dump_mapping(value: Mapping[str, Any]) -> str:
    """A mapping of text to text or numbers as JSON."""
    cleaned = {clean(key): clean(entry) if isinstance(entry, str) else entry for key, entry in value.items()}
    return json.dumps(cleaned, ensure_ascii=False)


def load_mapping(text: str) -> dict[str, Any]:
    """The inverse; ValueError when it is anything else."""
    value = _load(text)
    if not isinstance(value, dict):
        raise ValueError("a JSON object was expected")
    return value


def dump_texts(value: Iterable[str]) -> str:
    """Texts as a JSON array."""
    return json.dumps([clean(text) for text in value], ensure_ascii=False)


def load_texts(text: str) -> tuple[str, ...]:
    """The inverse; ValueError when it is anything else."""
    value = _load(text)
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise ValueError("a JSON array of texts was expected")
    return tuple(value)


def dump_spans(value: Iterable[Span]) -> str:
    """Spans as a JSON array of pairs."""
    return json.dumps([[span.start, span.end] for span in value])


def load_spans(text: str) -> tuple[Span, ...]:
    """The inverse; ValueError when it is anything else."""
    if text == "[]":
        return ()
    try:
        return tuple(Span(int(start), int(end)) for start, end in _load(text))
    except TypeError as error:
        raise ValueError("a JSON array of pairs of numbers was expected") from error


def dump_occurrences(value: Iterable[Occurrence]) -> str:
    """Occurrences as a JSON array of objects."""
    rows = [{**asdict(one), "at": in_utc(one.at).isoformat()} for one in value]
    return json.dumps([{name: clean(part) if isinstance(part, str) else part for name, part in row.items()} for row in rows])


def load_occurrences(text: str) -> tuple[Occurrence, ...]:
    """The inverse; ValueError when it is anything else."""
    if text == "[]":  # of all alerts but those of windows
        return ()
    try:
        return tuple(Occurrence(**{**row, "at": datetime.fromisoformat(row["at"])}) for row in _load(text))
    except (TypeError, KeyError) as error:
        raise ValueError("a JSON array of occurrences was expected") from error
