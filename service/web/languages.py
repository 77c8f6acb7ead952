"""Who asks in which language and on which clock: a layer around the pages that reads it from the request, and the address that
a reader chooses a language at.

Guarantee: a cookie that names no language or zone there is counts as none. Must not believe that a path to go back to is ours.
"""

import re
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.web.access import anyone
from service.web.i18n import LANGUAGES, Reader, negotiated, reading, zones

LANGUAGE = "lang"
ZONE = "zone"
YEAR = 365 * 24 * 60 * 60

_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,1999}")


class Languages:
    """Sets the reader of each request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        zones()  # so that the first reader does not wait for the list

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        reading(reader_of(Headers(scope=scope)))

        async def send_varied(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.add_vary_header("Accept-Language")
                    headers.add_vary_header("Cookie")
            await send(message)

        await self._app(scope, receive, send_varied)


def reader_of(headers: Headers) -> Reader:
    """Whom a request comes from: the language chosen before the one that the browser asks for."""
    cookies = cookie_parser(headers.get("cookie", ""))
    chosen = cookies.get(LANGUAGE, "")
    zone = cookies.get(ZONE, "").replace("%2F", "/")
    language = chosen if chosen in LANGUAGES else negotiated(headers.get("accept-language", ""))
    return Reader(language, zone if zone in zones() else "")


def router() -> APIRouter:
    """The address that the switch of the pages sends to; choosing a language changes nothing but the cookie, so anybody may."""
    routes = APIRouter()

    @routes.post("/language", dependencies=[anyone()])
    def choose(lang: Annotated[str, Form(max_length=10)], back: Annotated[str, Form(max_length=2000)] = "/") -> RedirectResponse:
        answer = RedirectResponse(local_path(back), 303)
        if lang in LANGUAGES:
            answer.set_cookie(LANGUAGE, lang, max_age=YEAR, httponly=True, samesite="lax")
        return answer

    return routes


def local_path(path: str) -> str:
    """The path if it is one of this server, else the first page."""
    return path if _PATH.fullmatch(path) else "/"
