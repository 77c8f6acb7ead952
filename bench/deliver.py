"""Deliveries claimed, rendered, sent and recorded, each beside a naive way in the same run: `python -m bench.deliver [count]`.

Mails beside smtplib that builds and sends one message after the other on one connection; webhooks and Slack messages beside
Apprise's webhook. The servers are processes of their own that take everything at once. Pauses between Slack messages are off,
since they are what is asked of us and not what we can do. Then 10,000 queued deliveries are drained and memory is watched.
"""

import logging
import multiprocessing
import smtplib
import socket
import socketserver
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from statistics import median
from threading import Event
from typing import Any, cast

import apprise

from service.addresses import AddressGuard
from service.alerting.backoff import RetryPolicy
from service.beginning import begun
from service.clock import utc_now
from service.http import HttpClient
from service.metrics import Labels, Metrics
from service.model.delivery import DeliveryState
from service.model.item import Item
from service.notify import NotifyContext, build_notifiers
from service.pipeline.outbox import Outbox
from service.pipeline.parts import Limits, Parts
from service.storage import alerts, deliveries, items, migrations
from service.storage.database import Database, open_database
from service.storage.deliveries import Order
from tests.support.alerts import make_alert
from tests.support.postgres import running_server

COUNT = 2_000
QUEUED = 10_000
TARGETS = 20
RUNS = 3
ALLOW = ("127.0.0.0/8",)
SECRET = "0123456789abcdef"
TICK_SECONDS = 0.5
"""As the program's scheduler ticks."""
LONGEST = 300
"""Seconds that all deliveries of one measurement may take."""


class HttpSink(socketserver.StreamRequestHandler):
    """Answers every POST with `ok` on a kept connection."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Until the client leaves."""
        while self.rfile.readline():
            length = 0
            while (line := self.rfile.readline()) not in (b"\r\n", b""):
                if line[:15].lower() == b"content-length:":
                    length = int(line[15:])
            self.rfile.read(length)
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


class MailSink(socketserver.StreamRequestHandler):
    """Takes every mail."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Until the client leaves."""
        self.wfile.write(b"220 sink ESMTP\r\n")
        while line := self.rfile.readline():
            if line[:4].upper() == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
            self.wfile.write(b"221 bye\r\n" if line[:4].upper() == b"QUIT" else b"250 ok\r\n")


class Server(socketserver.ThreadingTCPServer):
    """Many kept connections at once."""

    daemon_threads = True
    request_queue_size = 256


def listen(handler: type[socketserver.StreamRequestHandler], ready: Pipe) -> None:
    """A sink as a process."""
    with Server(("127.0.0.1", 0), handler) as server:
        ready.send(server.server_address[1])
        server.serve_forever()


@contextmanager
def sink(handler: type[socketserver.StreamRequestHandler]) -> Iterator[int]:
    """A running sink's port."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=listen, args=(handler, there), daemon=True)
    process.start()
    yield here.recv()
    process.kill()


class Counted(Metrics):
    """Says when as many deliveries were sent as are expected, so that the database need not be asked for it all the time."""

    def __init__(self) -> None:
        super().__init__("0", Labels())
        self._left = 0
        self.done = Event()

    def expect(self, count: int) -> None:
        """So many from now on."""
        self.done.clear()
        self._left = count

    def delivered(self, outcome: str, *, kind: str, reason: str = "") -> None:
        """One thread records at a time, see Recorder."""
        super().delivered(outcome, kind=kind, reason=reason)
        self._left -= outcome == "sent"
        if not self._left:
            self.done.set()


@dataclass(frozen=True)
class Line:
    """What is measured."""

    database: Database
    out: Outbox
    metrics: Counted


@contextmanager
def line(database: Database, http_port: int) -> Iterator[Line]:
    """An outbox with all notifiers, as the program builds it."""
    nothing, metrics = cast(Any, None), Counted()
    with ExitStack() as stack:
        http = HttpClient(AddressGuard(ALLOW), "Tapewatch/bench")
        stack.callback(http.close)
        context = NotifyContext(
            http=http,
            inbox=lambda delivery, message: None,
            allow_networks=ALLOW,
            slack_webhook_base=f"http://127.0.0.1:{http_port}/services",
            slack_every=0.0,
        )
        notifiers = build_notifiers(context)
        stack.callback(notifiers.close)
        parts = Parts(database, http, nothing, notifiers, metrics, lambda name: SECRET, Limits(senders=8), RetryPolicy())
        made = Outbox(parts, lambda delivery: delivery)
        yield Line(database, made, metrics)
        made.close()


def enqueue(database: Database, name: str, target: Callable[[int], str], count: int) -> None:
    """Deliveries of one alert each, due now."""
    now = utc_now() - timedelta(minutes=1)
    with database.begin() as connection:
        [(item_id, _)] = items.insert_new(
            connection, [Item("bench", name, name, "")], disposition="evaluated", rules_version="bench", now=now
        )
        for start in range(0, count, 500):
            numbers = range(start, min(start + 500, count))
            told = [make_alert(id=f"{name}-{number}", fingerprint=f"{name}-{number}") for number in numbers]
            alerts.insert_new(connection, [(alert, item_id) for alert in told])
            orders = [
                Order(alert.id, "desk", target(n), alert.id, timedelta(0), now) for n, alert in zip(numbers, told, strict=True)
            ]
            deliveries.enqueue(connection, orders)


def drain(line: Line, count: int, watch: Callable[[], None] = lambda: None) -> float:
    """Seconds until so many are recorded as sent; `watch` is called at each tick."""
    line.metrics.expect(count)
    started = time.perf_counter()
    line.out.deliver()
    while not line.metrics.done.wait(TICK_SECONDS):
        watch()
        line.out.deliver()
        assert time.perf_counter() - started < LONGEST, "not all were sent"
    seconds = time.perf_counter() - started
    with line.database.read() as connection:
        counts = deliveries.counts(connection)
    assert sum(counts.values()) == counts[DeliveryState.SENT], counts
    return seconds


def ours(line: Line, name: str, target: Callable[[int], str], count: int) -> float:
    """Deliveries a second."""
    enqueue(line.database, name, target, count)
    return count / drain(line, count)


def naive_mails(port: int, count: int) -> float:
    """smtplib: build, send, next, on one connection."""
    started = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench.example") as smtp:
        assert smtp.sock is not None
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(count):
            message = EmailMessage()
            message["From"], message["To"] = "alerts@tapewatch.example", "desk@example.com"
            message["Subject"] = f"[HIGH] Yangtze Optical Fibre and Cable (长飞光纤) hits limit-up {number}"
            message.set_content(make_alert().excerpt * 8)
            message.add_alternative(f"<p>{make_alert().excerpt * 16}</p>", subtype="html")
            smtp.send_message(message)
    return count / (time.perf_counter() - started)


def naive_posts(port: int, count: int) -> float:
    """Apprise's webhook, one after the other; the object made for each target's URL anew, as who sends to many has to."""
    started = time.perf_counter()
    for number in range(count):
        sender = apprise.Apprise()
        sender.add(f"json://127.0.0.1:{port}/hook/{number % TARGETS}")
        assert sender.notify(title=f"Alert {number}", body=make_alert().excerpt * 8)
    return count / (time.perf_counter() - started)


def compare(what: str, work: Callable[[int], float], naive: Callable[[], float]) -> None:
    """One line: what, our figure, the naive one, the ratio: medians of rounds that take turns and meet the same load."""
    rates, naive_rates = [], []
    for run in range(RUNS):
        naive_rates.append(naive())
        rates.append(work(run))
    rate, other = median(rates), median(naive_rates)
    print(f"{what:40} {rate:8,.0f}/s   naive {other:6,.0f}/s   ratio {rate / other:5.2f}", flush=True)


def resident() -> float:
    """MiB of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20


def memory(line: Line, target: Callable[[int], str]) -> None:
    """Drain a long queue and print what the process held."""
    enqueue(line.database, "queue", target, QUEUED)
    seen: list[float] = []
    seconds = drain(line, QUEUED, lambda: seen.append(resident()))
    tenth = max(len(seen) // 10, 1)
    first, last = max(seen[:tenth]), max(seen[-tenth:])
    held = f"{first:.0f} MiB in the first tenth, {last:.0f} in the last"
    print(f"{QUEUED:,} queued on {line.database.dialect} in {seconds:.1f} s: {held}")


def main() -> None:
    """Measure both databases and print the figures; garbage is looked for as by the command."""
    begun()
    logging.disable(logging.ERROR)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        server = stack.enter_context(running_server())
        web, mail = stack.enter_context(sink(HttpSink)), stack.enter_context(sink(MailSink))
        targets = {
            f"webhooks to {TARGETS}": lambda n: f"webhook+http://${{SECRET}}@127.0.0.1:{web}/hook/{n % TARGETS}",
            "webhooks to 1": lambda n: f"webhook+http://${{SECRET}}@127.0.0.1:{web}/hook",
            f"Slack messages to {TARGETS}": lambda n: f"slack://T0AAAAAAA/B0BBBB{n % TARGETS:03}/${{SECRET}}",
        }
        url = server.create()
        stack.callback(server.drop, url)
        for place in (f"sqlite:///{Path(folder) / 'bench.db'}", url.render_as_string(hide_password=False)):
            with closing(open_database(place, utc_now)) as database:
                migrations.upgrade(database)
                with line(database, web) as made:
                    measure(made, targets, mail, count)


def measure(line: Line, targets: dict[str, Callable[[int], str]], mail: int, count: int) -> None:
    """Everything on one database."""
    web = int(targets["webhooks to 1"](0).rpartition(":")[2].partition("/")[0])
    for name, target in targets.items():
        compare(
            f"{name}, {line.database.dialect}",
            lambda run, name=name, target=target: ours(line, f"{name}-{run}", target, count),  # type: ignore[misc]
            lambda: naive_posts(web, count // 4),
        )
    for number in (TARGETS, 1):

        def box(n: int, number: int = number) -> str:
            return f"mailto://127.0.0.1:{mail}/?from=alerts@tapewatch.example&to=desk{n % number}@example.com"

        compare(
            f"mails to {number}, {line.database.dialect}",
            lambda run, number=number, box=box: ours(line, f"mails-{number}-{run}", box, count // 2),  # type: ignore[misc]
            lambda: naive_mails(mail, count // 2),
        )
    memory(line, targets[f"webhooks to {TARGETS}"])


if __name__ == "__main__":
    main()
