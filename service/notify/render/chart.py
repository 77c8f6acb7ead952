"""A small picture of a digest: its alerts over time, stacked by severity, as a PNG and as a line of text.

The gravest stand on the ground, where columns can be compared. Written with zlib alone: columns of whole pixels need no drawing
library. It holds no words (they stand around it, as text), and its ground is transparent, so that it suits light and dark mail.
Pure; the same alerts make the same bytes.
"""

import struct
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from service.model.alert import Alert
from service.model.rule import Severity

WIDTH, HEIGHT = 1140, 144
"""Twice the size at which it is shown."""
COLUMNS = 38
COLOURS = {
    Severity.INFO: (0x7B, 0x87, 0x94),
    Severity.LOW: (0x3F, 0x7E, 0xE0),
    Severity.MEDIUM: (0xA8, 0x7C, 0x0F),
    Severity.HIGH: (0xD9, 0x6A, 0x1B),
    Severity.CRITICAL: (0xDB, 0x4A, 0x3E),
}
"""Those of the mail, toned so that each can be told from a light and from a dark ground."""

_GAP = 8
_BARS = " ▁▂▃▄▅▆▇█"
_CLEAR, _BASE = 0, len(Severity) + 1
_GROUND = (0x98, 0xA2, 0xAE)


@dataclass(frozen=True, slots=True)
class Timeline:
    """How many alerts of each severity were made in each of COLUMNS equal parts of the time from `since` to `until`."""

    since: datetime
    until: datetime
    columns: tuple[Counter[Severity], ...]

    @property
    def totals(self) -> list[int]:
        """The alerts in each column."""
        return [sum(column.values()) for column in self.columns]

    def begins(self, column: int) -> datetime:
        """When a column begins."""
        return self.since + (self.until - self.since) * column / COLUMNS


def timeline(alerts: Sequence[Alert], since: datetime, until: datetime) -> Timeline:
    """Alerts from before or after stand in the first or the last column: none is left out."""
    columns: tuple[Counter[Severity], ...] = tuple(Counter() for _ in range(COLUMNS))
    whole = max((until - since).total_seconds(), 1.0)
    for alert in alerts:
        place = int((alert.created_at - since).total_seconds() / whole * COLUMNS)
        columns[min(max(place, 0), COLUMNS - 1)][alert.severity] += 1
    return Timeline(since, until, columns)


def in_text(line: Timeline) -> str:
    """The columns, two and two, as one line of block characters."""
    totals = [sum(line.totals[at : at + 2]) for at in range(0, COLUMNS, 2)]
    most = max(totals)
    return "".join(_BARS[-(-total * (len(_BARS) - 1) // most)] if total else "·" for total in totals)


def described(line: Timeline) -> str:
    """What the picture shows, in words."""
    totals = line.totals
    most = max(totals)
    if not most:
        return "no alerts over time"
    peak = totals.index(most)
    begins, ends = (f"{line.begins(at).astimezone(UTC):%H:%M}" for at in (peak, peak + 1))
    return f"{sum(totals)} alerts over time; the most, {most}, between {begins} and {ends} UTC"


def picture(line: Timeline) -> bytes:
    """The columns as a PNG with a palette."""
    most = max(max(line.totals), 1)
    slot = WIDTH // COLUMNS
    rows = [bytearray(WIDTH) for _ in range(HEIGHT)]
    for number, column in enumerate(line.columns):
        start, bottom = number * slot + _GAP // 2, HEIGHT - 4
        told = 0
        for level, severity in enumerate(reversed(Severity), start=1):
            told += column[severity]
            top = HEIGHT - 4 - told * (HEIGHT - 8) // most
            for y in range(top, bottom):
                rows[y][start : start + slot - _GAP] = bytes([level]) * (slot - _GAP)
            bottom = min(bottom, top)
    for y in (HEIGHT - 2, HEIGHT - 1):
        rows[y][:] = bytes([_BASE]) * WIDTH
    palette = [(0, 0, 0), *(COLOURS[severity] for severity in reversed(Severity)), _GROUND]
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", b"".join(map(bytes, palette))),
            _chunk(b"tRNS", bytes([_CLEAR])),
            _chunk(b"IDAT", zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
