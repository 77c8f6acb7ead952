import io
import json
import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from service.logs import MASK, TALKATIVE, Format, Secrets, configure

SECRET = 'p4ss/w"ör d&<x>'


@pytest.fixture(autouse=True)
def untouched_logging() -> Iterator[None]:
    root = logging.getLogger()
    level, handlers, hooks = root.level, root.handlers[:], (sys.excepthook, threading.excepthook)
    yield
    logging.captureWarnings(False)
    root.setLevel(level)
    root.handlers[:] = handlers
    sys.excepthook, threading.excepthook = hooks
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.NOTSET)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def set_up(format: Format, secrets: Secrets, level: str = "debug", stream: io.StringIO | None = None) -> io.StringIO:
    stream = stream or io.StringIO()
    configure(level, format, secrets, stream)
    return stream


FORMATS: tuple[Format, ...] = ("text", "json")


@pytest.mark.parametrize("format", FORMATS)
def test_a_secret_shows_in_no_spelling(format: Format) -> None:
    stream = set_up(format, Secrets([SECRET]))
    log = logging.getLogger("somebody.else")
    log.info("plain %s", SECRET)
    log.info("in a URL mailto://me:%s@host", quote(SECRET, safe=""))
    log.info("in a URL, lower case %s", quote(SECRET, safe="").lower().replace("%c3%b6", "%c3%b6"))
    log.info("quoted %r", SECRET)
    log.info("as JSON %s", json.dumps({"password": SECRET}))
    written = stream.getvalue()
    assert "p4ss" not in written
    assert written.count(MASK) == 5


@pytest.mark.parametrize("format", FORMATS)
def test_a_secret_shows_in_no_traceback_and_in_no_cause(format: Format) -> None:
    stream = set_up(format, Secrets([SECRET]))
    try:
        try:
            raise ValueError(f"login with {SECRET} failed")
        except ValueError as cause:
            raise RuntimeError("no delivery") from cause
    except RuntimeError:
        logging.getLogger("x").exception("while sending to %s", SECRET)
    written = stream.getvalue()
    assert "no delivery" in written
    assert "p4ss" not in written
    assert written.count(MASK) >= 2


@pytest.mark.parametrize("format", FORMATS)
def test_a_secret_registered_later_is_masked_from_then_on(format: Format) -> None:
    secrets = Secrets()
    stream = set_up(format, secrets)
    secrets.add("rotated-token")
    logging.getLogger("x").warning("token rotated-token", stack_info=True)
    assert "rotated-token" not in stream.getvalue().split("warning(")[0]
    assert MASK in stream.getvalue()


def test_a_secret_that_contains_another_is_masked_whole() -> None:
    secrets = Secrets(["hunter", "hunter2-and-more"])
    assert secrets.clean("hunter2-and-more / hunter") == f"{MASK} / {MASK}"


def test_what_is_too_short_to_be_a_secret_is_left_alone() -> None:
    assert Secrets(["", "abc"]).clean("abc") == "abc"


@pytest.mark.parametrize("format", FORMATS)
def test_talkative_libraries_are_held_down(format: Format) -> None:
    stream = set_up(format, Secrets())
    chatty = logging.getLogger("urllib3.connectionpool")
    chatty.setLevel(logging.DEBUG)
    try:
        chatty.debug("POST /services/T0/B0/path")
        logging.getLogger("apprise").debug("POST /services/T0/B0/path")
        chatty.info("kept")
        logging.getLogger("apscheduler.executors.default").info("ran the same job again")
        logging.getLogger("apscheduler.scheduler").warning("a job was skipped")
    finally:
        chatty.setLevel(logging.NOTSET)
    assert "/services" not in stream.getvalue()
    assert "again" not in stream.getvalue()
    assert "kept" in stream.getvalue()
    assert "skipped" in stream.getvalue()


def test_talkative_libraries_follow_a_stricter_level() -> None:
    set_up("text", Secrets(), level="error")
    assert logging.getLogger("apprise").level == logging.ERROR


def test_text_from_a_feed_can_neither_steer_the_terminal_nor_fake_a_line() -> None:
    stream = set_up("text", Secrets())
    logging.getLogger("x").info("title: %s", "a\x1b[2J\x9bb\r\n2026-01-01 CRITICAL all is lost \u202e")
    written = stream.getvalue()
    assert written.count("\n") == 1
    assert "\x1b[2J" not in written
    assert "\x9b" not in written
    assert "\u202e" not in written
    assert "all is lost" in written


def test_markup_of_the_terminal_library_is_shown_not_obeyed() -> None:
    stream = set_up("text", Secrets([SECRET]), stream=Terminal())
    logging.getLogger("x").info("[bold red]%s[/bold red]", SECRET)
    assert "[bold red][secret][/bold red]" in re.sub(r"\x1b\[[\d;]*m", "", stream.getvalue())


def test_a_json_line_is_one_object_with_its_extras() -> None:
    stream = set_up("json", Secrets(["token-1234"]))
    logging.getLogger("service.x").warning(
        "长飞光纤\n%s", "涨停 \ud800", extra={"source": "token-1234", "items": 3, "path": object}
    )
    (line,) = stream.getvalue().splitlines()
    entry = json.loads(line)
    assert entry["level"] == "warning"
    assert entry["logger"] == "service.x"
    assert entry["message"].startswith("长飞光纤\n涨停")
    assert entry["source"] == MASK
    assert entry["items"] == 3
    assert entry["time"].endswith("+00:00")
    assert "exception" not in entry


def test_configuring_again_replaces_the_first_handler() -> None:
    first = set_up("text", Secrets())
    second = set_up("json", Secrets())
    logging.getLogger("x").info("once")
    assert first.getvalue() == ""
    assert second.getvalue().count("once") == 1


def test_warnings_and_errors_that_nobody_caught_come_through_the_same_door() -> None:
    stream = set_up("json", Secrets([SECRET]))
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)  # as an earlier test of this process may have left it
        logging.captureWarnings(True)
        warnings.warn(f"careless {SECRET}", stacklevel=1)
        logging.captureWarnings(False)

    def fail() -> None:
        raise ValueError(SECRET)

    thread = threading.Thread(target=fail, name="worker-1")
    thread.start()
    thread.join()
    try:
        fail()
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    entries = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert len(entries) == 3
    assert "p4ss" not in stream.getvalue()
    assert "thread worker-1" in entries[1]["message"]


def test_an_exception_already_turned_into_text_is_masked_too() -> None:
    secrets = Secrets([SECRET])
    stream = set_up("text", secrets)
    record = logging.makeLogRecord(
        {"name": "x", "msg": "m", "levelno": logging.ERROR, "levelname": "ERROR", "exc_text": f"boom {SECRET}"}
    )
    logging.getLogger().handle(record)
    assert "boom" in stream.getvalue()
    assert "p4ss" not in stream.getvalue()


def test_a_thread_that_ended_without_an_error_says_nothing() -> None:
    stream = set_up("text", Secrets())
    threading.excepthook(threading.ExceptHookArgs((SystemExit, None, None, None)))
    assert stream.getvalue() == ""
