"""One item as the stories see it: its features, the facts it asserts, and the happening that it leads with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from service.alerting.novelty import Fact, fact_of
from service.alerting.story_words import LEAD, Features, features
from service.folding import fold
from service.model.event import Event
from service.model.item import Item


@dataclass(frozen=True, slots=True)
class Report:
    """`id` is the item's, `copy` the identity of its text. `lead` is the key of the happening it begins with, "" for none,
    and `day` when that was; `subjects` are all that its events name. `at` is when it was
    published, `came` when it was read."""

    id: str
    at: datetime
    came: datetime
    features: Features
    copy: str = ""
    facts: tuple[Fact, ...] = ()
    subjects: tuple[str, ...] = ()
    lead: str = ""
    day: str = ""
    outlet: str = field(default="", compare=False)


def report_of(
    item: Item,
    events: Sequence[Event],
    parts: Mapping[str, tuple[str, ...]],
    *,
    id: str,
    at: datetime,
    today: date,
) -> Report:
    """`events` are in the order of the text; `parts` the identity fields of each type; `today` stands in for a missing day. It
    came when it was published."""
    found = features(item.title, item.text)
    facts = [(event, fact) for event in events if (fact := fact_of(event, parts, today)) is not None]
    leads = not found.roundup and bool(facts) and facts[0][0].evidence.start < LEAD
    return Report(
        id=id,
        at=at,
        came=at,
        features=found,
        copy=item.content_hash,
        facts=tuple(dict.fromkeys(fact for _, fact in facts)),
        subjects=tuple(dict.fromkeys(event.entity or fold(event.subject).strip() for event, _ in facts)),
        lead=facts[0][1].key if leads else "",
        day=facts[0][1].day if leads else "",
        outlet=item.publisher or item.source,
    )
