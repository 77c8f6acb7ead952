"""Durations as people write them in YAML and in settings: `30s`, `5m`, `1h30m`, `2d`, `250ms`."""

import re
from datetime import timedelta

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
LONGEST = timedelta(days=36525)
_PART = re.compile(r"(\d{1,9})(ms|[smhdw])")


def parse_duration(text: str) -> timedelta:
    """Read a duration; ValueError says how one is written."""
    parts = _PART.findall(text.strip())
    if not parts or "".join(number + unit for number, unit in parts) != text.strip():
        raise ValueError(f"{text!r} is not a duration: write {_meant(text) or 'for instance 30s, 5m, 1h30m or 2d'}")
    seconds = sum(int(number) * _UNITS[unit] for number, unit in parts)
    if seconds > LONGEST.total_seconds():  # what is added to a date must stay one
        raise ValueError(f"{text!r} is longer than a hundred years")
    return timedelta(seconds=seconds)


_SPOKEN = re.compile(
    r"(\d{1,9})\s*(?:(s|秒|sec)|(m|分)|(h|小?时|个小时)|(d|天|日)|(w|周))(?:(?<=s)ecs?|ec(?:onds?|s)?|in(?:ute)?s?|ours?|rs?|ays?|eeks?|钟)?"
)


def _meant(text: str) -> str:
    """How `30 minutes` and `3 小时` are written; "" for what is no such thing."""
    found = _SPOKEN.fullmatch(text.strip().casefold())
    if found is None:
        return ""
    number, *units = found.groups()
    return number + next(name for unit, name in zip(units, ("s", "m", "h", "d", "w"), strict=True) if unit)


def format_duration(value: timedelta) -> str:
    """The shortest way to write a duration of whole milliseconds; `0s` for none."""
    rest = round(value.total_seconds() * 1000)
    parts = []
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
