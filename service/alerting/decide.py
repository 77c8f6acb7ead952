"""Whether a match becomes an alert: each answer carries the reason that `explain` shows."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """ALERTED: a new alert; SUPPRESSED: told already, silenced, inhibited, or cooling down; BASELINE: history of a source
    that was just added; COUNTED: remembered, but the rule waits for more."""

    ALERTED = "alerted"
    SUPPRESSED = "suppressed"
    BASELINE = "baseline"
    COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome and its reason, one sentence."""

    outcome: Outcome
    reason: str


def decide(
    *, baseline: bool, source: str, told: str | None, counted: str | None = None, story: str = "", follows: str = ""
) -> Verdict:
    """Decide on one match; `told` is the id of the alert that already reported the same happening, if one did; `counted` is what
    a window says that does not fire; `follows` is the alert that the match is an update of."""
    if baseline:
        return Verdict(Outcome.BASELINE, f"{source} was fetched for the first time: what it already held is history, not news")
    if counted is not None:
        return Verdict(Outcome.COUNTED, counted)
    if told is not None:
        return Verdict(Outcome.SUPPRESSED, f"a repeat of alert {told}{f' (story {story})' if story else ''}")
    if follows:
        return Verdict(Outcome.ALERTED, f"an update of alert {follows}{f' (story {story})' if story else ''}")
    return Verdict(Outcome.ALERTED, "first report of this event")
