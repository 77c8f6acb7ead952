"""What a person wants to see before it counts: a source read once, a receiver told of a test.

Guarantee: nothing is stored, and nobody is told but the receiver that was asked for; addresses pass the same guard, and bodies
the same children, as those of the line.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.errors import ConfigurationError, FetchError, NotifyError, ParseError, StorageError
from service.model.alert import Alert
from service.model.delivery import Delivery, Sent
from service.model.event import Event
from service.model.item import Item
from service.model.routing import Receiver
from service.model.rule import Severity
from service.model.source import NotModified, Source, SourceState
from service.model.span import Span
from service.notify import Notifiers
from service.notify.receivers import resolve
from service.pipeline.fired import fire
from service.pipeline.parts import Active, Parts
from service.rules.matcher import match
from service.sources import SOURCES
from service.sources.discovery import feeds_in

SHOWN = 12
"""Items of a source that are shown, the newest."""
WORDS = "a test"
TEXT = f"This is {WORDS} from Tapewatch: if you read it, this receiver works."


@dataclass(frozen=True, slots=True)
class Seen:
    """An item with what would be made of it: its events, and the titles of the alerts it would be."""

    item: Item
    events: Sequence[Event]
    alerts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Looked:
    """A source as it answers now. `feeds` are those that a page named which is no feed itself."""

    items: Sequence[Seen] = ()
    total: int = 0
    warnings: Sequence[str] = ()
    error: str = ""
    feeds: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Tested:
    """What became of a test at one target: `outcome` is sent, unknown or failed."""

    target: str
    outcome: str
    detail: str


class Trials:
    """Bound to the parts of a running process; `secrets` are looked up anew each time."""

    def __init__(self, parts: Parts, active: Callable[[], Active]) -> None:
        self._parts = parts
        self._active = active

    def look(self, source: Source) -> Looked:
        """Fetch and read a source, and say what the rules in force would make of its newest items."""
        adapter = SOURCES[source.kind]
        try:
            fetched = adapter.fetch(source, SourceState(), self._parts.http)
        except FetchError as error:
            return Looked(error=str(error))
        if isinstance(fetched, NotModified):
            return Looked(error="the server answered that nothing changed, though nothing was known")
        try:
            parsed = adapter.parse(source, fetched, self._parts.parse)
        except ParseError as error:
            return Looked(error=str(error), feeds=feeds_in(fetched.body, fetched.url or source.url))
        feeds = () if parsed.items else feeds_in(fetched.body, fetched.url or source.url)
        newest = parsed.items[-SHOWN:][::-1]
        return Looked(self._understood(newest), len(parsed.items), parsed.warnings, feeds=feeds)

    def send_test(self, name: str, key: str) -> Sequence[Tested] | None:
        """Send a test to each target of a receiver; None where there is none of this name. `key` is one that was never used."""
        receiver = self._active().rulebook.routing.receivers.get(name)
        if receiver is None:
            return None
        with self._parts.database.read() as connection:
            now = self._parts.database.now(connection)
        return send_test(self._parts.notifiers, self._parts.secrets, receiver, key, now)

    def _understood(self, items: Sequence[Item]) -> list[Seen]:
        active = self._active()
        with self._parts.database.read() as connection:
            now = self._parts.database.now(connection)
        seen = []
        for item, one in zip(items, active.extractor.extract(items), strict=True):
            matches = match(active.rulebook.rules, item, one.events, now)
            fired = fire(active.rulebook, 0, item, matches, now)
            seen.append(Seen(item, one.events, tuple(dict.fromkeys(hit.alert.title for hit in fired))))
        return seen


def send_test(
    notifiers: Notifiers, secrets: Callable[[str], str | None], receiver: Receiver, key: str, now: datetime
) -> list[Tested]:
    """One clearly marked test alert to each target of a receiver, with the answer of each."""
    told = []
    for target in receiver.targets:
        try:
            outcome = notifiers.send(trial_delivery(receiver.name, target, key, now), resolve(target, secrets))
        except (NotifyError, ConfigurationError, StorageError) as error:
            told.append(Tested(target, "failed", str(error)))
        else:
            told.append(Tested(target, "sent" if isinstance(outcome, Sent) else "unknown", outcome.detail))
    return told


def trial_delivery(receiver: str, target: str, key: str, now: datetime) -> Delivery:
    """A delivery that says of itself that it is a test."""
    start = TEXT.index(WORDS)
    alert = Alert(
        id=key[:16],
        fingerprint=key,
        rule="send-test",
        rule_place="tapewatch send-test",
        severity=Severity.INFO,
        title=f"Test of receiver {receiver}",
        subject="",
        alias="",
        entity=None,
        event_type="",
        excerpt=TEXT,
        marks=(Span(start, start + len(WORDS)),),
        reason="somebody asked for a test of this receiver",
        headline="Test of Tapewatch",
        link="",
        source="send-test",
        publisher="Tapewatch",
        published=now,
        created_at=now,
    )
    return Delivery(0, f"test-{key}", receiver, target, (alert,), 1, now, "")
