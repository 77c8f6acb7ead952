"""What people have asked not to be told."""

from dataclasses import dataclass
from datetime import datetime

from service.model.routing import Matcher


@dataclass(frozen=True, slots=True)
class Silence:
    """From `since` until `until` nobody is told of alerts for which all `matchers` hold. `by` asked for it, `why` says why;
    `ended_by` ended it before its time."""

    number: int
    matchers: tuple[Matcher, ...]
    since: datetime
    until: datetime
    by: str
    why: str
    ended_by: str = ""

    def as_json(self, now: datetime) -> dict[str, object]:
        """The form that commands and API share."""
        return {
            "number": self.number,
            "matchers": [{"label": each.label, "op": each.op, "value": each.value} for each in self.matchers],
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "by": self.by,
            "why": self.why,
            "ended_by": self.ended_by,
            "in_force": self.since <= now < self.until,
        }
