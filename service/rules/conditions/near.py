"""`text: {near: …}`: words that stand within so many words of each other."""

from dataclasses import dataclass

from service.model.explanation import Explanation
from service.model.rule import Evidence
from service.model.span import Span
from service.rules.condition import MISS, Context, Keys, Result
from service.rules.conditions.finding import Area, either, every, explained, in_order, listed, missing, places, seen
from service.rules.conditions.words import Words
from service.rules.rarity import together
from service.rules.reading import Reading

MOST = 2000
"""Places of one word that are looked at for a neighbour, so that a text made of one word costs little."""


@dataclass(frozen=True, slots=True)
class Near:
    """One of `words` at most `within` words away from one of `others`; without `others`, all of `words` that near together."""

    place: str
    words: tuple[Words, ...]
    others: tuple[Words, ...]
    within: int
    area: Area

    def evaluate(self, context: Context) -> Result:
        distance, spans = self._nearest(context.reading)
        return Result(True, (), (self,)) if spans and distance <= self.within else MISS

    def evidence(self, reading: Reading) -> tuple[Evidence, ...]:
        return seen(reading, in_order(self._nearest(reading)[1]), "near")

    def explain(self, context: Context) -> Explanation:
        distance, spans = self._nearest(context.reading)
        if spans:
            miss = f"the nearest are {distance} words apart, more than {self.within}"
        else:
            miss = missing(context, self.words, self.area) or "there is nothing that it could be near to"
        return explained(self, context, f"text near: {listed(self.words)} within {self.within} words", miss)

    def keys(self) -> Keys:
        return together([either(self.words), either(self.others)]) if self.others else every(self.words)

    def _nearest(self, reading: Reading) -> tuple[int, list[Span]]:
        """The smallest distance in words, and the places that have it; no places if something is not there at all."""
        groups = [self.words, self.others] if self.others else [(words,) for words in self.words]
        found = sorted((span, number) for number, group in enumerate(groups) for span in places(reading, group, self.area, MOST))
        latest: dict[int, Span] = {}
        best: tuple[int, list[Span]] = (0, [])
        for span, number in found:
            latest[number] = span
            if len(latest) == len(groups):
                first, last = min(latest.values()), max(latest.values())
                distance = reading.word_number(last.start) - reading.word_number(first.start)
                if not best[1] or distance < best[0]:
                    best = (distance, sorted(latest.values()))
        return best
