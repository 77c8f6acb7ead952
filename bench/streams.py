"""What open streams cost: processor seconds of a server with so many of them, beside the same server with none.

python -m bench.streams [streams] [seconds]

The server runs in a process of its own, so that those who follow are not counted.
"""

import multiprocessing
import selectors
import socket
import sys
import tempfile
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic, process_time

import uvicorn

from service.clock import utc_now
from service.storage import migrations
from service.storage.database import Database, open_database
from service.web import create_app
from tests.support.api import api_context
from tests.support.folder import write_rules
from tests.support.line import Line
from tests.support.news import ARTICLE, STORY, store
from tests.support.web import serve, with_token

STREAMS = 200
SECONDS = 20.0
SETTLE = 6.0
PATH = "/api/v1/alerts/stream?severity=high"


def server(folder: str, wire: Connection) -> None:
    """Serve, and answer each message with the processor's time so far; an alert is made on "alert"."""
    database: Database = open_database(f"sqlite:///{folder}/bench.db", utc_now)
    migrations.upgrade(database)
    line = Line(database, write_rules(Path(folder)))
    servers: list[uvicorn.Server] = []
    minute = 0
    with serve(create_app(api_context(line, servers)), servers) as site:
        wire.send((site.port, with_token(site, database, "alerts:read").always))
        while (word := wire.recv()) != "end":
            if word == "alert":
                store(database, replace(ARTICLE, guid=str(minute)), STORY[:1], utc_now())
                minute += 1
            wire.send(process_time())
    database.close()


class Followers:
    """Open streams, and how many alerts came."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.told = 0

    def open(self, port: int, headers: dict[str, str]) -> None:
        """One more."""
        connection = socket.create_connection(("127.0.0.1", port), timeout=20)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connection.sendall(f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode())
        connection.setblocking(False)
        self.selector.register(connection, selectors.EVENT_READ)

    def read(self, seconds: float) -> None:
        """Read what comes for so long."""
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            for key, _ in self.selector.select(left):
                received = key.fileobj.recv(65536)  # type: ignore[union-attr]
                self.told += received.count(b"event: alert")
                if not received:
                    self.selector.unregister(key.fileobj)

    def close(self) -> None:
        """Leave."""
        for key in list(self.selector.get_map().values()):
            self.selector.unregister(key.fileobj)
            key.fileobj.close()  # type: ignore[union-attr]


def measured(wire: Connection, followers: Followers, seconds: float, alerts: int = 0) -> float:
    """The share of a core that the server takes."""
    wire.send("time")
    before = wire.recv()
    for _ in range(alerts):
        wire.send("alert")
        wire.recv()
        followers.read(seconds / alerts)
    followers.read(0 if alerts else seconds)
    wire.send("time")
    return float(wire.recv() - before) / seconds


def main() -> None:
    """Print the shares."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else STREAMS
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS
    ours, theirs = multiprocessing.get_context("forkserver").Pipe()
    with tempfile.TemporaryDirectory() as folder:
        process = multiprocessing.get_context("forkserver").Process(target=server, args=(folder, theirs))
        process.start()
        port, headers = ours.recv()
        followers = Followers()
        followers.read(SETTLE)
        idle = measured(ours, followers, seconds)
        alone = measured(ours, followers, seconds, alerts=5)
        for _ in range(count):
            followers.open(port, headers)
        followers.read(SETTLE)
        quiet = measured(ours, followers, seconds)
        busy = measured(ours, followers, seconds, alerts=5)
        followers.read(SETTLE)
        sys.stdout.write(f"{count} streams: {quiet:.1%} of a core, beside {idle:.1%} without a stream\n")
        sys.stdout.write(
            f"with 5 alerts in {seconds:.0f} s: {busy:.1%}, beside {alone:.1%}; {followers.told} of {5 * count} told\n"
        )
        followers.close()
        ours.send("end")
        process.join()


if __name__ == "__main__":
    main()
