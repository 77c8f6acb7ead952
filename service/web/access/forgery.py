"""Whether a change was asked for by a page of ours: other sites can make a reader's browser send a form, with its cookies.

Guarantee: a method that may change something passes only if the browser says that it comes from here (Sec-Fetch-Site, else
Origin), or, from a browser that says neither, if the form carries the token that our page gave it. A program that shows a token
and no cookie is no browser and cannot be misled.
"""

import hashlib
import hmac
import secrets
from enum import Enum
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from markupsafe import Markup

from service.web.access.asker import Asker, current
from service.web.i18n import N_
from service.web.i18n import gettext as _

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
FIELD = "csrf"
HEADER = "x-csrf-token"
DETAIL = N_("This form was not sent from a page of this server. Load the page again and repeat what you did.")


class Origin(Enum):
    """Where the browser says that the request was made."""

    OURS = "ours"
    FOREIGN = "foreign"
    UNSAID = "unsaid"


def said_origin(fetch_site: str | None, origin: str | None, host: str) -> Origin:
    """What these headers mean for a request to `host`. Pure."""
    if fetch_site is not None:
        return Origin.OURS if fetch_site in ("same-origin", "none") else Origin.FOREIGN
    if origin is not None:
        return Origin.OURS if _host_of(origin) == host.strip().lower() != "" else Origin.FOREIGN
    return Origin.UNSAID


def form_token(key: bytes, anchor: str) -> str:
    """The token of the forms of one session, or of one browser without a session."""
    return hmac.new(key, f"form:{anchor}".encode(), hashlib.sha256).hexdigest() if anchor else ""


def csrf() -> Markup:
    """For templates: the hidden field that every form carries."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, masked(current().form_token))


def masked(token: str) -> str:
    """The token behind a mask that is new each time: pages are compressed, and how well must not tell of it (BREACH)."""
    mask = secrets.token_bytes(len(token) // 2)
    return mask.hex() + _crossed(mask, bytes.fromhex(token)).hex()


def unmasked(shown: str) -> str:
    """What was masked; "" for what never was."""
    try:
        both = bytes.fromhex(shown)
    except ValueError:
        return ""
    return _crossed(both[: len(both) // 2], both[len(both) // 2 :]).hex()


def _crossed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=False))


async def require_own_page(request: Request, asker: Asker) -> None:
    """Raise the refusal of a change that no page of ours asked for."""
    if request.method in SAFE or (asker.by_token and not request.cookies):
        return
    headers = request.headers
    said = said_origin(headers.get("sec-fetch-site"), headers.get("origin"), headers.get("host", ""))
    if said is Origin.FOREIGN or (said is Origin.UNSAID and not await _shows_token(request, asker.form_token)):
        raise HTTPException(403, _(DETAIL))


async def _shows_token(request: Request, expected: str) -> bool:
    if not expected:
        return False
    shown = request.headers.get(HEADER, "")
    if not shown and request.headers.get("content-type", "").startswith(("application/x-www-form-urlencoded", "multipart/")):
        found = (await request.form()).get(FIELD, "")
        shown = found if isinstance(found, str) else ""
    return hmac.compare_digest(unmasked(shown), expected)


def _host_of(origin: str) -> str:
    try:
        parts = urlsplit(origin.strip().lower())
        default = {"http": 80, "https": 443}.get(parts.scheme)
        port = parts.port
    except ValueError:
        return ""
    if default is None or parts.path or parts.query or parts.fragment or parts.username is not None:
        return ""
    name = parts.hostname or ""
    name = f"[{name}]" if ":" in name else name
    return name if port in (None, default) else f"{name}:{port}"
