"""What a resolved target URL means, as data; Apprise reads it in a child process.

Guarantee: importing this is cheap (no Apprise here), a URL that hangs Apprise's parser is killed after READ_SECONDS, and neither
`repr` nor an error shows a secret. One reader serves the process: it is a function of the URL, its child starts with the first
URL that needs one and ends with the process.
"""

import atexit
import base64
import binascii
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from threading import Lock
from typing import Any
from urllib.parse import unquote

from service import urls
from service.child import ChildPool
from service.errors import ChildError, ConfigurationError

CHILD = "service.notify.apprise_child:handler"
READ_SECONDS = 10.0
MEMORY_BYTES = 1 << 30
KEPT = 256
INBOX = "inbox://"
WEBHOOK = "webhook+"
"""What a webhook's scheme begins with; http:// or https:// follows."""
LEAST_SECRET = 16
"""Bytes below which a signing secret can be guessed."""


@dataclass(frozen=True, slots=True)
class MailTarget:
    """`mode` is "starttls", "ssl" or "insecure" (plain); `recipients` and the sender are (name, address)."""

    host: str
    port: int
    mode: str
    verify: bool
    user: str
    password: str = field(repr=False)
    sender: tuple[str, str]
    recipients: tuple[tuple[str, str], ...]
    reply_to: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SlackTarget:
    """`mode` is "hook" or "gov-hook" with the three tokens of a webhook, or "bot" with one."""

    mode: str
    tokens: tuple[str, ...] = field(repr=False)
    channels: tuple[str, ...] = ()
    username: str = ""


@dataclass(frozen=True, slots=True)
class AppriseTarget:
    """A service that Apprise carries; the URL itself says the rest."""

    service: str


@dataclass(frozen=True, slots=True)
class InboxTarget:
    """Our own page."""


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """An address that takes signed events; each of `secrets` makes a signature (two while one is rotated)."""

    url: urls.WebUrl = field(repr=False)
    secrets: tuple[bytes, ...] = field(repr=False)


Target = MailTarget | SlackTarget | WebhookTarget | AppriseTarget | InboxTarget


class TargetReader:
    """Reads URLs and remembers the last KEPT answers. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pool: ChildPool | None = None
        self._known: OrderedDict[str, Mapping[str, Any]] = OrderedDict()

    def describe(self, url: str) -> Mapping[str, Any]:
        """The child's answer: `kind` and its fields, or `problem`; see apprise_child.read."""
        with self._lock:
            if (known := self._known.get(url)) is not None:
                self._known.move_to_end(url)
                return known
            self._pool = self._pool or ChildPool(CHILD, 1, READ_SECONDS, MEMORY_BYTES)
            pool = self._pool
        try:
            answer = pool.call({"do": "read", "url": url})
        except ChildError:
            return {"problem": "the URL could not be read: Apprise failed on it or took too long"}
        with self._lock:
            self._known[url] = answer
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return answer

    def close(self) -> None:
        """End the child; a later URL starts a new one."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()


READER = TargetReader()
atexit.register(READER.close)


def read_target(url: str) -> Target:
    """The target behind a resolved URL. Raises ConfigurationError that shows nothing of the URL but its scheme."""
    if url == INBOX:
        return InboxTarget()
    if url.lower().startswith(WEBHOOK):
        return _webhook(url)
    answer = READER.describe(url)
    if "problem" in answer:
        raise ConfigurationError(
            f"the {url.partition('://')[0][:30]}:// target cannot be used: its URL is not complete or not valid"
        )
    return _BUILDERS[answer["kind"]](answer)


@lru_cache(maxsize=KEPT)
def _webhook(url: str) -> WebhookTarget:
    """webhook+https://SECRET@host/path?query: what follows the host is the receiver's and stays as it is."""
    scheme, _, rest = url.partition("://")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    secret, _, host = authority.rpartition("@")
    try:
        address = urls.read(f"{scheme[len(WEBHOOK) :]}://{host}{rest[len(authority) :]}")
    except ValueError as error:
        raise ConfigurationError(f"the webhook target cannot be used: {error}") from None
    secrets = tuple(_signing_key(each) for each in unquote(secret).split())
    if not secrets:
        raise ConfigurationError(
            f"the webhook target has no signing secret: write {WEBHOOK}https://${{WEBHOOK_SECRET}}@host/path"
        )
    return WebhookTarget(address, secrets)


def _signing_key(secret: str) -> bytes:
    """The bytes of a secret: base64 behind `whsec_`, else the text itself."""
    try:
        key = base64.b64decode(secret[6:], validate=True) if secret.startswith("whsec_") else secret.encode("utf-8")
    except (binascii.Error, ValueError):
        raise ConfigurationError("the webhook's signing secret begins with whsec_ but is not base64 behind it") from None
    if len(key) < LEAST_SECRET:
        raise ConfigurationError(f"the webhook's signing secret is shorter than {LEAST_SECRET} bytes")
    return key


def _mail(answer: Mapping[str, Any]) -> MailTarget:
    return MailTarget(
        host=answer["host"],
        port=int(answer["port"]),
        mode=_mode(answer),
        verify=answer["verify"],
        user=answer["user"],
        password=answer["password"],
        sender=(answer["sender"][0] or "Tapewatch", answer["sender"][1]),
        recipients=tuple((name, address) for name, address in answer["recipients"]),
        reply_to=tuple(answer["reply_to"]),
        headers=tuple(answer["headers"].items()),
    )


def _mode(answer: Mapping[str, Any]) -> str:
    """Plain mailto:// with a password means TLS all the same: only a written mode=insecure sends a password in the clear."""
    plain = answer["mode"] == "insecure" and not answer["explicit_mode"]
    if plain and answer["password"] and not _is_loopback(answer["host"]):
        return "starttls"
    return str(answer["mode"])


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _slack(answer: Mapping[str, Any]) -> SlackTarget:
    return SlackTarget(answer["mode"], tuple(answer["tokens"]), tuple(answer["channels"]), answer["username"])


def _apprise(answer: Mapping[str, Any]) -> AppriseTarget:
    return AppriseTarget(answer["service"])


_BUILDERS: Mapping[str, Callable[[Mapping[str, Any]], Target]] = {"email": _mail, "slack": _slack, "apprise": _apprise}
