"""What the text conditions share: where words stand in an item, and how that is told."""

from collections.abc import Iterable
from typing import Literal

from service.model.explanation import Explanation
from service.model.rule import Evidence
from service.model.span import Span
from service.rules.condition import Condition, Context, Keys, shown
from service.rules.conditions.words import Words
from service.rules.rarity import alternatives, together
from service.rules.reading import Reading

Area = Literal["title", "text", "both"]


MANY = 100
"""Places of one word that are shown as evidence; a text that repeats a word more often is no better understood by more."""


def stands(reading: Reading, words: Iterable[Words], area: Area) -> bool:
    """Whether at least one of `words` stands in an item."""
    known = reading.standing[area]
    for one in words:
        found = known.get(one.asked)
        if found is None:
            found = known[one.asked] = bool(one.find(reading, reading.areas[area], 1))
        if found:
            return True
    return False


def lacks(reading: Reading, words: Iterable[Words], area: Area) -> bool:
    """Whether at least one of `words` does not."""
    known = reading.standing[area]
    for one in words:
        found = known.get(one.asked)
        if found is None:
            found = known[one.asked] = bool(one.find(reading, reading.areas[area], 1))
        if not found:
            return True
    return False


def places(reading: Reading, words: Iterable[Words], area: Area, most: int = MANY) -> tuple[Span, ...]:
    """The first places of every one of `words`, each once and in the order of the text."""
    return in_order(span for one in words for span in _places_of(reading, one, area, most))


def _places_of(reading: Reading, words: Words, area: Area, most: int) -> tuple[Span, ...]:
    """Looked for once, however many rules ask for them."""
    asked = (words.asked, area, most)
    found = reading.places.get(asked)
    if found is None:
        found = reading.places[asked] = words.find(reading, reading.areas[area], most)
    return found


def in_order(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Each place once, in the order of the text."""
    return tuple(sorted(set(spans)))


def seen(reading: Reading, spans: Iterable[Span], what: str) -> tuple[Evidence, ...]:
    """Places, each once and in the order of the text, as evidence."""
    document, told = reading.document, f"text {what}"
    return tuple([Evidence(span, document[span[0] : span[1]], told) for span in spans])


def listed(words: Iterable[Words]) -> str:
    """Words for a person, the first few of many."""
    texts = [one.text for one in words]
    return ", ".join(texts[:5]) + (f" and {len(texts) - 5} more" if len(texts) > 5 else "")


def missing(context: Context, words: Iterable[Words], area: Area) -> str:
    """Which of `words` do not stand in the area, and what almost does; "" if all do."""
    reading = context.reading
    lacking = [one for one in words if not stands(reading, (one,), area)]
    if not lacking:
        return ""
    almost = next((miss for one in lacking if (miss := one.near_miss(reading, reading.areas[area]))), "")
    where = {"both": "", "title": " in the title", "text": " in the text"}[area]
    return almost or f"{listed(lacking)} {'does' if len(lacking) == 1 else 'do'} not occur{where}"


def every(words: Iterable[Words]) -> Keys:
    """What must occur for all of `words` to stand in a text."""
    return together(one.keys() for one in words)


def either(words: Iterable[Words]) -> Keys:
    """What must occur for at least one of `words` to stand in a text."""
    return alternatives(one.keys() for one in words)


def explained(condition: Condition, context: Context, what: str, miss: str) -> Explanation:
    """The explanation of a text condition: its words if it holds, else `miss`."""
    result = condition.evaluate(context)
    if not result.held:
        return Explanation(what, False, miss, condition.place)
    evidence = shown(result.by, context.reading)
    words = ", ".join(dict.fromkeys(f"“{one.words}”" for one in evidence))
    return Explanation(what, True, f"found {words}" if words else "found", condition.place, tuple(one.span for one in evidence))
