"""Where news comes from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from service.model.item import Item


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of sources.yaml. `kind` names an adapter in SOURCES, `options` are the adapter's own, already validated."""

    id: str
    kind: str
    url: str = ""
    interval: timedelta = timedelta(minutes=1)
    publisher: str = ""
    language: str = ""
    baseline: bool = True
    """Whether the items of the first successful fetch are history (stored, never alerted)."""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """What the per-host limit counts by: the URL's host, or the kind."""
        return self.url.split("://", 1)[-1].split("/", 1)[0].rsplit("@", 1)[-1].lower() or self.kind


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered between fetches: validators for a conditional GET, and the failures in a row."""

    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    failures: int = 0
    baselined: bool = False


@dataclass(frozen=True, slots=True)
class Fetched:
    """A body that differs from the last one, with the validators to send next time."""

    body: bytes
    content_type: str = ""
    url: str = ""
    etag: str = ""
    last_modified: str = ""

    @property
    def body_hash(self) -> str:
        """Identity of the body, for servers that know no validators: hex SHA-256."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server said, or the body's hash shows, that nothing changed."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The items of a body, oldest first, and what was cut or odd, for the person who looks at the source."""

    items: tuple[Item, ...]
    warnings: tuple[str, ...] = ()
