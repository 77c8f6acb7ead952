"""The pages as a browser meets them: a real server on a free loopback port, asked over real HTTP."""

import http.client
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser

import uvicorn
from starlette.types import ASGIApp

from service.editing import Desk
from service.metrics import Labels, Metrics
from service.model.health import Health
from service.rulebook import load_folder
from service.storage.database import Database
from service.web import InForce, WebContext, create_app

WELL = Health(True)
LINK_KEY = b"k" * 32
EMPTY = InForce()


@dataclass(frozen=True)
class Answer:
    """Status, headers by lower-case name, and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


@dataclass(frozen=True)
class Site:
    """A running server."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
        """One request; a `Host` in `headers` replaces the true one."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.putrequest(method, path, skip_host="Host" in (headers or {}))
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            connection.putheader("Connection", "close")
            connection.endheaders()
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()


@contextmanager
def serve(application: ASGIApp) -> Iterator[Site]:
    """Run the application in a thread until the block ends."""
    config = uvicorn.Config(application, host="127.0.0.1", port=0, log_config=None, ws="none", lifespan="on")
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    socket.listen(64)  # from now on whoever asks before the server accepts waits in the backlog
    thread = threading.Thread(target=server.run, args=([socket],), name="web", daemon=True)
    thread.start()
    try:
        yield Site(socket.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        socket.close()


@dataclass
class Page(HTMLParser):
    """What a browser would build from a page: each element with its attributes, and all text."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def parse(answer: Answer) -> Page:
    """The page of an answer."""
    page = Page()
    page.feed(answer.text)
    page.close()
    return page


def context(database: Database, health: Health = WELL, rulebook: InForce = EMPTY, hosts: Sequence[str] = ()) -> WebContext:
    """What the pages are given when nothing is wrong."""
    desk = Desk(database, lambda: load_folder(None), lambda: None)
    return WebContext(database, Metrics("9.9.9", Labels()), lambda: health, lambda: rulebook, "9.9.9", LINK_KEY, desk, hosts)


@contextmanager
def site(database: Database, health: Health = WELL, rulebook: InForce = EMPTY, hosts: Sequence[str] = ()) -> Iterator[Site]:
    """The pages over this database, running."""
    given = context(database, health, rulebook, hosts)
    with serve(create_app(given)) as running:
        yield running
    given.desk.close()
