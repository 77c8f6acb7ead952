"""Items/s against many rules, beside a plain loop over them and the bare scan for their words.

    python -m bench.rules [--million]

Articles of about 350 English words or 600 Chinese characters, joined from every second item of the news that TAPEWATCH_SHARED
holds. Rules of two to six terms, nested as people
nest them. Terms are words of the same news and two words that follow each other, or, in Chinese, two to four characters: one
that few articles hold, as a name is (any rank beyond 2,000), in every way for the rule to hold, beside others that may be common
(rank from 100 on, even in its logarithm) or not. The loop evaluates every rule on a laid out item, as the matcher does with
its candidates; the scan only finds where the terms occur. The words of a match are looked for when somebody reads them: "told"
is the time with all words and reasons of all matches. One size after the other in a process of its own.
"""

import argparse
import gc
import multiprocessing
import random  # noqa: TID251 - seeded: the same rules each time
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from statistics import median

from ahocorasick_rs import AhoCorasick

from service.folding import fold
from service.model.item import Item
from service.model.rule import Rule, Severity
from service.rules.condition import Condition
from service.rules.conditions.logic import All, AnyOf
from service.rules.conditions.text import EveryOne, OneOf, Without
from service.rules.conditions.words import Words
from service.rules.matcher import fire, match
from service.rules.reading import Reading, tokens_of
from service.rules.ruleset import CompiledRule, RuleSet
from tests.support.corpora import news

SIZES = (1_000, 10_000, 100_000)
MILLION = 1_000_000
ITEMS = 400
COMMONEST, COMMON = 100, 2_000
"""Ranks of terms: below the first nobody would write a rule with them; from the second on, they are as rare as names."""


def articles(language: str) -> list[str]:
    """Every second item, joined until an article is as long as articles are."""
    found: list[str] = []
    parts: list[str] = []
    size = 0
    for number, one in enumerate(news(language)):
        if number % 2 == 0:
            continue
        parts.append(f"{one['title']}\n{one['text']}".strip())
        size += len(parts[-1].split()) if language == "en" else len(parts[-1])
        if size >= (350 if language == "en" else 600):
            whole = "\n".join(parts)
            found.append(" ".join(whole.split(" ")[:360]) if language == "en" else whole[:620])
            parts, size = [], 0
    return found


def english_terms(texts: Iterable[str]) -> list[str]:
    """Words and pairs of words, the commonest first."""
    counts: Counter[str] = Counter()
    for text in texts:
        words = [word for word in tokens_of(fold(text)) if len(word) > 2 and not word.isdigit()]
        counts.update(set(words) | {f"{one} {two}" for one, two in pairwise(words)})
    return commonest(counts)


def chinese_terms(texts: Iterable[str]) -> list[str]:
    """Two to four characters that follow each other, the commonest first."""
    counts: Counter[str] = Counter()
    for text in texts:
        folded = fold(text)
        grams = {folded[start : start + length] for length in (2, 3, 4) for start in range(len(folded) - length)}
        counts.update(gram for gram in grams if gram.isalpha() and not gram.isascii())
    return commonest(counts)


def commonest(counts: Counter[str]) -> list[str]:
    """The commonest first; of equally common ones the alphabet decides, so that each run has the same."""
    return sorted(counts, key=lambda term: (-counts[term], term))[:300_000]


class Writer:
    """Writes rules, the same ones each time."""

    def __init__(self, terms: Sequence[Sequence[str]]) -> None:
        self._terms = terms
        self._chance = random.Random(4)
        self._words = lru_cache(maxsize=None)(Words.of)

    def rule(self, number: int) -> tuple[Rule, Condition]:
        """One of five shapes, all its terms in one language."""
        chance, place = self._chance, f"rules/alerts/desk-{number // 100}.yaml:{number % 100 * 6 + 2}:9"
        terms = self._terms[number % len(self._terms)]
        count = chance.randint(2, 6)
        words = [self._words(self._term(terms, rare=number in (0, count // 2))) for number in range(count)]
        face = Rule(f"rule-{number}", "{{ headline }}", Severity.MEDIUM, place, _NO_LABELS)
        return face, _shape(chance.randrange(5), place, tuple(dict.fromkeys(words)))

    def _term(self, terms: Sequence[str], *, rare: bool) -> str:
        if rare or self._chance.random() < 0.3:
            return terms[self._chance.randrange(COMMON, len(terms))]
        return terms[int(COMMONEST * (len(terms) / COMMONEST) ** self._chance.random())]


_NO_LABELS: dict[str, str] = {}


def _shape(kind: int, place: str, words: tuple[Words, ...]) -> Condition:
    """All of them; all but one; one of two beside all others; two ways in; nested twice."""
    if kind == 0 or len(words) < 3:
        return EveryOne(place, words, "both")
    if kind == 1:
        return All(place, (EveryOne(place, words[:-1], "both"), Without(place, words[-1:], "both")))
    half = len(words) // 2
    if kind == 2:
        others = tuple(word for word in words if word not in (words[0], words[half]))
        return All(place, (OneOf(place, "any", (words[0], words[half]), "both"), EveryOne(place, others, "both")))
    if kind == 3:
        return AnyOf(place, (EveryOne(place, words[:half], "both"), EveryOne(place, words[half:], "both")))
    both = AnyOf(place, (OneOf(place, "any", words[1:2], "both"), EveryOne(place, words[2:], "both")))
    return All(place, (EveryOne(place, words[:1], "both"), both))


def measured(size: int) -> None:
    """One line of the table."""
    texts = {language: articles(language) for language in ("en", "zh")}
    writer = Writer([english_terms(texts["en"]), chinese_terms(texts["zh"])])
    gc.disable()  # as the rulebook does while it loads
    started = time.process_time()
    written = [writer.rule(number) for number in range(size)]
    made = time.process_time() - started
    del writer
    started = time.process_time()
    ruleset = RuleSet(tuple(CompiledRule(face, when) for face, when in written))
    del written
    build = time.process_time() - started
    gc.enable()
    gc.freeze()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    samples = [random.Random(7).sample(texts[language], ITEMS // 2) for language in texts]
    chosen = [text for pair in zip(*samples, strict=True) for text in pair]
    items = [Item("bench", str(number), text[:40], text) for number, text in enumerate(chosen)]
    ours = timed(items, lambda item: match(ruleset, item, ()))
    told = timed(items, lambda item: [hit.reason for hit in match(ruleset, item, ())])
    candidates = sum(len(ruleset.index.candidates(Reading(item, ()))) for item in items) / ITEMS
    fired = sum(len(match(ruleset, item, ())) for item in items) / ITEMS
    few = items[: max(2, min(100, 1_000_000 // size))]
    loop = timed(few, lambda item: _loop(ruleset, item), rounds=1)
    for item in few:
        assert list(match(ruleset, item, ())) == _loop(ruleset, item), "the index changed an answer"
    scan = scanned(ruleset, items)
    rate = 1 / (sum(ours) / ITEMS)
    ordered = sorted(ours)
    sys.stdout.write(
        f"{size:9,} {rate:9,.0f} {1e6 / rate:8,.0f} {ordered[ITEMS // 2] * 1e6:7,.0f} {ordered[ITEMS * 99 // 100] * 1e6:7,.0f}"
        f" {sum(told) / ITEMS * 1e6:7,.0f} {candidates:7.1f} {fired:6.1f} {build:7.1f} {made:7.1f} {memory:7,.0f}"
        f" {len(few) / sum(loop):9,.1f} {rate * sum(loop) / len(few):8,.0f}x {ITEMS / sum(scan):9,.0f}\n"
    )
    sys.stdout.flush()


def _loop(ruleset: RuleSet, item: Item) -> list[object]:
    reading = Reading(item, ())
    return [hit for compiled in ruleset.compiled for hit in fire(compiled, reading)]


def scanned(ruleset: RuleSet, items: Sequence[Item]) -> list[float]:
    """Seconds for each item to find all occurrences of the words of all rules, and nothing else."""
    literals = {" ".join(words.tokens) for compiled in ruleset.compiled for words in _words_in(compiled.when)}
    automaton = AhoCorasick(list(literals), store_patterns=False)
    return timed(items, lambda item: automaton.find_matches_as_indexes(fold(item.document), overlapping=True))


def _words_in(condition: object) -> Iterable[Words]:
    yield from getattr(condition, "words", ())
    for child in getattr(condition, "children", ()):
        yield from _words_in(child)


def timed(items: Sequence[Item], work: Callable[[Item], object], rounds: int = 3) -> list[float]:
    """CPU seconds for each item, the median of several rounds."""
    seconds: list[list[float]] = [[] for _ in items]
    for _ in range(rounds):
        for item, found in zip(items, seconds, strict=True):
            started = time.thread_time()
            work(item)
            found.append(time.thread_time() - started)
    return [median(found) for found in seconds]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--million", action="store_true", help="a million rules, too")
    parser.add_argument("sizes", nargs="*", type=int, help="instead of 1,000, 10,000 and 100,000")
    arguments = parser.parse_args()
    sys.stdout.write(
        f"{'rules':>9} {'items/s':>9} {'µs/item':>8} {'p50 µs':>7} {'p99 µs':>7} {'told µs':>7} {'held':>7} {'fired':>6}"
        f" {'build s':>7} {'made s':>7} {'MiB':>7} {'loop/s':>9} {'ratio':>9} {'scan/s':>9}\n"
    )
    sys.stdout.flush()
    for size in (*(arguments.sizes or SIZES), *([MILLION] if arguments.million else [])):
        process = multiprocessing.get_context("spawn").Process(target=measured, args=(size,))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
