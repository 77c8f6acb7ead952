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
