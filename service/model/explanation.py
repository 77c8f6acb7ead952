"""Why something did or did not happen: one tree that the command line, the page and the API show alike."""

from dataclasses import dataclass

from service.model.span import Span


@dataclass(frozen=True, slots=True)
class Explanation:
    """One predicate: what it asked (`what`), where it is written (`place`), whether it held, and with or for lack of what.

    `spans` are the words in the item's document that decided it.
    """

    what: str
    held: bool
    detail: str = ""
    place: str = ""
    spans: tuple[Span, ...] = ()
    children: tuple["Explanation", ...] = ()

    @property
    def near(self) -> bool:
        """Whether at least something in it held."""
        return self.held or any(child.near for child in self.children)

    @property
    def nearness(self) -> float:
        """How near it came to holding: the share of what it is made of that holds."""
        if not self.children:
            return 1.0 if self.held else 0.0
        return sum(child.nearness for child in self.children) / len(self.children)

    def as_json(self) -> dict[str, object]:
        """The form that commands and API share."""
        return {
            "what": self.what,
            "held": self.held,
            "detail": self.detail,
            "place": self.place,
            "spans": [list(span) for span in self.spans],
            "children": [child.as_json() for child in self.children],
        }
