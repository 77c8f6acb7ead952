"""The line from items to sent deliveries in a process of its own that kills itself at the k-th boundary.

A boundary lies before and after each commit, and before and after each message that is sent; the parts that make them are wrapped
here, so the product holds no switch for it. `run` is for a process forked from a clean one that has this module loaded.
"""

import logging
import os
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection

from service.alerting.backoff import RetryPolicy
from service.clock import utc_now
from service.errors import StorageError
from service.http import HttpClient, Request
from service.metrics import Labels, Metrics
from service.notify.smtp import Connection as SmtpConnection
from service.notify.targets import READER
from service.pipeline import Active, Limits, Parts
from service.pipeline.ingest import ingest
from service.rulebook import Rulebook, load_folder
from service.storage import deliveries
from service.storage.database import Database, open_database
from tests.support.folder import write_rules
from tests.support.line import HereExtractor, limit_up
from tests.support.outbox import SECRETS, finish, outbox
from tests.support.shipped import understand

NAMES = ("Lumentum", "Nvidia", "Moore Threads")
ROUTES = """\
route: {receiver: desk, group_by: ["..."]}
receivers:
  - name: desk
    targets: [%s]
"""
EVERYWHERE = ("mail", "slack", "webhook")
TARGETS = {
    "mail": "mailto://127.0.0.1:${MAIL_PORT}/?from=alerts@tapewatch.example&to=desk@example.com",
    "slack": "slack://T0AAAAAAA/B0BBBBBBB/${TOKEN}",
    "webhook": "webhook+http://${SECRET}@127.0.0.1:${WEB_PORT}/hook",
}


@cache
def book(which: tuple[str, ...]) -> Rulebook:
    """Rules that send everything to these."""
    with tempfile.TemporaryDirectory() as folder:
        routes = ROUTES % ", ".join(f'"{TARGETS[name]}"' for name in which)
        return load_folder(write_rules(Path(folder), routes=routes))


def load() -> None:
    """What everybody needs, once, before anybody forks."""
    book(("mail",))
    book(EVERYWHERE)
    understand(limit_up(NAMES[0]))


_TICK = threading.Event()
RETRY = RetryPolicy(first=timedelta(milliseconds=1), unknown=timedelta(milliseconds=1))


class Boundaries:
    """Counts crossings and ends the process at the one that was asked for; 0: at none."""

    def __init__(self, fatal: int) -> None:
        self._fatal = fatal
        self._count = 0
        self._lock = threading.Lock()

    def cross(self) -> None:
        with self._lock:
            self._count += 1
            if self._count == self._fatal:
                os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        """Put a boundary around everything that cannot be taken back."""
        cross, begin, submit, finish_mail = self.cross, Database.begin, HttpClient.submit, SmtpConnection.finish

        @contextmanager
        def begin_between(database: Database) -> Iterator[Connection]:
            with begin(database) as connection:
                yield connection
                cross()
            cross()

        def submit_between(client: HttpClient, request: Request) -> Any:
            cross()
            future = submit(client, request)
            future.add_done_callback(lambda _: cross())
            return future

        def finish_between(connection: SmtpConnection, message: bytes) -> tuple[str, bool]:
            cross()
            answer = finish_mail(connection, message)
            cross()
            return answer

        Database.begin = begin_between  # type: ignore[method-assign,assignment]
        HttpClient.submit = submit_between  # type: ignore[method-assign,assignment]
        SmtpConnection.finish = finish_between  # type: ignore[method-assign,assignment]


@dataclass(frozen=True)
class Errand:
    """What a process has to do: with which database, to which targets, how many items."""

    url: str
    which: tuple[str, ...]
    items: int
    ports: Mapping[str, str]
    alone: bool
    """Nobody else works on the database: what a dead process held is taken back at once."""


def run(fatal: int, errand: Errand, known: Mapping[str, Any]) -> None:
    """A process that does it until the boundary."""
    logging.disable(logging.CRITICAL)
    READER._known.update(known)  # what the URLs mean was asked once for all processes
    Boundaries(fatal).install()
    carry(errand)
    os._exit(0)


def endure(errand: Errand, known: Mapping[str, Any]) -> None:
    """A process that delivers until it is killed, whatever happens to its database."""
    logging.disable(logging.CRITICAL)
    READER._known.update(known)
    secrets = {**SECRETS, **errand.ports}
    base = f"http://127.0.0.1:{errand.ports['WEB_PORT']}/services"
    limits = Limits(lease=timedelta(seconds=2))
    while True:
        with suppress(StorageError), closing(open_database(errand.url, utc_now)) as database:
            with outbox(database, secrets=secrets, retry=RETRY, limits=limits, slack_webhook_base=base) as out:
                while True:
                    with suppress(StorageError):
                        out.deliver()
                    _TICK.wait(0.02)
        _TICK.wait(0.02)


def carry(errand: Errand) -> None:
    """Take the items in that nobody took, then deliver everything."""
    secrets = {**SECRETS, **errand.ports}
    nothing = cast(Any, None)
    limits = Limits(lease=timedelta(seconds=2))
    base = f"http://127.0.0.1:{errand.ports['WEB_PORT']}/services"
    with closing(open_database(errand.url, utc_now)) as database:
        parts = Parts(database, nothing, nothing, nothing, Metrics("0", Labels()), secrets.get, limits, RETRY)
        if errand.alone:
            with database.begin() as connection:
                deliveries.release(connection)
        for name in NAMES[: errand.items]:
            item = limit_up(name)
            ingest(parts, Active(book(errand.which), HereExtractor()), item.source, [item])
        with outbox(database, secrets=secrets, retry=RETRY, limits=limits, slack_webhook_base=base) as out:
            finish(database, out)
