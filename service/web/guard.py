"""The outermost layer: which names the pages answer to, and the headers that every answer carries.

Guarantee: no answer leaves without the headers, error pages and refusals included, and a page in the reader's browser cannot
reach us under a name of its own (DNS rebinding). It must not look at paths: what a path may do is decided where it is routed.
"""

import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import ConfigurationError

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HTTPS_HEADERS = {"Strict-Transport-Security": "max-age=31536000"}
"""Where the operator says that readers come by https. Other names below this one are not ours to decide on."""
ALWAYS_ALLOWED = ("127.0.0.1", "localhost", "[::1]")

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]{2,45}\]|[a-z0-9_-]+(\.[a-z0-9_-]+)*)\.?(:[0-9]{1,5})?", re.ASCII)


class Guard:
    """Wraps the whole application, its error pages included."""

    def __init__(self, app: ASGIApp, allowed: frozenset[str], *, https: bool = False) -> None:
        self._app = app
        self._allowed = allowed
        self._headers = {**HEADERS, **HTTPS_HEADERS} if https else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                headers.setdefault("Cache-Control", "no-store" if _is_personal(scope) else "no-cache")
            await send(message)

        hosts = Headers(scope=scope).getlist("host")
        if len(hosts) == 1 and host_name(hosts[0]) in self._allowed:
            await self._app(scope, receive, send_guarded)
            return
        refusal = PlainTextResponse("This server does not answer to that name; see TAPEWATCH_ALLOWED_HOSTS.\n", 400)
        await refusal(scope, receive, send_guarded)


def _is_personal(scope: Scope) -> bool:
    """Whether somebody is signed in, whose answers no cache may keep for the next one."""
    asker: object = scope.get("state", {}).get("asker")
    return getattr(asker, "user", None) is not None


def allowed_names(hosts: Iterable[str]) -> frozenset[str]:
    """The names to answer to: these and those of this machine. ConfigurationError for what is no host name."""
    return frozenset(map(_allowed_name, (*ALWAYS_ALLOWED, *filter(None, hosts))))


def _allowed_name(host: str) -> str:
    name = host_name(f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host)
    if not name:
        raise ConfigurationError(
            f"TAPEWATCH_ALLOWED_HOSTS: {host!r} is not a host name; write watch.example.com, without https://"
        )
    return name


def host_name(host: str) -> str:
    """The name in a Host header, lower case, without port and final dot; "" where it is not a plain host."""
    found = _HOST.fullmatch(host.strip().lower())
    return found["name"] if found else ""
