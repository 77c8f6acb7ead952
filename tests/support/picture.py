"""Reading PNG pictures: what a browser drew, what a digest shows."""

import struct
import zlib
from dataclasses import dataclass

Pixel = tuple[int, ...]


@dataclass(frozen=True)
class Picture:
    """`rows` of pixels as (red, green, blue) or, with a palette, as their index alone."""

    width: int
    height: int
    rows: tuple[tuple[Pixel, ...], ...]
    palette: tuple[Pixel, ...] = ()
    clear: bytes = b""


def read_png(data: bytes) -> Picture:
    """8 bits a sample, not interlaced: true colour with or without alpha, or a palette."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks: dict[bytes, bytes] = {}
    at = 8
    while at < len(data):
        (size,), kind = struct.unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        content = data[at + 8 : at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0] == zlib.crc32(kind + content)
        chunks[kind] = chunks.get(kind, b"") + content
        at += 12 + size
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, rest) == (8, [0, 0, 0])
    channels = {2: 3, 3: 1, 6: 4}[colour]
    lines = _unfiltered(zlib.decompress(chunks[b"IDAT"]), width * channels, channels)
    assert len(lines) == height
    rows = tuple(tuple(tuple(line[x : x + min(channels, 3)]) for x in range(0, len(line), channels)) for line in lines)
    palette = chunks.get(b"PLTE", b"")
    colours = tuple(tuple(palette[index : index + 3]) for index in range(0, len(palette), 3))
    return Picture(width, height, rows, colours, chunks.get(b"tRNS", b""))


def _unfiltered(raw: bytes, size: int, step: int) -> list[bytearray]:
    lines: list[bytearray] = []
    above = bytearray(size)
    for at in range(0, len(raw), size + 1):
        kind, line = raw[at], bytearray(raw[at + 1 : at + 1 + size])
        for x in range(size):
            left = line[x - step] if x >= step else 0
            corner = above[x - step] if x >= step else 0
            line[x] = (line[x] + _predicted(kind, left, above[x], corner)) & 255
        lines.append(line)
        above = line
    return lines


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 4:
        guess = left + up - corner
        return min((left, up, corner), key=lambda value: abs(guess - value))
    return (0, left, up, (left + up) // 2)[kind]


def luminance(pixel: Pixel) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [value / 255 for value in pixel]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: Pixel, second: Pixel) -> float:
    """Contrast ratio (WCAG 2.2): 1 to 21."""
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)
