"""One request on its way through its hops: what to ask next, what has come back, and the caps. No network here."""

import base64
from concurrent.futures import Future

from service import urls
from service.errors import FetchError
from service.http.messages import Request, Response

MAX_HEADER_BYTES = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_CARRIED = frozenset({"accept", "accept-language", "if-none-match", "if-modified-since"})
"""The headers that hold nothing secret: another origin may see them."""
_ABORT = -1
_CERTAIN = frozenset({"bad_url", "refused_address"})


class Transfer:
    """Raises FetchError (`bad_url`) when the request cannot be sent at all. `deadline` is set when its turn comes."""

    def __init__(self, request: Request, future: Future[Response]) -> None:
        if request.method not in ("GET", "POST"):
            raise ValueError(f"unknown method {request.method}")
        try:
            self.url = urls.read(request.url)
        except ValueError as error:
            raise FetchError(f"the request was not sent: {error}", reason="bad_url", permanent=True) from None
        self.request = request
        self.future = future
        self.deadline = 0.0
        self.too_large = ""
        self._headers = {name.lower(): value for name, value in request.headers.items() if value}
        if request.auth is not None:
            self._headers["authorization"] = "Basic " + base64.b64encode(":".join(request.auth).encode()).decode()
        if not "".join((*self._headers, *self._headers.values())).isprintable():
            raise self.error("bad_url", "was not asked: a request header holds a control character")
        self._hops = 0
        self._permanent = True
        self._forget()

    def header_lines(self) -> list[bytes]:
        """What to send to this hop; "Expect:" keeps libcurl from waiting before it sends a body."""
        return [b"Expect:", *(f"{name}: {value}".encode() for name, value in self._headers.items())]

    def take_body(self, piece: bytes) -> int | None:
        self._body_size += len(piece)
        if self._body_size > self.request.max_bytes:
            self.too_large = self.over_the_cap
            return _ABORT
        self._pieces.append(piece)
        return None

    def is_answered(self, status: int) -> bool:
        """Whether a transfer that broke off said all that was wanted of it: its status, and its headers to the end."""
        return self.request.status_counts and status >= 200 and self.lines[-1:] == [b"\r\n"]

    def conclude(self, status: int) -> Response | None:
        """The answer, or None when there is another hop to ask. Raises FetchError (`redirects`, `too_large`)."""
        if sum(map(len, self.lines)) > MAX_HEADER_BYTES:  # libcurl itself stops at 300 KiB
            raise self.error("too_large", f"sends more than {MAX_HEADER_BYTES >> 10} KiB of headers")
        headers = self._answered()
        if status in _REDIRECTS and self.request.method == "GET" and self.request.redirects and "location" in headers:
            self._follow(status, headers["location"])
            return None
        moved = self.url.text if self._hops and self._permanent else None
        return Response(status, headers, b"".join(self._pieces), self.url.text, moved)

    @property
    def over_the_cap(self) -> str:
        return f"sends more than {self.request.max_bytes / 2**20:g} MiB"

    def error(self, reason: str, what: str) -> FetchError:
        return FetchError(f"{self.url.shown} {what}", reason=reason, permanent=reason in _CERTAIN)

    def _follow(self, status: int, location: str) -> None:
        if self._hops >= self.request.redirects:
            raise self.error("redirects", f"redirects more than {self.request.redirects} times")
        try:
            target = urls.resolve(self.url, location)
        except ValueError as error:
            raise self.error("redirects", f"redirects to nowhere: {error}") from None
        if target.origin != self.url.origin:
            self._headers = {name: value for name, value in self._headers.items() if name in _CARRIED}
        self.url = target
        self._hops += 1
        self._permanent = self._permanent and status in _PERMANENT
        self._forget()

    def _forget(self) -> None:
        """The answer of the hop before."""
        self.lines: list[bytes] = []
        self._pieces: list[bytes] = []
        self._body_size = 0

    def _answered(self) -> dict[str, str]:
        """The headers of the final answer; those of an interim one do not count."""
        last = max((number for number, line in enumerate(self.lines) if line.startswith(b"HTTP/")), default=0)
        headers: dict[str, str] = {}
        for line in _texts(self.lines[last + 1 :]):
            name, colon, value = line.partition(":")
            if colon:
                name, value = name.lower(), value.strip()
                headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return headers


def _texts(lines: list[bytes]) -> list[str]:
    """UTF-8, and what is not that is taken for Latin-1, line by line."""
    try:
        return b"".join(lines).decode().split("\r\n")
    except UnicodeDecodeError:
        return [_text(line) for line in lines]


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")
