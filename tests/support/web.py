"""The pages as a browser meets them: a real server on a free loopback port, asked over real HTTP."""

import asyncio
import http.client
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urlencode

import uvicorn
from starlette.types import ASGIApp

from service.editing import Desk
from service.metrics import Labels, Metrics
from service.model.health import Health
from service.model.user import Role, User
from service.rulebook import Rulebook, load_folder
from service.storage import sessions, tokens, users
from service.storage.database import Database
from service.web import InForce, WebContext, create_app
from service.web.access import AccessSettings, cookies

WELL = Health(True)
LINK_KEY = b"k" * 32
EMPTY = InForce()
OPEN = AccessSettings(open_reading=True)


@dataclass(frozen=True)
class Answer:
    """Status, headers by lower-case name, body, and what sets each cookie."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


@dataclass(frozen=True)
class Site:
    """A running server; `always` are headers of every request."""

    port: int
    always: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self,
        path: str,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        *,
        whole: bool = True,
    ) -> Answer:
        """One request; a `Host` in `headers` replaces the true one. Not `whole`: the answer may have no end, its body is left."""
        held = [given["Cookie"] for given in (self.always, headers or {}) if "Cookie" in given]
        headers = {**self.always, **(headers or {}), **({"Cookie": "; ".join(held)} if held else {})}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding="Accept-Encoding" in headers)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.putheader("Connection", "close")
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            came = {name.lower(): value for name, value in answer.getheaders()}
            set_cookies = tuple(value for name, value in answer.getheaders() if name.lower() == "set-cookie")
            return Answer(answer.status, came, answer.read() if whole else b"", set_cookies)
        finally:
            connection.close()

    def post(self, path: str, fields: Mapping[str, str] | Sequence[tuple[str, str]] = (), **headers: str) -> Answer:
        """Send a form as a page of this server does."""
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", **headers}
        return self.ask(path, "POST", sent, urlencode(fields).encode())


class _Server(uvicorn.Server):
    """Ends when it is told to, where uvicorn looks ten times a second and waits a tenth for connections, be there any or not."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = asyncio.Event()

    def end(self) -> None:
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # it ended by itself
                self._loop.call_soon_threadsafe(self._told.set)

    async def main_loop(self) -> None:
        self._loop, ticks = asyncio.get_running_loop(), 0
        while not await self.on_tick(ticks):
            ticks += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), 0.1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
            return
        for one in (*self.servers, *(sockets or ())):
            one.close()
        for server in self.servers:
            await server.wait_closed()
        await self.lifespan.shutdown()


@contextmanager
def serve(application: ASGIApp, servers: list[uvicorn.Server] | None = None) -> Iterator[Site]:
    """Run the application in a thread until the block ends; the server is added to `servers` before."""
    config = uvicorn.Config(application, host="127.0.0.1", port=0, log_config=None, ws="none", lifespan="on", proxy_headers=False)
    server = _Server(config)
    if servers is not None:
        servers.append(server)
    listener = config.bind_socket()
    listener.listen(64)  # from now on whoever asks before the server accepts waits in the backlog
    thread = threading.Thread(target=server.run, args=([listener],), name="web", daemon=True)
    thread.start()
    try:
        yield Site(listener.getsockname()[1])
    finally:
        server.end()
        thread.join(timeout=20)
        listener.close()
        if servers is not None:
            servers.clear()  # what asks them is held by the application that they hold


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

    @property
    def forms(self) -> list[dict[str, str | None]]:
        """What the page itself can be sent: the switches of language and session, which are everywhere, left out."""
        return [form for form in self.all("form") if form.get("action") not in ("/language", "/logout")]

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def parse(answer: Answer) -> Page:
    """The page of an answer."""
    page = Page()
    page.feed(answer.text)
    page.close()
    return page


@cache
def shipped() -> Rulebook:
    """The pack that travels with the program, read once."""
    return load_folder(None)


def context(database: Database, health: Health = WELL, rulebook: InForce = EMPTY, hosts: Sequence[str] = ()) -> WebContext:
    """What the pages are given when nothing is wrong."""
    desk = Desk(database, shipped, lambda: None)
    metrics = Metrics("9.9.9", Labels())
    return WebContext(database, metrics, lambda: health, lambda: rulebook, "9.9.9", LINK_KEY, desk, hosts, OPEN)


def user(database: Database, role: Role = Role.ADMIN, name: str = "") -> User:
    """A user of this role, made if need be."""
    with database.begin() as connection:
        known = users.named(connection, name or role.value)
        known = known or users.add(connection, name or role.value, role, "", database.now(connection))
    assert known is not None
    return known.user


def session_cookie(database: Database, role: Role = Role.ADMIN, name: str = "") -> tuple[str, str]:
    """Name and value of the cookie of a user who is logged in: for `Site`, and for browsers."""
    secret = cookies.new_secret()
    with_id = user(database, role, name).id
    with database.begin() as connection:
        now = database.now(connection)
        sessions.begin(connection, secret, with_id, now + timedelta(days=1), ("127.0.0.1", "test"), now)
    return cookies.SESSION, secret


def signed_in(running: Site, database: Database, role: Role = Role.ADMIN, name: str = "") -> Site:
    """The same server as a user of this role meets it."""
    return replace(running, always={**running.always, "Cookie": "=".join(session_cookie(database, role, name))})


def with_token(running: Site, database: Database, *scopes: str, role: Role = Role.ADMIN) -> Site:
    """The same server as a program meets it that shows a token of a user of this role."""
    secret = cookies.new_secret()
    owner = user(database, role).id
    with database.begin() as connection:
        tokens.add(connection, secret, tokens.NewToken(owner, "test", scopes), database.now(connection))
    return replace(running, always={**running.always, "Authorization": f"Bearer {secret}"})


@contextmanager
def site(database: Database, health: Health = WELL, rulebook: InForce = EMPTY, hosts: Sequence[str] = ()) -> Iterator[Site]:
    """The pages over this database, running."""
    servers: list[uvicorn.Server] = []
    known = context(database, health, rulebook, hosts)
    given = replace(known, stopping=lambda: any(server.should_exit for server in servers))
    with closing(given.desk), serve(create_app(given), servers) as running:
        yield running
