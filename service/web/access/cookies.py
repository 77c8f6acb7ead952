"""The cookies: the session, and what binds the form of a reader who has none yet.

Guarantee: no script reads them, no other site sends them with a change, and over https no other host or path can set them.
"""

import secrets

from fastapi import Request, Response

SESSION = "tapewatch"
FORM = "tapewatch-form"
HOST_PREFIX = "__Host-"


def new_secret() -> str:
    """256 bits that nobody can guess."""
    return secrets.token_urlsafe(32)


def read(request: Request, name: str, *, https: bool) -> str:
    """The cookie's value or ""."""
    return request.cookies.get(_full(name, https), "")


def write(response: Response, name: str, value: str, *, https: bool, seconds: int) -> None:
    """Set a cookie."""
    response.set_cookie(_full(name, https), value, max_age=seconds, path="/", secure=https, httponly=True, samesite="lax")


def remove(response: Response, name: str, *, https: bool) -> None:
    """Take a cookie away."""
    response.delete_cookie(_full(name, https), path="/", secure=https, httponly=True, samesite="lax")


def _full(name: str, https: bool) -> str:
    return f"{HOST_PREFIX}{name}" if https else name
