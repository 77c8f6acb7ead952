"""Whether a match becomes an alert: each answer carries the reason that `explain` shows."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """ALERTED: a new alert; SUPPRESSED: told already; BASELINE: history of a source that was just added; COUNTED: remembered, but
    the rule waits for more."""

    ALERTED = "alerted"
    SUPPRESSED = "suppressed"
    BASELINE = "baseline"
    COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome and its reason, one sentence."""

    outcome: Outcome
    reason: str


def decide(*, baseline: bool, source: str, told: str | None, counted: str | None = None) -> Verdict:
    """Decide on one match; `told` is the id of the alert that already reported the same happening, if one did; `counted` is what
    a window says that does not fire."""
    if baseline:
        return Verdict(Outcome.BASELINE, f"{source} was fetched for the first time: what it already held is history, not news")
    if counted is not None:
        return Verdict(Outcome.COUNTED, counted)
    if told is not None:
        return Verdict(Outcome.SUPPRESSED, f"a repeat: alert {told} already told of this event")
    return Verdict(Outcome.ALERTED, "first report of this event")
