"""Whether a match becomes an alert: each answer carries the reason that `explain` shows."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """ALERTED: a new alert; SUPPRESSED: told already; BASELINE: history of a source that was just added."""

    ALERTED = "alerted"
    SUPPRESSED = "suppressed"
    BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome and its reason, one sentence."""

    outcome: Outcome
    reason: str


def decide(*, baseline: bool, source: str, told: str | None) -> Verdict:
    """Decide on one match; `told` is the id of the alert that already reported the same happening, if one did."""
    if baseline:
        return Verdict(Outcome.BASELINE, f"{source} was fetched for the first time: what it already held is history, not news")
    if told is not None:
        return Verdict(Outcome.SUPPRESSED, f"a repeat: alert {told} already told of this event")
    return Verdict(Outcome.ALERTED, "first report of this event")
