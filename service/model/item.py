"""One published piece of news."""

import hashlib
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Item:
    """A news item as plain text (no markup, no NUL, no lone surrogates), as a source or a push delivered it.

    `guid` is stable within `source`; `published` is aware or unknown; `language` is "en", "zh" or "" (unknown).
    """

    source: str
    guid: str
    title: str
    text: str
    link: str = ""
    published: datetime | None = None
    publisher: str = ""
    language: str = ""

    @property
    def document(self) -> str:
        """The text that events are looked for in and that every span counts in: the title, a line feed, the text.

        A text that already begins with its title (wires do that) stands alone.
        """
        if not self.title or self.text.startswith(self.title):
            return self.text
        return f"{self.title}\n{self.text}" if self.text else self.title

    @property
    def content_hash(self) -> str:
        """Identity of what the item says, whatever its guid: hex SHA-256 of title and text with white space folded."""
        folded = " ".join(f"{self.title}\n{self.text}".split())
        return hashlib.sha256(folded.encode("utf-8", "replace")).hexdigest()
