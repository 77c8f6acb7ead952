"""Whether an English clause tells of an old year: "went public in 2019", "fell 60 % three years ago".

Guarantee: only a year that is named counts, against the day the item was published; unknown days make nothing old.
It must not know event types.
"""

import re

from service.events.reading import Reading
from service.model.span import Span

_YEAR = re.compile(
    r"(?<![a-z])(?<!since )(?<!until )(?:in|of|during|between|back in|by end) (?:(?:early|late|mid|mid-|the|"
    r"[a-z]{3,9}\.?) )?(?P<year>(?:19|20)\d\d)(?!\d|[.,]\d)"
)
_AGO = re.compile(
    r"(?<![a-z])(?<!from )(?<!than )(?<!since )(?:(?:[a-z]+|\d+) months|(?:two|three|four|five|six|seven|ten|\d+|"
    r"several|many|a few) years|(?:a|one) decade|decades) (?:ago|earlier|before|prior)(?![a-z])"
)
_REACH = 60
_NEW_YEAR = 1
"""Until the end of this month the year before is no history yet."""


def is_past(reading: Reading, evidence: Span, clause: Span) -> bool:
    """Whether the words around the evidence, in the same clause, set it in a year that is over."""
    published = reading.published
    stop = min(clause.end, evidence.end + _REACH)
    match = _YEAR.search(reading.folded, evidence.start, stop)
    if match is not None and published is not None:
        year = int(match["year"])
        return year < published.year - 1 or (year == published.year - 1 and published.month > _NEW_YEAR)
    opened = _AGO.search(reading.folded, clause.start, evidence.start)
    return (opened or _AGO.search(reading.folded, evidence.end, stop)) is not None
