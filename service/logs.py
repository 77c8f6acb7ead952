"""Logging, set up once: text for terminals or JSON lines for machines.

Guarantee: a value registered in `Secrets` leaves through no log line and no traceback, in no usual spelling (plain,
percent-encoded, quoted), whichever library wrote the line; and text that came from a feed cannot steer the terminal or fake
a second line. Libraries that print webhook paths at DEBUG, or every tick at INFO, are held down. Must not read settings or
open files.
"""

import html
import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, TextIO
from urllib.parse import quote, quote_plus

from rich.console import Console
from rich.logging import RichHandler

MASK = "[secret]"
MIN_SECRET = 4
"""Characters; shorter values are no secrets, and masking them would make the log unreadable."""
TALKATIVE = {
    "alembic": logging.WARNING,
    "apprise": logging.INFO,
    "apscheduler": logging.WARNING,
    "urllib3": logging.INFO,
    "uvicorn": logging.WARNING,
}
"""The least level of libraries that print whole webhook URLs at DEBUG, or their every step at INFO."""

Format = Literal["text", "json"]

_PLAIN = "{time} {level:<8} {logger}: {message}"
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class Secrets:
    """The values that must never be shown; they may be registered at any time, from any thread."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._spellings: tuple[str, ...] = ()
        for value in values:
            self.add(value)

    def add(self, value: str) -> None:
        """Mask `value` from now on. Values shorter than MIN_SECRET are ignored."""
        if len(value) < MIN_SECRET:
            return
        encoded = value.encode("utf-8", "replace").decode("utf-8")
        spellings = {value, quote(encoded), quote(encoded, safe=""), quote_plus(encoded), html.escape(value)}
        spellings |= {repr(value)[1:-1], json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
        spellings |= {re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), spelling) for spelling in spellings}
        with self._lock:
            # The longest first: a secret that is part of another must not uncover the rest of it.
            self._spellings = tuple(sorted({*self._spellings, *spellings}, key=lambda text: (-len(text), text)))

    def clean(self, text: str) -> str:
        """`text` with every known secret replaced by MASK."""
        for spelling in self._spellings:
            if spelling in text:
                text = text.replace(spelling, MASK)
        return text


class _TextFormatter(logging.Formatter):
    def __init__(self, secrets: Secrets, layout: str) -> None:
        super().__init__()
        self._secrets = secrets
        self._layout = layout

    def format(self, record: logging.LogRecord) -> str:
        message = _calm(self._secrets.clean(record.getMessage())).replace("\n", "\\n")
        time = f"{_time(record):%Y-%m-%d %H:%M:%S}Z"
        lines = [self._layout.format(time=time, level=record.levelname, logger=record.name, message=message)]
        if trace := _trace(record):
            lines.append(_calm(self._secrets.clean(trace)))
        return "\n".join(lines)


class _JsonFormatter(logging.Formatter):
    """One object a line: time, level, logger, message, exception where there is one, and what `extra` carried."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": _time(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if trace := _trace(record):
            entry["exception"] = trace
        entry |= {key: value for key, value in vars(record).items() if key not in _STANDARD and key not in entry}
        line = json.dumps({key: self._clean(value) for key, value in entry.items()}, ensure_ascii=False)
        return line.encode("utf-8", "backslashreplace").decode("utf-8")

    def _clean(self, value: object) -> object:
        return value if isinstance(value, int | float | None) else self._secrets.clean(str(value))


class _TalkativeFilter(logging.Filter):
    """Holds the talkative libraries down even where a child logger of theirs set its own level."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= TALKATIVE.get(record.name.partition(".")[0], logging.NOTSET)


def configure(level: str, format: Format, secrets: Secrets, stream: TextIO | None = None) -> None:
    """Send everything that is logged, warned or raised out of a thread to `stream` (standard error), redacted.

    May be called again: the last call holds.
    """
    handler = _handler(format, secrets, stream or sys.stderr)
    handler.addFilter(_TalkativeFilter())
    root = logging.getLogger()
    for old in root.handlers[:]:
        if getattr(old, "of_tapewatch", False):
            root.removeHandler(old)
    handler.of_tapewatch = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    number = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(number)
    for name, least in TALKATIVE.items():
        logging.getLogger(name).setLevel(max(number, least))
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _handler(format: Format, secrets: Secrets, stream: TextIO) -> logging.Handler:
    if format == "json" or not stream.isatty():  # rich would fold lines at 80 columns in a file
        plain = logging.StreamHandler(stream)
        plain.setFormatter(_JsonFormatter(secrets) if format == "json" else _TextFormatter(secrets, _PLAIN))
        return plain
    rich = RichHandler(
        console=Console(file=stream),
        show_path=False,
        log_time_format="%Y-%m-%d %H:%M:%S",
        omit_repeated_times=False,
        rich_tracebacks=False,  # rich would print the exception past our formatter
        markup=False,
    )
    rich.setFormatter(_TextFormatter(secrets, "{message}"))
    return rich


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _trace(record: logging.LogRecord) -> str:
    parts = []
    if record.exc_info and record.exc_info[0]:
        parts.append("".join(traceback.format_exception(*record.exc_info)).rstrip())
    elif record.exc_text:
        parts.append(record.exc_text)
    if record.stack_info:
        parts.append(record.stack_info)
    return "\n".join(parts)


def _calm(text: str) -> str:
    """Control and direction characters as visible escapes; line feeds and tabs stay."""
    return _STEERING.sub(lambda found: repr(found[0])[1:-1], text)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("tapewatch").critical("stopped by an error nobody caught", exc_info=(kind, error, trace))


def _uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is None:
        return
    name = arguments.thread.name if arguments.thread else "unknown"
    trace = (arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
    logging.getLogger("tapewatch").critical("thread %s ended with an error nobody caught", name, exc_info=trace)
