"""Web addresses as text: read strictly, written without secrets.

Guarantee: what `read` returns is plain ASCII, http or https, and can be understood in one way only, so that every reader of it
sees the same host. Messages never hold more of a URL than scheme and host. Nothing is resolved or fetched here.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urljoin

MAX_LENGTH = 2048
_WHOLE = re.compile(r"(https?)://([^/?#]*)([^#]*)", re.IGNORECASE)
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::([0-9]{1,5}))?")
_SURPRISES = re.compile(
    r"[\x00-\x20\x7f-\xa0\\\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ud800-\udfff\ufeff]"
)
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_KEPT = "/?%:@!$&'()*+,;=-._~[]"
_PLAIN = re.compile(r"[A-Za-z0-9/?%:@!$&'()*+,;=._~\[\]-]*")
_DEFAULT_PORT = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class WebUrl:
    """An http or https URL without fragment; `text` is what goes over the wire, `host` is lower case, punycode where needed."""

    text: str
    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> tuple[str, str, int]:
        """Two URLs of one origin may share credentials."""
        return self.scheme, self.host, self.port

    @property
    def shown(self) -> str:
        """Scheme, host and an unusual port: all of a URL that a message may hold, since paths and queries carry tokens."""
        return f"{self.scheme}://{self.host}" + ("" if self.port == _DEFAULT_PORT[self.scheme] else f":{self.port}")


@lru_cache(maxsize=4096)
def read(url: str) -> WebUrl:
    """`url` as a WebUrl. Raises ValueError with a sentence that may be shown."""
    if len(url) > MAX_LENGTH:
        raise ValueError(f"the URL is longer than {MAX_LENGTH:,} characters")
    if _SURPRISES.search(url):
        raise ValueError("the URL holds a backslash, white space or an invisible character")
    whole = _WHOLE.fullmatch(url.partition("#")[0])
    if whole is None:
        raise ValueError("the URL does not start with http:// or https://")
    scheme, authority, rest = whole[1].lower(), whole[2], whole[3]
    if "@" in authority:
        raise ValueError("the URL holds a user name or password; they do not belong there")
    found = _AUTHORITY.fullmatch(_ascii(authority).lower())
    if found is None:
        raise ValueError("the URL names no valid host")
    host, port = found[1], int(found[2] or _DEFAULT_PORT[scheme])
    if not 0 < port < 65536:
        raise ValueError("the URL's port does not lie between 1 and 65535")
    shown_port = "" if port == _DEFAULT_PORT[scheme] else f":{port}"
    path = rest if rest.startswith("/") else f"/{rest}"
    path = path if _PLAIN.fullmatch(path) else quote(path, safe=_KEPT)
    return WebUrl(f"{scheme}://{host}{shown_port}{path}", scheme, host, port)


def resolve(base: WebUrl, reference: str) -> WebUrl:
    """Where `reference`, found at `base`, leads. Raises ValueError with a sentence that may be shown."""
    if _SURPRISES.search(reference):
        raise ValueError("the URL holds a backslash, white space or an invisible character")
    if _ABSOLUTE.match(reference):  # urljoin would take "http:///x" for a path
        return read(reference)
    if reference.startswith("//"):
        return read(f"{base.scheme}:{reference}")
    try:
        joined = urljoin(base.text, reference)
    except ValueError:  # its own message repeats the URL
        raise ValueError("the URL names no valid host") from None
    return read(joined)


def shown(url: str) -> str:
    """What a message may hold of any URL, readable or not."""
    try:
        return read(url).shown
    except ValueError:
        return "the URL"


def _ascii(authority: str) -> str:
    """Punycode for names beyond ASCII; the codec also folds full-width and circled digits, which the address guard then sees."""
    if authority.isascii():
        return authority
    host, colon, port = authority.partition(":")
    try:
        return host.encode("idna").decode("ascii") + colon + port
    except UnicodeError:
        raise ValueError("the URL's host name is not valid") from None
