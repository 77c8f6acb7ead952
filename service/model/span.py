"""Places in a text."""

from typing import NamedTuple


class Span(NamedTuple):
    """Half-open character range `[start, end)` of an item's document."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The words this span covers."""
        return text[self.start : self.end]
