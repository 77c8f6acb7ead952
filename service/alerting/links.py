"""The links in a message with which its reader acts on an alert: signed, so that nobody else can write one.

A link only opens a page that asks: what it names is done by whoever confirms there, so a scanner that follows links does nothing.
It says what, to which alert, for which receiver and until when; the signature covers all of it. Source of the construction:
HMAC-SHA-256 (RFC 2104, FIPS 198-1) cut to 128 bits, over a text that no two claims share.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

VALID_FOR = timedelta(days=14)
PATH = "/act/"
"""Where the page that asks stands; the token follows."""
MAX_TOKEN = 2000

_VERSION = "1"
_SIGNATURE_BYTES = 16
_BAD = "this link is not complete, or was changed on its way: use the one in the message"


class Action(StrEnum):
    """What a reader can do with an alert from its message."""

    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    MUTE = "mute"
    NOT_USEFUL = "not-useful"


WORDS = {
    Action.ACKNOWLEDGE: "Acknowledge",
    Action.SNOOZE: "Snooze 1 h",
    Action.MUTE: "Mute rule",
    Action.NOT_USEFUL: "Not useful",
}
"""What a button says."""


class Ended(str):
    """Why there is no claim behind a link that was one of ours."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class LinkClaim:
    """What a link stands for, until `expires` (whole seconds)."""

    action: Action
    alert_id: str
    receiver: str
    expires: datetime


def make_link(claim: LinkClaim, key: bytes) -> str:
    """The token of a claim: safe in a URL, the same for the same claim."""
    text = json.dumps([claim.action.value, claim.alert_id, claim.receiver, int(claim.expires.timestamp())], ensure_ascii=False)
    payload = _encoded(text.encode("utf-8", "replace"))
    return f"{_VERSION}.{payload}.{_signature(payload, key)}"


def read_link(token: str, key: bytes, now: datetime) -> LinkClaim | str:
    """The claim behind a token that was signed with `key`, or one sentence on why there is none (`Ended`: any more)."""
    version, _, rest = token[:MAX_TOKEN].partition(".")
    payload, _, signature = rest.partition(".")
    if version != _VERSION or not hmac.compare_digest(signature.encode("utf-8", "replace"), _signature(payload, key).encode()):
        return _BAD
    try:
        action, alert_id, receiver, expires = json.loads(_decoded(payload))
        claim = LinkClaim(Action(action), alert_id, receiver, datetime.fromtimestamp(expires, UTC))
    except (ValueError, TypeError):
        return _BAD  # signed by us, but by another version
    if now >= claim.expires:
        return Ended(f"this link ended on {claim.expires:%Y-%m-%d}: links in messages hold for {VALID_FOR.days} days")
    return claim


def _signature(payload: str, key: bytes) -> str:
    signed = f"tapewatch link {_VERSION} {payload}".encode("utf-8", "replace")
    return _encoded(hmac.new(key, signed, hashlib.sha256).digest()[:_SIGNATURE_BYTES])


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
