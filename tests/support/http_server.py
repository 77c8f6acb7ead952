"""A scriptable HTTP server on loopback: feeds, Slack-shaped sinks, and servers that misbehave.

    with serve() as server:
        server.on("/feed", body=b"<rss/>", headers={"ETag": '"1"'})
        ...
        assert server.requests[0].headers["if-none-match"] == '"1"'

A path that nobody scripted answers 404. Everything is recorded; `wait_for` waits for requests instead of sleeping.
"""

import gzip
import hashlib
import json
import ssl
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition, Event, Thread
from time import monotonic
from typing import Any

TLS_FILES = Path(__file__).parents[1] / "data" / "tls"
CERTIFICATE = TLS_FILES / "localhost.crt"


@dataclass(frozen=True)
class Recorded:
    """One request as it arrived; header names in lower case; `at` is on the monotonic clock."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """One answer; a `str` body is sent as UTF-8."""

    status: int = 200
    body: bytes | str = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else self.body


class Exchange:
    """What a custom answer gets: the request, and ways to write to the wire."""

    def __init__(self, handler: BaseHTTPRequestHandler, request: Recorded, stopping: Event) -> None:
        self._handler = handler
        self.request = request
        self.stopping = stopping

    def send(self, reply: Reply) -> None:
        bodiless = reply.status in (204, 304) or self.request.method == "HEAD"
        headers = dict(reply.headers)
        if not bodiless and not {"content-length", "transfer-encoding"} & {name.lower() for name in headers}:
            headers["Content-Length"] = str(len(reply.data))
        self.start(reply.status, headers)
        if not bodiless:
            self.write(reply.data)

    def start(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        self._handler.send_response(status)
        for name, value in (headers or {}).items():
            self._handler.send_header(name, value)
        self._handler.end_headers()

    def write(self, data: bytes) -> None:
        self._handler.wfile.write(data)

    def chunk(self, data: bytes) -> None:
        self.write(b"%x\r\n%s\r\n" % (len(data), data))

    def pause(self, seconds: float) -> bool:
        """False when the server is being closed."""
        return not self.stopping.wait(seconds)

    def hang_up(self) -> None:
        self._handler.close_connection = True


Answer = Callable[[Exchange], None]


class HttpServer(ThreadingHTTPServer):
    """See the module's docstring; made by `serve`."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, host: str) -> None:
        super().__init__((host, 0), _Handler)
        self.host = host
        self.tls = False
        self.requests: list[Recorded] = []
        self.connections = 0
        self.errors: list[BaseException] = []
        self.stopping = Event()
        self._answers: dict[str, Answer] = {}
        self._changed = Condition()

    # --- scripting ---

    def url(self, path: str = "/", *, host: str | None = None) -> str:
        return f"{'https' if self.tls else 'http'}://{host or self.host}:{self.server_port}{path}"

    def on(
        self, path: str, *replies: Reply, status: int = 200, body: bytes | str = b"", headers: Mapping[str, str] | None = None
    ) -> str:
        """Answer `path` (with its query, else without) with the replies in turn, the last one for ever; returns the URL."""
        script = list(replies) or [Reply(status, body, headers or {})]

        def answer(exchange: Exchange) -> None:
            exchange.send(script.pop(0) if len(script) > 1 else script[0])

        return self.answer(path, answer)

    def answer(self, path: str, answer: Answer) -> str:
        """Answer `path` by calling `answer`."""
        self._answers[path] = answer
        return self.url(path)

    def feed(self, path: str, body: bytes | str, content_type: str = "application/rss+xml") -> str:
        """A well-behaved feed: ETag, and 304 for who has it already."""
        reply = Reply(200, body)
        tag = f'"{hashlib.sha256(reply.data).hexdigest()[:16]}"'
        headers = {"Content-Type": content_type, "ETag": tag}

        def answer(exchange: Exchange) -> None:
            known = exchange.request.headers.get("if-none-match") == tag
            exchange.send(Reply(304, b"", headers) if known else Reply(200, body, headers))

        return self.answer(path, answer)

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        return self.on(path, status=status, headers={"Location": to})

    def drip(self, path: str, *, every: float = 0.05, total: int = 10**6) -> str:
        """One byte at a time, in time for every idle time-out and never in time for a total one."""

        def answer(exchange: Exchange) -> None:
            exchange.start(200, {"Content-Length": str(total)})
            for _ in range(total):
                exchange.write(b".")
                if not exchange.pause(every):
                    return

        return self.answer(path, answer)

    def flood(self, path: str, *, chunk: bytes = b"x" * 65536, headers: Mapping[str, str] | None = None) -> str:
        """Chunks without end."""

        def answer(exchange: Exchange) -> None:
            exchange.start(200, {"Transfer-Encoding": "chunked", **(headers or {})})
            while not exchange.stopping.is_set():
                exchange.chunk(chunk)

        return self.answer(path, answer)

    def bomb(self, path: str, *, mebibytes: int, encodings: Sequence[str] = ("gzip",), status: int = 200, to: str = "") -> str:
        """A small body that decodes to a huge one; `encodings` (gzip, deflate) are applied in order."""
        data = b"\0" * (mebibytes * 2**20)
        for encoding in encodings:
            data = gzip.compress(data, 9) if encoding == "gzip" else zlib.compress(data, 9)
        headers = {"Content-Encoding": ", ".join(encodings), **({"Location": to} if to else {})}
        return self.on(path, status=status, body=data, headers=headers)

    def raw(self, path: str, pieces: Iterable[bytes]) -> str:
        """These bytes and nothing else, then hang up."""
        kept = list(pieces)

        def answer(exchange: Exchange) -> None:
            for piece in kept:
                exchange.write(piece)
            exchange.hang_up()

        return self.answer(path, answer)

    def hang(self, path: str) -> str:
        """Accept the request and say nothing until the server is closed."""

        def answer(exchange: Exchange) -> None:
            exchange.stopping.wait()

        return self.answer(path, answer)

    # --- watching ---

    def to(self, path: str) -> list[Recorded]:
        """The requests for `path`, query included or not."""
        return [request for request in list(self.requests) if path in (request.path, request.path.partition("?")[0])]

    def wait_for(self, count: int, path: str = "", *, within: float = 10) -> list[Recorded]:
        """The requests (for `path`) as soon as there are `count` of them."""

        def found() -> list[Recorded]:
            return self.to(path) if path else list(self.requests)

        with self._changed:
            arrived = self._changed.wait_for(lambda: len(found()) >= count, within)
        assert arrived, f"{len(found())} of {count} requests arrived within {within} s"
        return found()

    # --- machinery ---

    def record(self, request: Recorded) -> Answer:
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
        return self._answers.get(request.path) or self._answers.get(request.path.partition("?")[0]) or _missing

    def get_request(self) -> tuple[Any, Any]:
        accepted = super().get_request()
        self.connections += 1
        return accepted

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients may hang up (that is what many tests are about); any other error of a script is kept for the end."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.errors.append(error)


def _missing(exchange: Exchange) -> None:
    exchange.send(Reply(404, b"nobody scripted this path"))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: HttpServer

    def _any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Recorded(self.command, self.path, headers, self.rfile.read(length), monotonic())
        answer = self.server.record(request)
        answer(Exchange(self, request, self.server.stopping))

    do_GET = do_POST = do_PUT = do_HEAD = _any

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


@contextmanager
def serve(*, host: str = "127.0.0.1", tls: bool = False) -> Iterator[HttpServer]:
    """A running server; with `tls` it shows a certificate for "localhost" that CERTIFICATE verifies."""
    server = HttpServer(host)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE, TLS_FILES / "localhost.key")
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.tls = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()
    assert not server.errors, server.errors
