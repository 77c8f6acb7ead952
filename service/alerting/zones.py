"""Names of time zones, as people write them in files."""

import difflib
from functools import cache
from zoneinfo import available_timezones

ALIKE = 0.85
"""Asia/Beijing, which there is not, is not alike enough to Asia/Brunei."""


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())  # it walks through the zone files each time


def zone_name(text: str) -> str:
    """The name, if a zone has it; ValueError says how one is written, and which was perhaps meant."""
    if text not in _known():
        near = difflib.get_close_matches(text, _known(), n=1, cutoff=ALIKE)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        raise ValueError(f"`{text}` is no time zone: write for instance Asia/Shanghai{hint}")
    return text
