"""The rulebook in force, as far as pages name it; made once for each rulebook, not for each request."""

from collections.abc import Callable

from service.rulebook import Rulebook
from service.rulefiles import place_of
from service.rulefolder import Texts, read_folder
from service.web.context import InForce


class Current:
    """Called at each request."""

    def __init__(self, current: Callable[[], Rulebook]) -> None:
        self._current = current
        self._shipped = {place_of(name): text for name, text in read_folder(None).items()}
        self._made: tuple[Rulebook, InForce] | None = None

    def __call__(self) -> InForce:
        """What is in force now."""
        book, made = self._current(), self._made
        if made is None or made[0] is not book:
            own = own_places(book.texts, self._shipped)
            force = InForce(book.rules.rules, book.sources, book.version, book.rules, book.catalog, own)
            self._made = made = book, force
        return made[1]


def own_places(texts: Texts, shipped: Texts) -> frozenset[str]:
    """The files that the shipped pack does not have, or has otherwise, by their place in the folder."""
    placed = ((place_of(name), text) for name, text in texts.items())
    return frozenset(place for place, text in placed if shipped.get(place) != text)
