"""What became of a stored item and why: read once, and shown alike by commands, API and pages.

Guarantee: the events are those that were stored, the decisions those that were made; the rules are those in force now, which
`explained_by` names. It must not write.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from service.model.event import Event
from service.rules.explain import Verdict, explain
from service.rules.ruleset import RuleSet
from service.storage import decisions, items
from service.storage.decisions import Decision
from service.storage.items import StoredItem

DISPOSITIONS = {
    "evaluated": "taken as news and held against the rules",
    "baseline": "history: it was there when its source was fetched for the first time, so it was stored and never alerted",
    "noted": "not news: written down when a rule noticed that something did not happen",
}


@dataclass(frozen=True, slots=True)
class Why:
    """An item with all that is known of it."""

    stored: StoredItem
    events: Sequence[Event]
    decided: Sequence[Decision]
    verdicts: Sequence[Verdict]
    explained_by: str

    def as_json(self) -> dict[str, object]:
        """The form that commands and API share."""
        return {
            "item": self.stored.id,
            "disposition": self.stored.disposition,
            "rules_version": self.stored.rules_version,
            "decisions": [
                {"rule": one.rule, "outcome": one.outcome, "reason": one.reason, "alert": one.alert_id} for one in self.decided
            ],
            "explained_by": self.explained_by,
            "rules": [verdict.as_json() for verdict in self.verdicts],
        }


def why(connection: Connection, number: int, rules: RuleSet | None, version: str, *, all_rules: bool = False) -> Why | None:
    """The item with this number, explained by `rules` of this version; None if it is not there."""
    stored = items.get(connection, number)
    if stored is None:
        return None
    events = items.events_of(connection, number)
    verdicts = explain(rules, stored.item, events, stored.fetched_at, all_rules=all_rules) if rules else ()
    return Why(stored, events, decisions.of_item(connection, number), verdicts, version)
