"""Understanding items in killable child processes: a text that is made to hang the grammar costs one child and one item.

The children hold the compiled vocabulary and never see the database, a secret or the network. What they answer is data (JSON),
turned back into events here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from service.child import ChildPool
from service.errors import ChildError
from service.events.extract import extract
from service.model.event import Event, Status
from service.model.item import Item
from service.model.span import Span
from service.rulefolder import Texts
from service.words import load_words, telling

BATCH = 50
"""Items handed to a child at once; the time limit is for a whole batch."""
TIMEOUT = 20.0
MEMORY = 1 << 30


@dataclass(frozen=True, slots=True)
class Understood:
    """The events of one item that count, and those it denies; `note` says when the item could not be understood."""

    events: tuple[Event, ...]
    note: str = ""
    denied: tuple[Event, ...] = ()

    @property
    def told(self) -> tuple[Event, ...]:
        """All that stories know, in the order of the text."""
        return tuple(sorted((*self.events, *self.denied), key=lambda event: event.evidence.start))


class Extractor(Protocol):
    """Items in, their events out, in the same order; never raises for what an item says."""

    def extract(self, items: Sequence[Item]) -> list[Understood]:
        """One answer for each item."""
        ...

    def close(self) -> None:
        """Give back what is held."""
        ...


class ChildExtractor:
    """The extractor of the running service."""

    def __init__(self, vocabulary: Texts, *, size: int = 1) -> None:
        words = {name: text.decode("utf-8", "replace") for name, text in vocabulary.items()}
        self._pool = ChildPool(
            "service.extraction:handler", size=size, timeout=TIMEOUT, memory_bytes=MEMORY, init={"words": words}
        )

    def extract(self, items: Sequence[Item]) -> list[Understood]:
        """Batch by batch; a batch that fails is tried item by item, so that only the item to blame goes without events."""
        answers: list[Understood] = []
        for start in range(0, len(items), BATCH):
            answers += self._batch(items[start : start + BATCH])
        return answers

    def _batch(self, items: Sequence[Item]) -> list[Understood]:
        try:
            answer = self._pool.call({"items": [_item_to_json(item) for item in items]})
        except ChildError as error:
            if len(items) == 1:
                return [Understood((), f"not understood: {error}")]
            return [one for item in items for one in self._batch([item])]
        return [understood(tuple(event_from_json(event) for event in events)) for events in answer["events"]]

    def close(self) -> None:
        """Stop the children."""
        self._pool.close()


def handler(init: Mapping[str, Any]) -> Callable[[Mapping[str, Any], bytes], dict[str, Any]]:
    """Runs in the child: compile once, then answer batches."""
    lexicon = load_words({name: text.encode() for name, text in init["words"].items()})

    def answer(meta: Mapping[str, Any], _body: bytes) -> dict[str, Any]:
        items = [_item_from_json(item) for item in meta["items"]]
        return {"events": [[event_to_json(event) for event in telling(lexicon, extract(item, lexicon))] for item in items]}

    return answer


def understood(told: Sequence[Event]) -> Understood:
    """What rules may see, apart from what is denied."""
    return Understood(
        tuple(event for event in told if event.status is not Status.DENIED),
        denied=tuple(event for event in told if event.status is Status.DENIED),
    )


def _item_to_json(item: Item) -> dict[str, Any]:
    published = item.published.isoformat() if item.published else None
    return {"title": item.title, "text": item.text, "language": item.language, "published": published}


def _item_from_json(data: Mapping[str, Any]) -> Item:
    published = datetime.fromisoformat(data["published"]) if data["published"] else None
    return Item("", "", data["title"], data["text"], published=published, language=data["language"])


def event_to_json(event: Event) -> dict[str, Any]:
    """All of an event as JSON values."""
    return {
        "type": event.type,
        "subject": event.subject,
        "evidence": list(event.evidence),
        "trigger": list(event.trigger),
        "status": event.status.value,
        "entity": event.entity,
        "alias": event.alias,
        "subject_span": list(event.subject_span) if event.subject_span else None,
        "day": event.day.isoformat() if event.day else None,
        "fields": dict(event.fields),
        "entry": event.entry,
    }


def event_from_json(data: Mapping[str, Any]) -> Event:
    """The inverse of event_to_json."""
    return Event(
        type=data["type"],
        subject=data["subject"],
        evidence=Span(*data["evidence"]),
        trigger=Span(*data["trigger"]),
        status=Status(data["status"]),
        entity=data["entity"],
        alias=data["alias"],
        subject_span=Span(*data["subject_span"]) if data["subject_span"] else None,
        day=date.fromisoformat(data["day"]) if data["day"] else None,
        fields=data["fields"],
        entry=data["entry"],
    )
